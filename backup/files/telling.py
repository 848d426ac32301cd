"""Whether a picture's file name describes it, or was only given by a camera or a program."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from backup.slug import slug

# What cameras, phones, messengers and screenshot tools write, in the languages that are common.
_WORDS = """
    image images img imagen immagine picture pic photo photos foto bild bilder 画像 图片 사진
    screen shot screenshot screenshots screencapture screengrab capture captura pantalla schermata
    ecran écran bildschirmfoto skjermbilde skärmavbild снимок экрана スクリーンショット
    截屏 截图 屏幕截图 屏幕快照 스크린샷 snapshot snip scan scanned
    untitled unnamed unbenannt file download downloads paste pasted clipboard copy kopie
    whatsapp signal telegram cleanshot monosnap greenshot snipaste dsc dscn dscf pxl mvimg gopr vid mov
    new the and from with for max original full hero small large thumb thumbnail
    png jpg jpeg gif webp svg heic avif bmp tif tiff
"""
_EMPTY = frozenset(_WORDS.split())


def says_something(name: str) -> bool:
    """Whether a picture's file name describes it: 'router-setup.png' does, 'IMG_0042.jpg' does not.

    It takes one word without digits, of three letters or more (one, beyond ASCII), that no camera
    or screenshot tool writes.
    """
    words = re.split(r"[-_]+", slug(PurePosixPath(name).stem))
    return any(_is_telling(word) for word in words)


def _is_telling(word: str) -> bool:
    is_long = len(word) > 2 or (bool(word) and not word.isascii())
    return is_long and word not in _EMPTY and not any(char.isdigit() for char in word)
