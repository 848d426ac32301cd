"""Is what a reader sees what was written? Compared character by character, white space squeezed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from tests.oracles.seen import Char, visible

_BARE_PREFIXES = ("", "http://", "https://", "mailto:")


def expected(runs: Iterable[dict[str, Any]]) -> list[Char]:
    """The characters of [{text, marks, href}], the form in which a test writes what it expects."""
    return [
        Char(char, frozenset(run["marks"]), run["href"]) for run in runs for char in run["text"]
    ]


def misread(wanted: list[Char], html: str) -> str:
    """'' when a reader of `html` sees what is wanted, else the first difference in words.

    That a host makes a link of a bare address is no difference.
    """
    shown = visible(html)
    want, got = list(_solid(wanted)), list(_solid(shown))
    bare = _bare_addresses(want, got)
    for number, (one, other) in enumerate(zip(want, got, strict=False)):
        href = None if number in bare else other.href
        if (one.text, one.marks, one.href) != (other.text, other.marks, href):
            return f"character {number}: {one} became {other}"
    if len(want) != len(got):
        return f"{len(want)} characters became {len(got)}: {_text(want)!r} {_text(got)!r}"
    return _respaced(wanted, shown)


def _solid(chars: list[Char]) -> Iterator[Char]:
    """Without white space, links decoded, math in its plainest words and without marks."""
    solid = (char for char in chars if not char.text.isspace())
    for is_math, part in groupby(solid, lambda char: "eq" in char.marks):
        if is_math:
            yield from _math(list(part))
        else:
            yield from (char if not char.href else _led(char) for char in part)


def _led(char: Char) -> Char:
    return Char(char.text, char.marks, unquote(char.href or ""))


def _math(chars: list[Char]) -> Iterator[Char]:
    text = _text(chars).replace("\\Vert", "\\|").replace("\\vert", "|")
    return (Char(char, frozenset({"eq"}), None) for char in text)


def _text(chars: Iterable[Char]) -> str:
    return "".join(char.text for char in chars)


def _bare_addresses(want: list[Char], got: list[Char]) -> set[int]:
    """Where text that was no link became one, and reads as the address that it leads to."""
    found: set[int] = set()
    pairs = enumerate(zip(want, got, strict=False))
    for href, part in groupby(pairs, lambda pair: pair[1][0].href is None and pair[1][1].href):
        numbers = [number for number, _ in part]
        if href and _repeats(unquote(_text(got[number] for number in numbers)), unquote(href)):
            found.update(numbers)
    return found


def _repeats(text: str, address: str) -> bool:
    """Whether `text` is the address, with or without its scheme, once or several times."""
    forms = [address[len(prefix) :] for prefix in _BARE_PREFIXES if address.startswith(prefix)]
    return any(form and not text.replace(form, "") for form in forms)


def _respaced(wanted: list[Char], got: list[Char]) -> str:
    want_words, got_words = _words(wanted), _words(got)
    return "" if want_words == got_words else f"words: {want_words} became {got_words}"


def _words(chars: list[Char]) -> list[str]:
    """The words, without math, in which blanks mean nothing."""
    return "".join(char.text for char in chars if "eq" not in char.marks).split()
