"""Reads .env texts: the file on a laptop, and CONFIG. Says what is wrong in them, line by line."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from dotenv.parser import Binding, parse_stream

from backup.settings.databases import FAMILY, astray
from backup.settings.nearest import former, nearest

_UNCLOSED = re.compile(r"[^\n=]*=\s*[\"']")


@dataclass(frozen=True, slots=True)
class Flaws:
    """What is wrong in a text: `mistakes` may lose a setting, `warnings` are about names that were
    ignored. No value is shown: it may be a secret."""

    mistakes: tuple[str, ...]
    warnings: tuple[str, ...]


def values(text: str) -> dict[str, str]:
    """Values of a .env text; `${NAME}` stays as it is: a token may hold a dollar."""
    return {line.key: line.value for line in _lines(text) if line.key and line.value}


def flaws(source: str, text: str, known: Collection[str]) -> Flaws:
    """What is wrong in the text that `source` ('.env' or 'CONFIG') holds; `known` are all settings."""
    mistakes: list[str] = []
    warnings = list(_unknown(source, text, known))
    for line in _lines(text):
        words = line.original.string.strip()
        unclosed = line.error and _UNCLOSED.match(words)
        if not unclosed and (wrong := astray(line.key or "", words)):
            mistakes.append(f"{source}: {wrong}")
        elif line.error and words:
            is_lost, what = _unreadable(words, bool(unclosed), known)
            (mistakes if is_lost else warnings).append(f"{source} line {_number(line)}: {what}")
    mistakes += (f"{source}: {name} has two values; keep one line." for name in _twice(text, known))
    return Flaws(tuple(mistakes), tuple(warnings))


def _twice(text: str, known: Collection[str]) -> list[str]:
    """Settings with two values, of which only the last would count."""
    said: dict[str, set[str]] = {}
    for line in _lines(text):
        if line.key and line.value and (line.key in known or FAMILY.fullmatch(line.key)):
            said.setdefault(line.key, set()).add(line.value)
    return [name for name, found in said.items() if len(found) > 1]


def _lines(text: str) -> list[Binding]:
    return list(parse_stream(io.StringIO(text)))


def _number(line: Binding) -> int:
    text = line.original.string
    return int(line.original.line) + text[: len(text) - len(text.lstrip())].count("\n")


def _unknown(source: str, text: str, known: Collection[str]) -> list[str]:
    """Names that are nearly a setting's, or were one's; others may be meant for other programs."""
    names = dict.fromkeys(line.key for line in _lines(text) if line.key)
    found = ((name, nearest(name, known), former(name)) for name in names)
    return [
        f"{source}: {name} is not a setting and was ignored. {why or f'Did you mean {meant}?'}"
        for name, meant, why in found
        if (why or meant) and meant != name
    ]


def _unreadable(words: str, is_unclosed: bool, known: Collection[str]) -> tuple[bool, str]:
    name = re.split(r"[\s=:]", words.removeprefix("export ").lstrip(), maxsplit=1)[0]
    if is_unclosed:
        what = "the quotes of its value are not closed, or something follows them"
        return True, f"{name}: {what}."
    if nearest(name, known):
        return True, f"write {name}=value, with = and on one line."
    return False, "this line is not NAME=value and was ignored."
