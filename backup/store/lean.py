"""JSON on one line with what is as always left out of its rich texts, and put back when it is read.

It works on the text, and that is safe: the keys are sorted and there are no spaces, so that the same value
is always the same text; and inside a string a quote has a backslash before it, so that no pattern here, all
of which begin and end with a quote or a bracket and have a bare one in them, ever begins and ends there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from backup import exact_json
from backup.errors import StoreError
from backup.json_values import is_shallow

AS_RECEIVED = "as_received"  # marks a line in which nothing is left out
_MOST_LEVELS = 64  # of lists and objects in each other; Notion's own stay below 20


_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_MARKS = ("bold", "code", "color", "italic", "strikethrough", "underline")
_USUAL = dict.fromkeys(_MARKS, "false") | {"color": '"default"'}
_ANNOTATIONS = ",".join(f'"{mark}":{value}' for mark, value in _USUAL.items())
_UNMARKED = f'"annotations":{{{_ANNOTATIONS}}},'
_ALL_MARKS = re.compile(
    r'"annotations":\{'
    + ",".join(
        f'"{mark}":({_STRING})' if mark == "color" else f'"{mark}":(true|false)' for mark in _MARKS
    )
    + r"\}"
)
_SOME_MARKS = re.compile(r'"annotations":\{([^{}]*)\}')
_MARK = re.compile(rf'"([a-z]+)":(true|{_STRING})')
_PLAIN = re.compile(
    rf'"href":null,"plain_text":({_STRING}),"text":\{{"content":\1,"link":null\}},"type":"text"\}}'
)
_LEAN_PLAIN = re.compile(
    rf'"text":(?<=[{{,]"text":)({_STRING})\}}'
)  # so it begins with plain letters
_LINKED = re.compile(
    rf'"href":({_STRING}),"plain_text":({_STRING}),'
    r'"text":\{"content":\2,"link":\{"url":\1\}\},"type":"text"\}'
)
_LEAN_LINKED = re.compile(rf'"href":({_STRING}),"text":({_STRING})\}}')
_HEADLESS = re.compile(rf'\{{(?="href":(?:null|{_STRING}),"(?:mention|plain_text)":)')


def dumps(value: Any) -> str:
    """The lean line of an object or a list. One that could not be read back just as it is says so in
    its beginning, and is as received."""
    [line] = shortened(encoded([value]))
    return as_received(value) if line is None else line


def encoded(values: Sequence[Any]) -> list[str]:
    """The text of each value with all that is in it. Raises StoreError for one that is nested too deeply."""
    texts = exact_json.dumps_each(values)
    for text, value in zip(texts, values, strict=True):
        check(text, value)
    return texts


def shortened(texts: Sequence[str]) -> list[str | None]:
    """The lean lines of such texts; None for one that could not be read back just as it is."""
    # All at once: a text has no line break, and none of the patterns goes beyond one.
    whole = "\n".join(texts)
    short = _short(whole)
    if _long(short) == whole:
        return [*short.split("\n")] if texts else []
    return [line for text in texts for line in shortened([text])] if len(texts) > 1 else [None]


def as_received(value: Any) -> str:
    """The line of an object or a list, with all that is in it, which says so in its beginning."""
    marked = [AS_RECEIVED, *value] if isinstance(value, list) else {AS_RECEIVED: True, **value}
    text = exact_json.dumps(marked)
    check(text, value)
    return text


def loads(line: str) -> Any:
    """The value of a lean line. Raises ValueError or RecursionError when it has none, StoreError when
    it is nested too deeply."""
    is_whole = line.startswith((f'["{AS_RECEIVED}",', f'{{"{AS_RECEIVED}":true,'))
    value = exact_json.loads(line if is_whole else _long(line))
    check(line, value)
    if not is_whole:
        return value
    if isinstance(value, list):
        return value[1:]
    del value[AS_RECEIVED]
    return value


def check(text: str, value: Any) -> None:
    """Raise StoreError for a value that others could not walk through, so deeply is it nested."""
    if text.count("[") + text.count("{") > _MOST_LEVELS and not is_shallow(value, _MOST_LEVELS):
        raise StoreError("A .notion.json is nested too deeply.")


def _short(text: str) -> str:
    text = text.replace(f'{{{_UNMARKED}"href":', '{"href":')
    text = _replaced(_PLAIN, text, lambda said: f'"text":{said}}}')
    text = _LINKED.sub(r'"href":\1,"text":\2}', text)
    return _ALL_MARKS.sub(_marks_that_are_set, text)


def _long(text: str) -> str:
    text = _SOME_MARKS.sub(_every_mark, text)
    text = _LEAN_LINKED.sub(
        r'"href":\1,"plain_text":\2,"text":{"content":\2,"link":{"url":\1}},"type":"text"}', text
    )
    text = _replaced(
        _LEAN_PLAIN,
        text,
        lambda said: (
            f'"href":null,"plain_text":{said},"text":{{"content":{said},"link":null}},"type":"text"}}'
        ),
    )
    return _HEADLESS.sub("{" + _UNMARKED, text)


def _replaced(pattern: re.Pattern[str], text: str, form: Callable[[str], str]) -> str:
    """`sub` for a pattern with one group, in a third of the time: nearly every block has one of these."""
    parts = pattern.split(text)
    parts[1::2] = map(form, parts[1::2])
    return "".join(parts)


def _marks_that_are_set(found: re.Match[str]) -> str:
    given = zip(_MARKS, found.groups(), strict=True)
    kept = ",".join(f'"{mark}":{value}' for mark, value in given if value != _USUAL[mark])
    return f'"annotations":{{{kept}}}'


def _every_mark(found: re.Match[str]) -> str:
    given = {**_USUAL, **dict(_MARK.findall(found[1]))}
    return '"annotations":{' + ",".join(f'"{mark}":{value}' for mark, value in given.items()) + "}"
