"""Wiki pages of the sample workspace that show what else a Notion page can hold."""

from __future__ import annotations

from typing import Any

from backup.model import Json
from demo import drawings
from demo.notes import Notes
from fakenotion import blocks as b
from fakenotion import build
from fakenotion.build import text
from fakenotion.nodes import counted_id

_COLORS = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")

_SIGNS = {
    "ℹ️": "Good to know, but you may skip it.",
    "📝": "Keep this in mind while you work.",
    "❗": "Read this before you begin.",
    "🔥": "What we are proud of.",
    "🦀": "Everything that pinches.",
}


def pages(notes: Notes) -> None:
    """Their texts."""
    _looks(notes)
    _yearbook(notes)
    _weekly_1(notes)
    _weekly_2(notes)


def _looks(notes: Notes) -> None:
    marks: list[tuple[str, dict[str, Any]]] = [(mark, {mark: True}) for mark in build.MARKS]
    shown = [part for name, style in marks for part in (text(name, **style), ", ")]
    notes.write(
        "looks",
        b.paragraph(
            "Use ", *shown, text("all of it", bold=True, italic=True, color="red"), " sparingly."
        ),
        b.paragraph(
            *(text(f"{color} ", color=color) for color in _COLORS),
            *(text(f"{color} ", color=f"{color}_background") for color in _COLORS),
        ),
        build.block("paragraph", "A whole paragraph can be blue.", color="blue_background"),
        b.paragraph(
            "Stars * and _underscores_, `ticks`, <tags>, [brackets] and 1. numbers stay what they are."
        ),
        b.paragraph("Shift-Enter breaks\na line,\nor two."),
        build.block("paragraph"),
        _mentions(notes),
        *(b.callout(sign, words) for sign, words in _SIGNS.items()),
        build.block(
            "callout",
            "One with an icon of Notion's own",
            icon=build.icon("star", "yellow"),
            color="yellow_background",
            children=b.bullets("and a list", "inside"),
        ),
        build.block("callout", "And one without", color="default"),
    )


def _mentions(notes: Notes) -> Json:
    buoy = notes.workspace.emojis[0]
    return b.paragraph(
        *("People ", build.mention_user(notes.people["ada"]), ", dates "),
        *(build.mention_date("2026-09-21", "2026-09-25"), ", pages ", notes.mention("weekly-1")),
        *(", databases ", build.mention_database(notes.reading, "Reading list"), ", links "),
        build.mention_link(
            "https://example.org/tides",
            title="Tides today",
            icon_url=buoy["url"],
            link_provider="Example",
            thumbnail_url=buoy["url"],
        ),
        *(", our own ", build.mention_emoji(buoy["id"], buoy["name"], buoy["url"]), ", "),
        *(build.mention_preview("https://github.com/example/tide/pull/7"), " and "),
        *(build.mention_template("today"), "."),
    )


def _yearbook(notes: Notes) -> None:
    old = build.external(notes.workspace.files.outside("buoy-2025.png", drawings.buoy()))
    notes.write(
        "yearbook",
        b.columns(
            [b.heading(3, "Numbers"), *b.bullets("37 tides", "9 gauges")],
            [b.heading(3, "Words"), b.paragraph("One story per gauge, no more.")],
            ratios=(0.33, 0.67),
        ),
        b.tabs({"2026": [b.paragraph("In the making.")], "2025": [b.media("image", old)]}),
        *_attachments(notes),
        b.heading(2, "Looking back"),
        b.media(
            "video",
            build.external("https://www.youtube.com/watch?v=EXAMPLE0001"),
            "The storm of January",
        ),
        build.block("embed", url="https://maps.example.com/?gauges=all", caption="All gauges"),
        build.block("link_preview", url="https://github.com/example/tide/issues/42"),
        b.link_to_page(notes.reading, "database_id"),
        build.block("unsupported", block_type="button"),
    )
    checklist = notes.workspace.add_page(
        notes.rows["yearbook"],
        "Yearbook checklist",
        {},
        [
            b.to_do("Ask for photos", checked=True),
            b.to_do("Count the pages"),
            b.to_do("Order paper"),
        ],
        icon=build.emoji("☑️"),
    )
    notes.write(
        "yearbook",
        b.paragraph(
            "Who orders paper: see ", build.mention_page(checklist, "Yearbook checklist"), "."
        ),
    )


def _attachments(notes: Notes) -> list[Json]:
    files = notes.workspace.files
    draft = drawings.pdf("Yearbook 2026", "Draft of chapter 1", "Nine gauges, one year")
    page = b"<!doctype html><title>Gauges</title><p>A drawing that moves, once.</p>"
    return [
        b.media("pdf", build.hosted(files.keep("yearbook draft (1).pdf", draft)), "Chapter 1"),
        build.block("embed", url=files.keep("gauges.html", page)),
    ]


def _weekly_1(notes: Notes) -> None:
    notes.write(
        "weekly-1",
        b.heading(2, build.mention_date("2026-09-14")),
        *b.bullets("Gauge 4 sinks (again).", ["Reading: ", notes.mention("mud")]),
        build.block("divider"),
        build.block(
            "template", "Add next week", children=[b.heading(2, build.mention_template("today"))]
        ),
    )
    notes.workspace.add_template(
        notes.workspace.source(notes.wiki), "How to …", [b.paragraph("In one sentence:")], True
    )


def _weekly_2(notes: Notes) -> None:
    """Notes of a recorded meeting. Assumed: its sections are listed as paragraphs below it."""
    row = notes.rows["weekly-2"]
    names = ("summary", "notes", "transcript")
    sections = {f"{name}_block_id": counted_id(row, name) for name in names}
    words = ("Nine gauges, all alive.", "Mio takes the paper.", "So. Who has the long key?")
    below = [
        build.block("paragraph", id=sections[f"{name}_block_id"], children=[b.paragraph(word)])
        for name, word in zip(names, words, strict=True)
    ]
    times = {"start_time": "2026-09-21T08:00:00.000Z", "end_time": "2026-09-21T08:25:00.000Z"}
    meeting = build.block(
        "meeting_notes",
        title=build.runs("Monday, all three of us"),
        status="notes_ready",
        recording=times,
        children=below,
    )
    meeting["meeting_notes"]["children"] = sections
    notes.write(
        "weekly-2", b.paragraph("See ", notes.mention("weekly-1"), " for last week."), meeting
    )
