"""JSON whose numbers stay as they were written: Python's floats would round 20 digits, and lose '1.10'."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_MARK = "\0"  # begins a string that stands for a number, and is one between values
HALF = r"\\u[dD][89a-fA-F]"  # of a character, escaped: JSON can hold it, and nothing can encode it
_BETWEEN_TEXTS = r',"\u0000",'


@dataclass(frozen=True, slots=True)
class Exact:
    """A number that Python would write in other words than those in which it came."""

    text: str

    def __float__(self) -> float:
        return float(self.text)


def loads(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError when it is not JSON, and RecursionError when it is
    nested deeper than Python follows; a constant that JSON does not have (NaN) is null."""
    return _DECODER.decode(text if isinstance(text, str) else decoded(text))


def decoded(content: bytes) -> str:
    """The text in which JSON came, which says itself how it is encoded. Raises ValueError for none."""
    return content.decode(json.detect_encoding(content), "surrogatepass")


def loads_list(text: str) -> tuple[Any, list[int]]:
    """The same, and where in the text each of the `results` begins; no places where these do not come
    first, as in every list of Notion's."""
    head, following = _LIST.match(text), None
    values: list[Any] = []
    starts: list[int] = []
    at = head.end() if head else len(text)
    while text.startswith("{", at):
        value, end = _DECODER.raw_decode(text, at)
        values.append(value)
        starts.append(at)
        following = _BETWEEN.match(text, end)
        at = following.end() if following else end
    is_whole = values and not following and text.startswith("]", at)
    if not is_whole or '"results"' in text[at:]:
        return loads(text), []
    return {**loads(_EMPTY + text[at:]), "results": values}, starts


def load_at(text: str, start: int) -> Any:
    """The value that begins at `start` in a text that was read before."""
    return _DECODER.raw_decode(text, start)[0]


def dumps(value: Any, *, is_sorted: bool = True) -> str:
    """The JSON of a value on one line, without spaces; with sorted keys the same value is always the
    same text. Strings are as they are, so that halves of surrogate pairs cannot be encoded."""
    try:
        return (_SORTED if is_sorted else _AS_IT_IS).encode(value)
    except _HasNumbers:
        return _with_numbers(value, is_sorted)


def dumps_each(values: Sequence[Any], *, is_sorted: bool = True) -> list[str]:
    """The same for each of several objects and lists, in less time than one by one."""
    marked = [each for value in values for each in (value, _MARK)]
    texts = dumps(marked, is_sorted=is_sorted)[1 : -len(_BETWEEN_TEXTS)].split(_BETWEEN_TEXTS)
    if len(texts) != len(values):  # none, or one of them holds such a string itself
        texts = [dumps(each, is_sorted=is_sorted) for each in values]
    return texts


class _HasNumbers(Exception):
    """There is a number that has to be written as it came."""


def _refused(value: object) -> str:
    if isinstance(value, Exact):
        raise _HasNumbers
    raise TypeError(f"{type(value).__name__} is not JSON")


def _with_numbers(value: Any, is_sorted: bool) -> str:
    """Each number is written as a string that no other one in the text looks like, and then replaced."""
    mark = ""
    while True:
        mark += _MARK
        numbers: list[str] = []

        def as_text(value: object, mark: str = mark, numbers: list[str] = numbers) -> str:
            text = value.text if isinstance(value, Exact) else _refused(value)
            numbers.append(text)
            return f"{mark}={text}"

        text = _encoder(as_text, is_sorted).encode(value)
        begin = '"' + r"\u0000" * len(mark) + "="
        if text.count(begin) == len(numbers):
            return re.sub(re.escape(begin) + '([^"]*)"', r"\1", text)


def _encoder(default: Callable[[Any], Any], is_sorted: bool) -> json.JSONEncoder:
    return json.JSONEncoder(
        ensure_ascii=False,
        check_circular=False,  # no value that came as JSON is
        sort_keys=is_sorted,
        separators=(",", ":"),
        default=default,
    )


_SORTED, _AS_IT_IS = _encoder(_refused, True), _encoder(_refused, False)


def _whole(digits: str) -> int | Exact:
    """Python takes at most some thousand digits, and knows no -0."""
    try:
        return int(digits) if digits != "-0" else Exact(digits)
    except ValueError:
        return Exact(digits)


def _real(digits: str) -> float | Exact:
    value = float(digits)
    return value if math.isfinite(value) and repr(value) == digits else Exact(digits)


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=lambda _: None)
_EMPTY = '{"object":"list","results":['
_LIST = re.compile(r"[ \t\r\n]*".join(["", *map(re.escape, re.findall(r'"\w+"|.', _EMPTY)), ""]))
_BETWEEN = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
