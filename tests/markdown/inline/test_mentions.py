"""Mentions of every kind, as a reader sees them."""

from __future__ import annotations

import pytest

from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.model import LocalFile, MissingFile, Target, dashed_id
from tests.support.rich import Run, looks, mention, text

PAGE = "1a2b3c4d5e6f70819293a4b5c6d7e8f9"
GONE = "f" * 32
CONTEXT = Context(
    path="wiki/guide/index.md",
    targets={PAGE: Target("wiki/how-to/index.md", "How *to*", "🧭")},
    files={
        "emoji/e1": LocalFile("assets/my cat.png", "cat", 10),
        "emoji/e2": MissingFile("dog", "404"),
    },
)

KINDS: dict[str, tuple[Run, str]] = {
    "a person": (mention("user", {"id": "u", "name": "Ada"}, "@Ada Lovelace"), "@Ada Lovelace"),
    "a person without a name": (mention("user", {"id": "u"}, ""), "@Anonymous"),
    "a page of the backup, under its own title": (
        mention("page", {"id": dashed_id(PAGE)}, "Old title"),
        r"[How \*to\*](../how-to/index.md)",
    ),
    "a page that is not in the backup": (
        mention("page", {"id": dashed_id(GONE)}, "Gone"),
        f"[Gone](https://www.notion.so/{GONE})",
    ),
    "a page without a title": (
        mention("page", {"id": GONE}, ""),
        f"[Untitled](https://www.notion.so/{GONE})",
    ),
    "a page whose title nobody sees": (
        mention("page", {"id": GONE}, "\u200b"),
        f"[Untitled](https://www.notion.so/{GONE})",
    ),
    "a page without an id, by its address": (
        mention("page", {}, "Plan", href=f"https://app.notion.com/p/{PAGE}"),
        "[Plan](../how-to/index.md)",
    ),
    "a database": (
        mention("database", {"id": PAGE}, "Tasks"),
        r"[How \*to\*](../how-to/index.md)",
    ),
    "a date": (mention("date", {"start": "2024-05-01"}, "2024-05-01"), "2024-05-01"),
    "a range of dates without words": (
        mention("date", {"start": "2024-05-01", "end": "2024-05-03"}, ""),
        "2024-05-01 → 2024-05-03",
    ),
    "a link with a title": (
        mention("link_mention", {"href": "https://e.co/a", "title": "A [b]"}, "https://e.co/a"),
        r"[A \[b\]](https://e.co/a)",
    ),
    "a link without a title": (
        mention("link_mention", {"href": "https://e.co/a"}, "https://e.co/a"),
        "<https://e.co/a>",
    ),
    "a preview": (mention("link_preview", {"url": "https://e.co/a"}, ""), "<https://e.co/a>"),
    "a template's date": (
        mention("template_mention", {"type": "template_mention_date"}, "@Today"),
        "@Today",
    ),
    "a template's person without words": (
        mention(
            "template_mention",
            {"type": "template_mention_user", "template_mention_user": "me"},
            "",
        ),
        "me",
    ),
    "an emoji of one's own": (
        mention("custom_emoji", {"id": "e1", "name": "cat"}, ":cat:"),
        '<img src="assets/my%20cat.png" alt=":cat:" width="20" height="20">',
    ),
    "an emoji that could not be had": (
        mention("custom_emoji", {"id": "e2", "name": "dog"}, ":dog:"),
        ":<span></span>dog:",
    ),
    "a kind that is not known": (mention("agent", {"id": "a"}, "Bot *1*"), r"Bot \*1\*"),
    "a kind that is not known, with an address": (
        mention("agent", {"id": "a"}, "Bot", href="https://e.co"),
        "[Bot](https://e.co)",
    ),
    "a kind whose value is no object": (mention("page", "x", "Page"), "Page"),
}


@pytest.mark.parametrize(("run", "expected"), KINDS.values(), ids=KINDS)
def test_a_mention_of(run: Run, expected: str) -> None:
    assert inline([run], CONTEXT) == expected


def test_a_mention_carries_its_marks() -> None:
    page = mention("page", {"id": PAGE}, "x", marks="b")
    assert inline([page, text(": go")], CONTEXT) == r"**[How \*to\*](../how-to/index.md)**: go"
    code = {**mention("user", {}, "@Ada"), "annotations": looks("c")}
    assert inline([code], CONTEXT) == "`@Ada`"


def test_an_emoji_of_ones_own_fits_into_a_cell() -> None:
    odd = mention("custom_emoji", {"id": "e1", "name": 'a|"$`'}, "")
    assert inline([odd], CONTEXT, Where.CELL) == (
        '<img src="assets/my%20cat.png" alt=":a&#124;&quot;&#36;&#96;:" width="20" height="20">'
    )
