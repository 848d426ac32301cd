"""Marks and links in order: properly nested, and by delimiters only where those are certain to work.

Notion's marks may overlap freely; Markdown's and HTML's cannot, so `nested` cuts overlaps, and makes
a row of tokens of the pieces. `written` then decides which `**`, `*` and `~~` are certain, and writes
HTML tags in place of all the others.

Markdown marks bold text by `**` on both sides. But whether a `**` counts depends on what stands
around it: `**bold**text` works, `**(bold)**text` does not, and in Notion a mark may begin and end
anywhere. The page must look right on GitHub *and* on Gitea, and their parsers differ. So:

1. Write every mark with Markdown's delimiters.
2. Look at each run of delimiters in the finished text. (A run is what stands together, like the
   `***` that closes bold and italic at once.) Is it certain that both parsers read it as meant?
3. Where it is not, write those marks as `<strong>`, `<em>` or `<del>` instead: tags work anywhere,
   they only read less well. Tags change what stands around other delimiters, so look again, until
   every delimiter that is left is certain.

What a parser asks (CommonMark, "Emphasis and strong emphasis"): an opener must be glued to the text
behind it, a closer to the text before it. A run is glued to a letter. It is never glued to white
space, and to punctuation only when its other side is white space or punctuation as well:

    a **(b)** c    works: behind the opener is punctuation, but before it is a space
    a**(b)** c     does not: before the opener is a letter

Each thing in which the parsers differ makes the answer a "maybe", and maybe is not certain:

- what is punctuation: a currency sign or an emoji is for goldmark (Gitea: CommonMark 0.31), not for
  cmark-gfm (GitHub: CommonMark 0.29); and each knows the characters of its own version of Unicode;
- who is the neighbour: cmark-gfm looks past `~` when it judges a `*`.

And being glued is not enough where a run could be paired in more than one way; see `_is_certain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from enum import Enum
from functools import lru_cache
from itertools import count, groupby
from typing import NamedTuple, TypeAlias
from unicodedata import category, ucd_3_2_0

from backup.markdown.inline.read import MARKS, Kind, Piece

MARKDOWN = {"b": "**", "i": "*", "s": "~~"}
TAGS = {"b": "strong", "i": "em", "s": "del", "u": "ins", "m": "mark"}
_ASCII_SYMBOLS = "$+<=>^`|~"  # punctuation for every parser, though Unicode calls them symbols


class Open(NamedTuple):
    """A mark begins; `pair` is the number it shares with the Close that ends it."""

    mark: str
    pair: int


class Close(NamedTuple):
    """The mark of the Open with the same `pair` ends."""

    mark: str
    pair: int


class LinkStart(NamedTuple):
    """A link begins; the text inside comes as tokens up to the next LinkEnd."""

    target: str


class LinkEnd(NamedTuple):
    """The link ends."""

    target: str


Token: TypeAlias = "Piece | Open | Close | LinkStart | LinkEnd"


class _Item(NamedTuple):
    """What one stack of marks sees as one thing: a piece, or a whole link."""

    marks: str
    pieces: list[Piece]
    target: str = ""


def nested(pieces: Sequence[Piece]) -> list[Token]:
    """The pieces, between the tokens that mark and link them."""
    if not any(piece.marks or piece.target for piece in pieces):
        return list(pieces)
    return list(_tokens(_items(pieces), count()))


def _items(pieces: Sequence[Piece]) -> list[_Item]:
    items: list[_Item] = []
    for target, stretch in groupby(pieces, lambda piece: piece.target):
        part = list(stretch)
        if target:
            items.append(_Item(_common(part), part, target))
        else:
            items += [_Item(piece.marks, [piece]) for piece in _apart(part)]
    return items


def _apart(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces, with the spaces that marked texts begin with as pieces of their own."""
    for piece in pieces:
        text = piece.text.lstrip() if piece.marks and piece.kind is Kind.TEXT else ""
        if text and text != piece.text:
            yield piece._replace(text=piece.text[: -len(text)])
            piece = piece._replace(text=text)
        yield piece


def _common(pieces: list[Piece]) -> str:
    return "".join(mark for mark in MARKS if all(mark in piece.marks for piece in pieces))


def _tokens(items: list[_Item], numbers: Iterator[int]) -> Iterator[Token]:
    stack: list[Open] = []
    for number, item in enumerate(items):
        while any(mark.mark not in item.marks for mark in stack):
            yield Close(*stack.pop())
        for mark in _to_open(items, number, "".join(open_.mark for open_ in stack)):
            stack.append(Open(mark, next(numbers)))
            yield stack[-1]
        yield from _content(item, numbers)
    for open_ in reversed(stack):
        yield Close(*open_)


def _to_open(items: list[_Item], number: int, already: str) -> list[str]:
    """The marks that begin at an item; the one that lasts longest goes outside."""
    item = items[number]
    marks = [mark for mark in MARKS if mark in item.marks and mark not in already]
    if _is_blank(item):
        # After a cut, the reopened mark would begin with a space: it waits for the next item.
        marks = [mark for mark in marks if mark in "mu"]
    return sorted(marks, key=lambda mark: -_end(items, number, mark)) if marks[1:] else marks


def _is_blank(item: _Item) -> bool:
    return item.pieces[0].is_space and not item.target


def _end(items: list[_Item], number: int, mark: str) -> int:
    """The item before which a mark ends that is on at item `number`."""
    rest = range(number, len(items))
    return next((n for n in rest if mark not in items[n].marks), len(items))


