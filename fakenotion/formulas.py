"""Works formulas out, as far as demonstrations and random histories need them.

A value is a pair of what it is (number, boolean, string, date, list) and itself; a date is a date
object of the API. Understood are numbers, texts, the operators, prop, if, not, empty, format,
length, round and dateAdd.
"""

from __future__ import annotations

import calendar
import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

Value: TypeAlias = tuple[str, Any]
Ask = Callable[[str], Value]
Formula = Callable[[Ask], Value]

_TOKEN = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|"((?:[^"\\]|\\.)*)"|(\w+)|(==|!=|>=|<=|[-+*/%()<>,]))')
_RANK = {"or": 1, "and": 2, "==": 3, "!=": 3, ">": 4, ">=": 4, "<": 4, "<=": 4}
_RANK |= {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_COUNT: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": math.fmod,
    "/": operator.truediv,
}


class Unknown(ValueError):
    """An expression that is not understood here."""


@lru_cache(maxsize=512)
def parsed(expression: str) -> Formula:
    """The formula of an expression; raises Unknown."""
    reader = _Reader(expression)
    made = reader.expression(0)
    if reader.token:
        raise Unknown(expression)
    return made


def text(value: Value) -> str:
    """A value as text."""
    kind, found = value
    if kind == "date":
        return str((found or {}).get("start", ""))
    if kind == "boolean":
        return "true" if found else "false"
    return "" if found is None else str(found)


class _Reader:
    """Takes an expression apart, operator by operator."""

    def __init__(self, expression: str) -> None:
        self.source, self.place = expression, 0
        self.token: tuple[str, str] | None = None
        self.next()

    def next(self) -> tuple[str, str]:
        """The present token, which is passed."""
        before = self.token
        found = _TOKEN.match(self.source, self.place)
        if found is None:
            if self.source[self.place :].strip():
                raise Unknown(self.source)
            self.token = None
        else:
            kind = ("number", "text", "word", "sign")[(found.lastindex or 1) - 1]
            self.token, self.place = (kind, found[found.lastindex or 1]), found.end()
        return before or ("", "")

    def expect(self, sign: str) -> None:
        if self.next()[1] != sign:
            raise Unknown(self.source)

    def expression(self, rank: int) -> Formula:
        left = self.single()
        while self.token and _RANK.get(self.token[1], 0) > rank and self.token[0] != "text":
            word = self.next()[1]
            left = _joined(word, left, self.expression(_RANK[word]))
        return left

    def single(self) -> Formula:
        kind, word = self.next()
        if kind == "number":
            return lambda ask: ("number", float(word))
        if kind == "text":
            said = re.sub(r"\\(.)", r"\1", word)
            return lambda ask: ("string", said)
        if word == "-":
            return _called("minus", [self.single()])
        if word == "(":
            inside = self.expression(0)
            self.expect(")")
            return inside
        if word in ("true", "false"):
            return lambda ask: ("boolean", word == "true")
        if word == "not" and (not self.token or self.token[1] != "("):
            return _called("not", [self.single()])
        return _called(word, self.arguments())

    def arguments(self) -> list[Formula]:
        self.expect("(")
        found = []
        while self.token and self.token[1] != ")":
            found.append(self.expression(0))
            if self.token and self.token[1] == ",":
                self.next()
        self.expect(")")
        return found


def _joined(word: str, left: Formula, right: Formula) -> Formula:
    if word in ("and", "or"):
        join = all if word == "and" else any
        return lambda ask: ("boolean", join(bool(side(ask)[1]) for side in (left, right)))
    if word in ("==", "!="):
        return lambda ask: ("boolean", (left(ask) == right(ask)) is (word == "=="))
    return lambda ask: _worked_out(word, left(ask), right(ask))


def _worked_out(word: str, left: Value, right: Value) -> Value:
    if word == "+" and "string" in (left[0], right[0]):
        return "string", text(left) + text(right)
    one, other = (text(each) if each[0] == "date" else each[1] for each in (left, right))
    if word in _COMPARE:
        known = (
            one is not None and other is not None and isinstance(one, str) is isinstance(other, str)
        )
        return "boolean", known and _COMPARE[word](one, other)
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return "number", None
    if word in "/%" and not other:
        return "number", None
    return "number", _COUNT[word](one, other)


def _called(name: str, given: list[Formula]) -> Formula:
    if name not in _FUNCTIONS:
        raise Unknown(name)
    function, count = _FUNCTIONS[name]
    if len(given) != count:
        raise Unknown(name)
    return lambda ask: function(ask, *given)


def _prop(ask: Ask, name: Formula) -> Value:
    return ask(text(name(ask)))


def _if(ask: Ask, test: Formula, yes: Formula, no: Formula) -> Value:
    return yes(ask) if test(ask)[1] else no(ask)


def _round(ask: Ask, number: Formula) -> Value:
    found = number(ask)[1]
    return "number", None if found is None else math.floor(found + 0.5)


def _minus(ask: Ask, number: Formula) -> Value:
    found = number(ask)[1]
    return "number", None if found is None else -found


def _length(ask: Ask, of: Formula) -> Value:
    kind, found = of(ask)
    return "number", found if kind == "list" else len(text((kind, found)))


def _date_add(ask: Ask, start: Formula, count: Formula, unit: Formula) -> Value:
    begin, number, word = start(ask)[1], count(ask)[1], text(unit(ask))
    if not isinstance(begin, dict) or number is None:
        return "date", None
    day, rest = date.fromisoformat(begin["start"][:10]), begin["start"][10:]
    days = {"days": 1, "weeks": 7}.get(word)
    if days:
        day += timedelta(days=days * int(number))
    else:
        day = _later(day, int(number) * {"months": 1, "years": 12}[word])
    return "date", {**begin, "start": f"{day.isoformat()}{rest}", "end": None}


def _later(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


_FUNCTIONS: Mapping[str, tuple[Callable[..., Value], int]] = {
    "prop": (_prop, 1),
    "if": (_if, 3),
    "round": (_round, 1),
    "minus": (_minus, 1),
    "length": (_length, 1),
    "dateAdd": (_date_add, 3),
    "not": (lambda ask, one: ("boolean", not one(ask)[1]), 1),
    "empty": (lambda ask, one: ("boolean", one(ask)[1] in (None, "", 0, False)), 1),
    "format": (lambda ask, one: ("string", text(one(ask))), 1),
}
