"""What a file really is: known by its bytes, then by its server, then by its name."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath
from typing import BinaryIO

import imagesize
import puremagic

from backup.model import SHOWN_BY_BROWSERS

HEAD = 65_536  # bytes of a file's beginning that are enough to know what it is
_MAGIC_HEAD = 4096  # of them for magic numbers; an SVG may begin behind a long comment

SHOWN = SHOWN_BY_BROWSERS
IMAGE_EXTENSIONS = SHOWN | {"heic", "tif", "jxl", "psd"}
# Formats whose bytes prove them: for these the bytes outrank the name.
_OTHERS = """
    pdf rtf mp4 mov m4a webm avi mp3 wav ogg flac mid gz bz2 xz 7z rar tar woff woff2 swf exe
"""
_PROVEN = IMAGE_EXTENSIONS.union(_OTHERS.split())
_ONE_NAME = {
    "jpeg": "jpg",
    "jpe": "jpg",
    "jfif": "jpg",
    "tiff": "tif",
    "heif": "heic",
    "mpga": "mp3",
    "htm": "html",
    "xhtml": "html",
    "dib": "bmp",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = mimetypes.MimeTypes(filenames=())  # Python's own table: the system's differ
for _type, _suffix in {
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/heif": ".heic",
    "image/jxl": ".jxl",
    "image/x-icon": ".ico",
    "image/vnd.microsoft.icon": ".ico",
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "video/webm": ".webm",
    "text/markdown": ".md",
    "application/x-7z-compressed": ".7z",
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    f"{_OFFICE}wordprocessingml.document": ".docx",
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}presentationml.presentation": ".pptx",
}.items():
    _TYPES.add_type(_type, _suffix)
# What servers say of a file when they do not know.
_SAYS_NOTHING = (
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-download",
    "application/force-download",
    "application/unknown",
    "text/plain",
)

_SVG = re.compile(r"<!DOCTYPE\s+svg\b|<(?:\w+:)?svg[\s>/]", re.IGNORECASE)
_HTML = re.compile(
    r"<(?:!DOCTYPE\s+html|html|head|body|title|meta|script|style|div|h1|p)[\s>]", re.IGNORECASE
)
_SKIPPED = re.compile(r"[\s>]*(<!--|<\?)")
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")
_VAGUE = ("bin", "dat", "download", "file", "part", "tmp")  # extensions that say nothing


def extension(head: bytes, content_type: str, name: str) -> str:
    """The extension of a file, lower-case and without dot; 'bin' when nothing says.

    `head` are its first bytes (HEAD of them are enough), `content_type` what the server called it,
    `name` its own name. The bytes decide where they prove something; inside a ZIP or a text they do
    not, and then the name goes with them when it can (a .docx is a ZIP).
    """
    said = suffix(name)
    if is_svg(head):
        return "svg"
    found = _magic(head)
    if said in found:
        return said
    if proven := [one for one in found if one in _PROVEN]:
        return proven[0]
    return _unproven(head, _typed(content_type), said, found)


def suffix(name: str) -> str:
    """The extension that a name carries, in its usual form ('jpeg' is 'jpg'); '' for none."""
    raw = PurePosixPath(name.replace("\\", "/").rstrip()).suffix[1:].lower()
    return _ONE_NAME.get(raw, raw) if _EXTENSION.fullmatch(raw) else ""


def kept(name: str) -> str:
    """The extension of a name that a person gave, just as it stands there; '' when it says nothing."""
    own = PurePosixPath(name.replace("\\", "/").rstrip()).suffix[1:]
    is_one = _EXTENSION.fullmatch(own.lower()) and not own.isdigit()
    return own if is_one and own.lower() not in _VAGUE else ""


def is_known(suffix_: str) -> bool:
    """Whether `suffix_` is the extension of some format, and not just what follows a dot."""
    one = _ONE_NAME.get(suffix_, suffix_)
    return one in _PROVEN or _TYPES.guess_type(f"x.{one}", strict=False) != (None, None)


def is_svg(head: bytes) -> bool:
    """Whether an SVG begins here. Nothing is parsed, so no entity is expanded and nothing fetched."""
    return bool(_SVG.match(_markup(head)))


def is_html(head: bytes) -> bool:
    """Whether a web page begins here."""
    return bool(_HTML.match(_markup(head)))


def is_text(head: bytes) -> bool:
    """Whether these are words and no image: UTF-8 (or UTF-16 with its mark) without control bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    text = head.decode("utf-8", "ignore")
    is_whole = len(text.encode()) >= len(head) - 3  # the head may end inside a character
    return bool(head) and is_whole and not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text)


