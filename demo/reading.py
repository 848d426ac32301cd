"""The reading list of the sample workspace: its schema, its rows, and what is written in them."""

from __future__ import annotations

from typing import Any

from backup.model import Json
from demo import drawings
from demo.notes import Notes
from fakenotion import blocks as b
from fakenotion import build
from fakenotion import properties as p
from fakenotion.build import text

SCHEMA: dict[str, Json] = {
    "Title": p.of("title"),
    "Author": p.of("rich_text"),
    "Kind": p.select("Book", "Paper", "Podcast", "Website"),
    "Topics": p.multi_select("tides", "mud", "radio", "writing", "clocks"),
    "Rating": p.number(),
    "Price": p.number("euro"),
    "Finished": p.of("checkbox"),
    "Read": p.of("date"),
    "Link": p.of("url"),
    "Ask": p.of("email"),
    "Library phone": p.of("phone_number"),
    "Library": p.of("place"),
    "Copies": p.of("files"),
    "Used in": p.of("relation"),
    "Added": p.of("created_time"),
}

PLACE = {
    "lat": 53.5461,
    "lon": 8.5806,
    "name": "Harbour Library",
    "address": "Quay 3",
    "aws_place_id": None,
    "google_place_id": None,
}


_TITLES = {
    "field": ("A field guide to quiet harbours", "📗"),
    "slowly": ("Sea level, slowly", "🌊"),
    "mud": ("Notes on mud", "🟤"),
    "clock": ("The clockmaker's almanac: 24/7 <for beginners> & others", ""),
    "radio": ("Signals over water", ""),
    "plain": ("Plain words for measured things", "✍️"),
}
_VALUES: dict[str, dict[str, Any]] = {
    "field": {
        "Author": "M. Okonjo",
        "Kind": "Book",
        "Topics": ["tides", "mud"],
        "Rating": 4.5,
        "Price": 24,
        "Finished": True,
        "Read": ("2026-08-02", "2026-08-19"),
        "Library": PLACE,
        "Library phone": "+49 471 555 0142",
    },
    "slowly": {
        "Author": [text("J. Lindgren"), text(" & ", italic=True), text("P. Sato")],
        "Kind": "Paper",
        "Topics": ["tides", "clocks"],
        "Rating": 5,
        "Finished": True,
        "Read": "2026-09-03",
        "Ask": "library@example.org",
        "Link": "https://example.org/papers/sea-level-slowly?download=1&page=2",
    },
    "mud": {"Author": "Anon.", "Kind": "Book", "Topics": ["mud"]},
    "clock": {"Kind": "Book", "Topics": ["clocks"], "Rating": 3, "Price": 0},
    "radio": {
        "Author": "The Shore Radio Club",
        "Kind": "Podcast",
        "Topics": ["radio"],
        "Read": "2026-09-21T19:30:00.000+02:00",
        "Link": "https://example.net/signals",
    },
    "plain": {
        "Author": "R. Haas",
        "Kind": "Website",
        "Topics": ["writing"],
        "Rating": 4,
        "Finished": True,
    },
}


def rows(notes: Notes) -> None:
    """The six rows, still without text."""
    icons = {
        "clock": build.external(notes.workspace.emojis[0]["url"]),
        "radio": notes.image("buoy.png", drawings.buoy()),
    }
    for key, (title, sign) in _TITLES.items():
        notes.clock.forward(minutes=3)
        icon = icons.get(key) or build.emoji(sign)
        page = notes.workspace.add_page(notes.reading, title, _VALUES[key], icon=icon)
        notes.rows[key] = page
    chapter = drawings.pdf("Sea level, slowly", "Chapter 2")
    file = build.hosted(notes.workspace.files.keep("sea-level-slowly-chapter-2.pdf", chapter))
    copies = [{"name": "Chapter 2.pdf", **file}]
    notes.workspace.set_property(notes.rows["slowly"], "Copies", copies)


def pages(notes: Notes) -> None:
    """The texts. One row stays empty, as in every reading list."""
    _field_guide(notes)
    _slowly(notes)
    notes.write(
        "mud",
        b.paragraph("Forty pages on why the ", text("benchmark", bold=True), " at gauge 4 sinks."),
        build.block("quote", "Mud is not a surface. It is an opinion."),
    )
    notes.write(
        "radio",
        b.paragraph("Episode 12 explains our dead spot behind the silo. Heard it twice."),
        build.block(
            "bookmark", url="https://example.net/signals/12", caption="Episode 12, 34 minutes"
        ),
        b.media(
            "audio",
            build.hosted(notes.workspace.files.keep("bell.wav", drawings.bell())),
            "The bell they use as a jingle",
        ),
    )
    notes.write(
        "plain",
        b.paragraph("Three rules that we took over for ", notes.mention("looks"), ":"),
        *b.numbers("Say what the number is for.", "Then the number.", "Then how sure you are."),
    )


def _field_guide(notes: Notes) -> None:
    cover = notes.workspace.files.keep("evening.png", drawings.evening())
    notes.workspace.set_cover(notes.rows["field"], build.hosted(cover))
    notes.write(
        "field",
        b.heading(2, "What we keep from it"),
        *b.bullets(
            "Look at the harbour for one whole tide before you drill the first hole.",
            build.block(
                "bulleted_list_item",
                "Ask three people:",
                children=b.bullets("the harbour master,", "whoever sells bait,", "a child."),
            ),
            [text("Photograph the zero mark "), text("with a ruler", underline=True), "."],
        ),
        b.heading(2, "Where it is wrong"),
        b.paragraph(
            "Page 81 mixes up ",
            text("chart datum", italic=True),
            " and mean sea level. See ",
            notes.mention("harmonics"),
            " for the difference.",
        ),
        build.block("divider"),
        b.paragraph("Borrowed from the library until ", build.mention_date("2026-10-30"), "."),
    )


def _slowly(notes: Notes) -> None:
    notes.write(
        "slowly",
        b.paragraph(
            "The paper behind our yearbook's trend line, ",
            notes.link("harmonics", "worked through here"),
            ".",
        ),
        b.equation(r"h(t) = h_0 + r\,t + \sum_{k} A_k \cos(\omega_k t - \varphi_k)"),
        b.table(
            [
                ["Term", "Meaning", "At our gauges"],
                [build.equation("h_0"), "mean level in the first year", "5.02 m"],
                [
                    build.equation("r"),
                    "what everybody asks about",
                    [text("2.1", bold=True), " mm a year"],
                ],
                [build.equation("A_k"), "size of one tide | there are 37", "table 4"],
            ]
        ),
        b.to_do("Read the appendix", checked=True),
        b.to_do(["Ask ", build.mention_user(notes.people["mio"]), " about figure 6"]),
    )
    notes.workspace.add_comment(
        notes.rows["slowly"], "Figure 6 has its axes swapped, I wrote to them."
    )