def _content(item: _Item, numbers: Iterator[int]) -> Iterator[Token]:
    if not item.target:
        yield item.pieces[0]
        return
    yield LinkStart(item.target)
    for_inside = str.maketrans("", "", item.marks)
    inner = [_Item(p.marks.translate(for_inside), [p]) for p in _apart(item.pieces)]
    yield from _tokens(inner, numbers)
    yield LinkEnd(item.target)


class Glued(Enum):
    """Whether the parsers find a run glued to the text on one side of it."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Delimiter(NamedTuple):
    """One delimiter in the finished text: text[start:end]."""

    start: int
    end: int
    mark: Open | Close


def written(parts: Sequence[str | Open | Close]) -> str:
    """The finished text of `parts`."""
    as_tags: set[int] = set()
    while True:
        text, delimiters = _assembled(parts, as_tags)
        uncertain = _uncertain(text, delimiters)
        if not uncertain:
            return text
        as_tags |= uncertain


def _assembled(parts: Sequence[str | Open | Close], tags: Set[int]) -> tuple[str, list[Delimiter]]:
    texts: list[str] = []
    delimiters: list[Delimiter] = []
    length = 0
    for part in parts:
        text = part if isinstance(part, str) else _mark(part, tags)
        if not isinstance(part, str) and text[0] != "<":
            delimiters.append(Delimiter(length, length + len(text), part))
        texts.append(text)
        length += len(text)
    return "".join(texts), delimiters


def _mark(part: Open | Close, tags: Set[int]) -> str:
    if part.pair not in tags and part.mark in MARKDOWN:
        return MARKDOWN[part.mark]
    return f"<{TAGS[part.mark]}>" if isinstance(part, Open) else f"</{TAGS[part.mark]}>"


def _uncertain(text: str, delimiters: list[Delimiter]) -> set[int]:
    """The pairs with a delimiter that one of the parsers could read otherwise than meant."""
    uncertain: set[int] = set()
    open_stars: set[int] = set()  # the pairs of `*` or `**` that are open before a run
    for run in _runs(text, delimiters):
        opened = {delimiter.mark.pair for delimiter in run if isinstance(delimiter.mark, Open)}
        closed = {delimiter.mark.pair for delimiter in run} - opened
        if opened and closed:
            uncertain |= opened  # `**a***b*`: where the one ends and the other begins is a guess
        elif not _is_certain(text, run, bool(opened), bool(open_stars - closed)):
            uncertain |= opened | closed
        if text[run[0].start] == "*":
            open_stars = (open_stars | opened) - closed
    return uncertain


def _runs(text: str, delimiters: list[Delimiter]) -> Iterator[list[Delimiter]]:
    """The delimiters, grouped by the run they stand in."""
    run: list[Delimiter] = []
    for delimiter in delimiters:
        if run and (run[-1].end, text[run[-1].start]) != (delimiter.start, text[delimiter.start]):
            yield run
            run = []
        run.append(delimiter)
    if run:
        yield run


def _is_certain(text: str, run: list[Delimiter], opens: bool, others_open: bool) -> bool:
    start, end = run[0].start, run[-1].end
    char = text[start]
    if char in (text[start - 1 : start], text[end : end + 1]):
        return False  # a literal `*` or `~` touches the run, and would be counted with it
    behind, before = glued_behind(text, start, end), glued_before(text, start, end)
    if (behind if opens else before) is not Glued.YES:
        return False
    # Between two letters a `*` could open as well as close. That is well when nothing else can be
    # paired with it; otherwise rules about multiples of three and lengths of runs come in.
    ambiguous = char == "*" and behind is not Glued.NO and before is not Glued.NO
    return not (ambiguous and (others_open or len(run) > 1))


def glued_behind(text: str, start: int, end: int) -> Glued:
    """Whether the run text[start:end] is glued to what follows it: CommonMark's "left-flanking"."""
    return _agreed([_glued(behind, before) for before, behind in _neighbours(text, start, end)])


def glued_before(text: str, start: int, end: int) -> Glued:
    """Whether the run text[start:end] is glued to what precedes it: "right-flanking"."""
    return _agreed([_glued(before, behind) for before, behind in _neighbours(text, start, end)])


def _agreed(answers: list[Glued]) -> Glued:
    return answers[0] if len(set(answers)) == 1 else Glued.MAYBE


def _neighbours(text: str, start: int, end: int) -> list[tuple[str, str]]:
    """The characters around a run as each parser sees them; '' at the edges of the text."""
    direct = (text[start - 1 : start], text[end : end + 1])
    if text[start] != "*" or "~" not in direct:
        return [direct]
    before, behind = text[:start].rstrip("~"), text[end:].lstrip("~")
    return [direct, (before[-1:], behind[:1])]


@lru_cache(maxsize=4096)
def _glued(near: str, far: str) -> Glued:
    near, far = _class(near), _class(far)
    if near == "space":
        return Glued.NO
    if near == "letter" or far in ("space", "punctuation"):
        return Glued.YES
    return Glued.NO if (near, far) == ("punctuation", "letter") else Glued.MAYBE


def _class(char: str) -> str:
    """What a character is to the parsers: space, punctuation, letter (all the rest), or unsure."""
    if not char or char.isspace():
        return "space"
    if char in _ASCII_SYMBOLS:
        return "punctuation"
    now, long_ago = category(char), ucd_3_2_0.category(char)
    if now[0] == long_ago[0] == "P":
        return "punctuation"
    # Unassigned ("Cn") to this Python may be an emoji to the parser of a newer server.
    return "unsure" if now == "Cn" or {now[0], long_ago[0]} & {"P", "S"} else "letter"