def why_not_image(head: bytes, content_type: str) -> str:
    """Why this cannot be the image that was asked for: 'the server sent a web page …'; '' if it can.

    Servers answer with status 200 and a page that says "not found", "log in" or "forbidden".
    """
    if not head:
        return "the server sent an empty file"
    if is_svg(head) or set(_magic(head)) & IMAGE_EXTENSIONS:
        return ""
    if is_html(head) or "html" in content_type.lower():
        return "the server sent a web page instead of the image"
    return "the server sent text instead of the image" if is_text(head) else ""


def why_not_file(head: bytes, name: str) -> str:
    """Why this cannot be the attachment called `name` on somebody's server; '' if it can."""
    if not head:
        return "the server sent an empty file"
    type_ = _TYPES.guess_type(f"x.{suffix(name)}", strict=False)[0] or ""
    is_binary = type_.startswith(
        ("image/", "audio/", "video/", "application/pdf", "application/vnd.")
    )
    is_page = is_binary and suffix(name) != "svg" and is_html(head)
    return "the server sent a web page instead of the file" if is_page else ""


def image_size(file: BinaryIO) -> tuple[int, int] | None:
    """Width and height in pixels of the image that `file` holds, turned as its EXIF data say.

    None when it is none, or does not say. An SVG counts as without size: it has as many pixels as
    one likes, and reading it would mean to parse XML that a stranger wrote.
    """
    if file.read(64).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return None
    file.seek(0)
    width, height = imagesize.get(file)
    return (width, height) if width > 0 and height > 0 else None


def _unproven(head: bytes, typed: str, said: str, found: tuple[str, ...]) -> str:
    """The extension when no byte proves it: a ZIP, a text, or something unknown."""
    if is_text(head) or found:  # then it is none of the formats that prove themselves
        typed, said = ("" if one in _PROVEN and one != "exe" else one for one in (typed, said))
    if is_html(head):
        return said or "html"
    if head.startswith(b"PK\x03\x04"):
        return said or (typed if typed in found else "zip")
    is_named = said and (typed not in _PROVEN or said == typed)
    return (said if is_named else typed) or ("txt" if is_text(head) else "bin")


def _typed(content_type: str) -> str:
    """The extension of a Content-Type; '' when it says nothing."""
    type_ = content_type.partition(";")[0].strip().lower()
    if type_ in _SAYS_NOTHING:
        return ""
    raw = (_TYPES.guess_extension(type_, strict=False) or "")[1:]
    return _ONE_NAME.get(raw, raw)


def _magic(head: bytes) -> tuple[str, ...]:
    """The extensions that the magic numbers allow, the likeliest first."""
    try:
        matches = puremagic.magic_string(head[:_MAGIC_HEAD])
    except (puremagic.PureError, ValueError):
        return ()
    found = [
        match.extension.lstrip(".").lower()
        for match in matches
        if len(match.byte_match) > 2 or _is_sure(match.extension, head)
    ]
    return tuple(dict.fromkeys(_ONE_NAME.get(one, one) for one in found if one))


def _is_sure(extension_: str, head: bytes) -> bool:
    """Two bytes prove little: a text may begin with 'BM' as a bitmap does."""
    if extension_ in (".bmp", ".dib"):
        return head[6:10] == bytes(4)
    return extension_ in (".mpga", ".jxl")


def _markup(head: bytes) -> str:
    """The first tag of `head`: what stands behind spaces, comments and processing instructions."""
    text, start = _text(head), 0
    while skipped := _SKIPPED.match(text, start):
        end = text.find("-->" if skipped[1] == "<!--" else "?>", skipped.end())
        if end < 0:
            return ""
        start = end + 2
    return text[start:].lstrip(" \t\r\n>")[:200]


def _text(head: bytes) -> str:
    """`head` as text, as far as markup can be seen in it."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "ignore")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
