"""What the files of a page are called in the repository; pure, and the same in every run.

A name is given once. Later runs bring the names they know, and only what is new gets one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath

from backup import urls
from backup.files import kinds
from backup.model import ATTACHMENTS, FILE_FOLDERS, IMAGES, File
from backup.slug import cut, folded, is_reserved, slug, visible

_SLUG_BYTES = 60
_OWN_NAME_BYTES = 120
_NAME_BYTES = 143  # with number and extension: the limit of encrypted homes on Linux
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
_NUMBER = re.compile(rf"{IMAGES}/(\d{{1,9}})-")


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that needs a name. `stem` is the name without number and extension, `extension` has no
    dot and is '' when unknown; `digest` names equal contents, '' when the content is not there."""

    identity: str
    kind: str  # "image" or "attachment", as in model.File
    stem: str
    extension: str = ""
    digest: str = ""


def identity(file: File) -> str:
    """What makes `file` the same file in the next run: where it hangs, and its URL without secrets.

    Its place in a property's list does not count: an entry inserted above leaves it what it was.
    """
    owner = "/".join(file.key.split("/")[:2])
    return f"{owner} {urls.address(file.url, file.hosted)}"


def display(file: File) -> str:
    """What a person would call the file: its own name, else its caption or heading."""
    return " ".join((file.name or file.words).split()) or file.kind


def stem(file: File, extension: str, description: str = "") -> str:
    """The name of `file` without number, once the bytes have shown its `extension`.

    An image: a slug of its words (caption, own name, heading) and of its `description`. Anything
    else keeps its own name, made safe; its old extension goes when the new one says the same.
    """
    if file.kind == "image":
        # Of a caption 'See setup.py' nothing goes.
        is_named = kinds.suffix(file.words) in kinds.IMAGE_EXTENSIONS
        words = PurePosixPath(file.words).stem if is_named else file.words
        words = slug(words, _SLUG_BYTES) or "image"
        more = slug(description, _SLUG_BYTES)
        return f"{words}-{more}" if more else words
    return safe(_without_extension(file.name, extension)) or slug(file.words) or "file"


def safe(name: str, limit: int = _OWN_NAME_BYTES) -> str:
    """`name` as one part of a path on every system, with its case, spaces and emoji left alone."""
    clean = "".join(char if _is_printable(char) else " " for char in visible(name))
    clean = re.sub(r'[<>:"/\\|?*]+', "-", clean)
    clean = " ".join(clean.split()).lstrip("-. ~")
    return cut(clean, limit).rstrip("-. ")


def assign(claims: Iterable[Claim], known: Mapping[str, str]) -> dict[str, str]:
    """The path of every claim's file below the page's folder, by identity.

    `known` has the paths that earlier runs gave. They stay, but for an extension that was wrong.
    New images take the lowest free number, in the order of `claims`; new attachments their own
    name, with a number behind it when it is taken. Equal contents share one path, and no two paths
    differ only in case or in how an accent is written.
    """
    wanted = list({claim.identity: claim for claim in claims}.values())
    given = _Paths()
    for claim in wanted:
        if claim.identity in known:
            given.keep(claim, known[claim.identity])
    for claim in wanted:
        if claim.identity not in given.paths:
            given.add(claim)
    return given.paths


def is_ours(path: str) -> bool:
    """Whether `path`, out of the state, is one that `assign` could have given."""
    folder, _, name = path.partition("/")
    is_safe = bool(name) and name == safe(name, _NAME_BYTES) and not is_reserved(name)
    return folder in FILE_FOLDERS and is_safe


class _Paths:
    """The paths given so far on one page."""

    def __init__(self) -> None:
        self.paths: dict[str, str] = {}
        self._by_digest: dict[str, str] = {}
        self._taken: set[str] = set()
        self._numbers: set[int] = set()

    def keep(self, claim: Claim, path: str) -> None:
        """Give `claim` its known path, unless that is unusable or another content has it."""
        if self._share(claim) or not is_ours(path):
            return
        old = PurePosixPath(path)
        if claim.extension and old.suffix != f".{claim.extension}":
            start = str(old.with_suffix(""))
            is_there = start.endswith(f".{claim.extension}")  # behind which another one stood
            path = start if is_there else _with_extension(start, claim)
        if self._is_free(path):
            self._give(claim, path)

    def add(self, claim: Claim) -> None:
        """Give `claim` the first path that is free."""
        if not self._share(claim):
            self._give(claim, next(path for path in self._ideas(claim) if self._is_free(path)))

    def _ideas(self, claim: Claim) -> Iterator[str]:
        if claim.kind == "image":
            number = next(number for number in count(1) if number not in self._numbers)
            yield _with_extension(f"{IMAGES}/{number}-{claim.stem}", claim)
        for number in count(1):
            tail = "" if number == 1 else f"-{number}"
            yield _with_extension(f"{ATTACHMENTS}/{claim.stem}{tail}", claim)

    def _is_free(self, path: str) -> bool:
        return folded(path) not in self._taken

    def _share(self, claim: Claim) -> bool:
        """Give `claim` the path of equal content, if there is one."""
        path = self._by_digest.get(claim.digest, "") if claim.digest else ""
        if path:
            self.paths[claim.identity] = path
        return bool(path)

    def _give(self, claim: Claim, path: str) -> None:
        self.paths[claim.identity] = path
        self._taken.add(folded(path))
        if numbered := _NUMBER.match(path):
            self._numbers.add(int(numbered[1]))
        if claim.digest:
            self._by_digest[claim.digest] = path


def _with_extension(path: str, claim: Claim) -> str:
    """`path` with the claim's extension; guarded when Windows keeps the name for a device."""
    folder, _, stem_ = path.rpartition("/")
    if is_reserved(stem_):
        stem_ = re.sub(r"^[^.]*", r"\g<0>-x", stem_)
    name = f"{stem_}.{claim.extension}" if claim.extension else stem_
    return f"{folder}/{name}"


def _is_printable(char: str) -> bool:
    """Neither a control character, nor half of a pair, nor unassigned, nor for private use."""
    return unicodedata.category(char)[0] not in "CZ"


def _without_extension(name: str, extension: str) -> str:
    """`name` without what the new extension replaces; 'v1.2 notes' and 'x.tar' lose nothing."""
    start, old = name.rpartition(".")[0], kinds.suffix(name)
    is_one = old == extension.lower() or kinds.is_known(old)
    return start if old and is_one and start.strip() else name


def says_something(name: str) -> bool:
    """Whether an image's file name describes it: 'router-setup.png' does, 'IMG_0042.jpg' does not.

    It takes one word without digits, of three letters or more (one, beyond ASCII), that no camera
    or screenshot tool writes.
    """
    words = re.split(r"[-_]+", slug(PurePosixPath(name).stem))
    return any(_is_telling(word) for word in words)


def _is_telling(word: str) -> bool:
    is_long = len(word) > 2 or (bool(word) and not word.isascii())
    return is_long and word not in _EMPTY and not any(char.isdigit() for char in word)
