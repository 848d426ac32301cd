"""Makes names that every file system, URL and shell accepts, for folders of pages and for files.

Rooms may not import each other and all of them name things, so the rule stands here, below them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Unicode calls these letters or marks, and they are seen by nobody: joiners and fillers
# (Default_Ignorable_Code_Point, Unicode 16). HFS+ drops some of them from names.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_RESERVED = re.compile(r"con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]")
_GIT = re.compile(r"\.git|git~[0-9]+")
_ORDERS = {".github", ".gitea", ".forgejo", ".gitattributes", ".gitmodules", ".gitignore"}
_GUARD = "-x"
_LONGEST_NAME, _LONGEST_PATH = 255, 1000  # bytes; a whole path may have 1,024 on macOS
_NEITHER = re.compile(r"[^a-z0-9_]")  # what `_kept` replaces, among ASCII


@lru_cache(4096)  # equal titles come together, and each is asked for several times
def slug(text: str, limit: int = 80) -> str:
    """`text` as a name: what two people would both type for it, at most `limit` (>= 8) bytes.

    NFC and lower-case. Letters, their marks, digits of every script and '_' stay, invisible
    characters vanish, every other run becomes one '-', and none of '-_' is left at either end.
    It is cut between characters, and not between a letter and its marks. A name that Windows keeps
    for a device gets '-x' behind it. '' when nothing is left: the caller knows a better word.
    """
    lower = unicodedata.normalize("NFC", visible(text).lower())
    words = _NEITHER.sub("-", lower) if lower.isascii() else "".join(_kept(lower))
    name = cut(re.sub("-{2,}", "-", words).strip("-_"), limit).rstrip("-_")
    return name + _GUARD if is_reserved(name) else name


def visible(text: str) -> str:
    """`text` in NFC, without the characters that nobody sees (joiners, fillers, soft hyphens)."""
    if text.isascii():
        return text
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", shown))


def is_reserved(name: str) -> bool:
    """Whether a file of this name could not exist on Windows, or would be Git's own folder.

    Windows looks at what stands before the first dot ('nul.tar.gz' is a device) and takes ¹, ² and
    ³ for digits (Microsoft, "Naming Files, Paths, and Namespaces"). Git refuses '.git' and its
    short name 'git~1' in any case, also with invisible characters in between.
    """
    lower = visible(name).lower().rstrip(". ")
    stem = lower.partition(".")[0].rstrip(" ")
    return bool(_RESERVED.fullmatch(stem) or _GIT.fullmatch(lower))


def is_guarded(name: str) -> bool:
    """Whether Git, or a host of repositories, would read orders in a file or folder of this name.

    File systems differ in whether they see case, dots and spaces at the end, or joiners.
    """
    lower = visible(name).lower().rstrip(". ")
    return lower in _ORDERS or bool(_GIT.fullmatch(lower))


def is_path(path: str) -> bool:
    """Whether a file or folder of a backup may have this path: the one guard for paths that come from
    Notion, from the settings, and from files that lie in the repository.

    It leads down from the output folder, with '/' between its parts, and every system takes it; it is
    nothing that Git or a host reads orders in. '.' and '' are not paths.
    """
    parts = path.split("/")
    return (
        len(path) <= _LONGEST_PATH
        and _is_printable(path)
        and "\\" not in path
        and ":" not in parts[0]
        and all(map(_is_part, parts))
        and (path.isascii() or len(path.encode()) <= _LONGEST_PATH)
    )


@lru_cache(4096)  # the folders of databases, 'assets' and 'index.md' come again and again
def _is_part(name: str) -> bool:
    is_name = name not in ("", ".", "..") and len(name.encode()) <= _LONGEST_NAME
    return is_name and not is_guarded(name)


def _is_printable(text: str) -> bool:
    """Neither control characters nor half of a pair, which no file name can hold."""
    if text.isascii():
        return text.isprintable()
    return not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def cut(text: str, limit: int) -> str:
    """The beginning of `text` that fits into `limit` bytes of UTF-8, with whole characters.

    A letter that would lose a mark goes too, unless nothing were left then.
    """
    if len(text.encode("utf-8", "replace")) <= limit:
        return text
    end = len(text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore"))
    whole = end
    while whole and is_mark(text[whole]):
        whole -= 1
    return text[: whole or end]


def folded(name: str) -> str:
    """What is equal for two names, or paths, that some file system cannot tell apart: some know neither
    case nor how an accent is written."""
    if name.isascii():
        return name if (lower := name.lower()) == name else lower  # one text for both, mostly
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def is_mark(char: str) -> bool:
    """Whether `char` belongs to the letter before it."""
    return unicodedata.category(char) in ("Mn", "Mc")


def _kept(text: str) -> list[str]:
    """Each character of `text`, or '-' in its place; a mark stays only on what it marks."""
    kept: list[str] = []
    for char in text:
        stays = char == "_" or unicodedata.category(char)[0] in "LN"
        if is_mark(char):
            stays = bool(kept) and kept[-1] not in "-_"
        kept.append(char if stays else "-")
    return kept


def quoted(path: str) -> str:
    """A path in the form in which git reads any path."""
    plain = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
