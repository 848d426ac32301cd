"""Checks the backup's own files before they are trusted: others can write to the repository, too.

The state and the journal decide which files are ours, and so what is overwritten and deleted. An entry
that this program could not have written is left out and reported; all others are kept.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backup.exact_json import HALF
from backup.json_values import is_shallow
from backup.model import (
    CSV,
    FILE_FOLDERS,
    NODE_FILES,
    OWN,
    README,
    STORE,
    is_bare_id,
    is_in_file_folder,
)
from backup.slug import is_path

_HALF = re.compile(HALF)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LIST = re.compile(r"README-[1-9][0-9]{0,5}\.md")  # further parts of a README.md
_DIGITS = 18  # of a whole number, which then fits wherever one is counted
_DEPTH = 10


class Damaged(Exception):
    """An entry that cannot be believed; its text says with what, as "1 with …" goes on."""


@dataclass(frozen=True, slots=True)
class Damage:
    """An entry of a file that was left out, and why; `entry` is its id, or '' when it has none."""

    file: str
    entry: str
    why: str


def described(damage: Iterable[Damage]) -> list[tuple[str, str]]:
    """For each file with damage its name, and a sentence about it."""
    files: dict[str, Counter[str]] = {}
    for each in damage:
        files.setdefault(each.file, Counter())[each.why] += 1
    return [(name, _sentence(whys)) for name, whys in files.items()]


def _sentence(whys: Counter[str]) -> str:
    count = sum(whys.values())
    reasons = ", ".join(f"{number} with {why}" for why, number in sorted(whys.items()))
    several = f"{count} damaged entries were left out"
    what = "1 damaged entry was left out" if count == 1 else several
    return f"{what} ({reasons}). Those pages are read again; no file is deleted because of this."


def parsed(text: str) -> Any:
    """The JSON in `text`, without what others would stumble over: numbers without end, and halves of
    characters. Raises ValueError when it is not JSON, or nested too deeply."""
    try:
        value = _JSON.decode(text)
        if "\\u" in text and _HALF.search(text):
            again = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
            value = json.loads(again)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= _DIGITS else None


def _real(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


_JSON = json.JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=lambda _: None)


def typed(value: Any, annotation: str) -> Any:
    """The value as its field has it; raises Damaged when the file holds something else."""
    if annotation == "str":  # of most fields
        is_right = type(value) is str
    elif annotation == "int":
        is_right = type(value) is int and value >= 0
    elif annotation == "bool":
        is_right = type(value) is bool
    elif type(value) is list and annotation == "tuple[str, ...]":
        is_right = all(type(each) is str for each in value)
    else:
        is_right = type(value) is list and all(_is_flat(each) for each in value)
    if not is_right:
        raise Damaged("values of the wrong kind")
    return tuple(value) if type(value) is list else value


def check(value: Any) -> None:
    """Raises Damaged for a value that nobody could write again, so deeply is it nested."""
    if not is_shallow(value, _DEPTH):
        raise Damaged("values that are nested too deeply")


def _is_flat(value: Any) -> bool:
    """Whether this is an object, and not a deep one."""
    return type(value) is dict and all(is_shallow(each, _DEPTH) for each in value.values())


def is_id(text: Any) -> bool:
    """Whether this is an id as the state has it: 32 hex digits."""
    return isinstance(text, str) and is_bare_id(text)


def is_digest(text: Any) -> bool:
    """Whether this is a SHA-256 as the state has it: 64 hex digits."""
    return isinstance(text, str) and bool(_DIGEST.fullmatch(text))


def is_folder(folder: Any) -> bool:
    """Whether pages may lie there, below the output folder."""
    return _is_free(folder) and STORE not in folder.split("/")


def _is_free(path: Any) -> bool:
    """Whether this is a path, and none of those that the program keeps for itself."""
    return isinstance(path, str) and is_path(path) and not path.startswith(OWN)


def is_file_of_page(path: Any) -> bool:
    """Whether a page may have such a file in its folder, beside its text."""
    if not (isinstance(path, str) and is_path(path)):
        return False
    folder, _, name = path.partition("/")
    return folder in FILE_FOLDERS and bool(name) and "/" not in name


def part_name(number: int) -> str:
    """The name of a list of pages, or of a further part of one."""
    return README if number == 1 else f"README-{number}.md"


def is_list(name: Any) -> bool:
    """Whether a database may have such a file in its folder, beside README.md and its store."""
    return isinstance(name, str) and (name == CSV or bool(_LIST.fullmatch(name)))


def shows_pages(name: str) -> bool:
    """Whether it is the name of a file that shows the pages of a database."""
    return name == README or is_list(name)


def is_our_name(path: Any) -> bool:
    """Whether a file of this path can be ours, below whatever folder."""
    if not _is_free(path):
        return False
    name = path.rpartition("/")[2]
    return name in NODE_FILES or is_list(name) or is_in_file_folder(path)
