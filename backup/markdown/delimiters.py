"""Which `**`, `*` and `~~` are certain to work, and HTML tags in place of all the others.

Markdown marks bold text by `**` on both sides. But whether a `**` counts depends on what stands
around it: `**bold**text` works, `**(bold)**text` does not, and Notion allows a mark to begin and
end anywhere. A page must look right on GitHub *and* on Gitea, and their parsers differ. So:

1. Write every mark with Markdown's delimiters.
2. Look at each delimiter run in the finished text. (A run is what stands together, like the `***`
   that closes bold and italic at once.) Ask of both parsers whether they surely read it as meant.
3. Where the answer is no, write that mark as `<strong>`, `<em>` or `<del>` instead: tags work
   everywhere, they only read less well. Tags change what stands around other delimiters, so look
   again, until every delimiter that is left is certain.

What a parser asks of a run (CommonMark, "Emphasis and strong emphasis"): an opener must be
*left-flanking*, that is, glued to the text that follows it; a closer *right-flanking*, glued to
the text before it. "Glued" fails at white space, and it fails at punctuation unless white space or
punctuation stands on the other side of the run as well. The parsers differ in what they call
punctuation, and in whom they take for the neighbour of a run: see MODELS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple
from unicodedata import category

from backup.markdown.nesting import Close, Open

MARKDOWN = {"b": "**", "i": "*", "s": "~~"}
TAGS = {"b": "strong", "i": "em", "s": "del", "u": "ins", "m": "mark"}
_ASCII_SYMBOLS = "$+<=>^`|~"


class Model(NamedTuple):
    """How one parser looks at the neighbours of a run: `punctuation` holds the first letters of
    the Unicode categories that count, `skipped` the characters that a run of `*` looks past."""

    punctuation: str
    skipped: str


MODELS = (
    Model(punctuation="P", skipped="~"),  # cmark-gfm, as on GitHub: CommonMark 0.29
    Model(punctuation="PS", skipped=""),  # goldmark, as in Gitea: CommonMark 0.31
)


class Delimiter(NamedTuple):
    """One delimiter in the finished text: text[start:end]."""

    start: int
    end: int
    mark: Open | Close


class Flanks(NamedTuple):
    """What one parser makes of one run."""

    left: bool
    right: bool


def written(parts: Sequence[str | Open | Close], tags: Iterable[int] = ()) -> str:
    """The finished text of `parts`; the pairs in `tags` are written as HTML tags in any case."""
    as_tags = set(tags)
    while True:
        text, delimiters = _assembled(parts, as_tags)
        uncertain = _uncertain(text, delimiters)
        if not uncertain:
            return text
        as_tags |= uncertain


def flanks(text: str, start: int, end: int, model: Model) -> Flanks:
    """Whether `model` finds text[start:end] left-flanking and right-flanking."""
    skipped = model.skipped if text[start] == "*" else ""
    before = _class(
        text[:start].rstrip(skipped)[-1:] if skipped else text[start - 1 : start], model
    )
    after = _class(text[end:].lstrip(skipped)[:1] if skipped else text[end : end + 1], model)
    left = after == "word" or (after == "punctuation" and before != "word")
    right = before == "word" or (before == "punctuation" and after != "word")
    return Flanks(left, right)


def could_flank(text: str, start: int, end: int) -> Flanks:
    """Whether any model finds text[start:end] left-flanking, and any finds it right-flanking."""
    found = [flanks(text, start, end, model) for model in MODELS]
    return Flanks(any(one.left for one in found), any(one.right for one in found))


def _class(char: str, model: Model) -> str:
    if not char or char.isspace():
        return "space"
    if char in _ASCII_SYMBOLS or category(char)[0] in model.punctuation:
        return "punctuation"
    return "word"


def _assembled(
    parts: Sequence[str | Open | Close], as_tags: Set[int]
) -> tuple[str, list[Delimiter]]:
    written: list[str] = []
    delimiters: list[Delimiter] = []
    length = 0
    for part in parts:
        text = part if isinstance(part, str) else _mark(part, as_tags)
        if text and not isinstance(part, str) and text[0] in "*~":
            delimiters.append(Delimiter(length, length + len(text), part))
        written.append(text)
        length += len(text)
    return "".join(written), delimiters


def _mark(part: Open | Close, as_tags: Set[int]) -> str:
    if part.pair not in as_tags and part.mark in MARKDOWN:
        return MARKDOWN[part.mark]
    return f"<{TAGS[part.mark]}>" if isinstance(part, Open) else f"</{TAGS[part.mark]}>"


def _uncertain(text: str, delimiters: list[Delimiter]) -> set[int]:
    """The pairs that have a delimiter in a run that one parser could read otherwise than meant."""
    uncertain: set[int] = set()
    open_stars: set[int] = set()  # pairs of `*` or `**` that are open before the run
    for run in _runs(text, delimiters):
        opened = {part.mark.pair for part in run if isinstance(part.mark, Open)}
        closed = {part.mark.pair for part in run} - opened
        if opened and closed:
            uncertain |= opened  # `**a***b*`: where one pair ends and the other begins is a guess
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
        return False  # a literal `*` or `~` touches the run
    for model in MODELS:
        found = flanks(text, start, end, model)
        if not (found.left if opens else found.right):
            return False
        if char == "*" and found.left and found.right and (others_open or len(run) > 1):
            return (
                False  # it could open as well as close, and there is more than one way to pair it
            )
    return True
