"""The how-to wiki of the sample workspace: its schema, its rows and their values."""

from __future__ import annotations

from backup.model import Json
from demo import drawings
from demo.notes import Notes
from fakenotion import build
from fakenotion import properties as p
from fakenotion.build import text

SCHEMA: dict[str, Json] = {
    "Name": p.of("title"),
    "Status": p.status(To_do=["Idea", "Draft"], In_progress=["In review"], Complete=["Good"]),
    "Area": p.select("Hardware", "Software", "People"),
    "Tags": p.multi_select("gauge", "gateway", "data", "safety", "writing"),
    "Summary": p.of("rich_text"),
    "Owner": p.of("people"),
    "Minutes": p.number(),
    "Reviewed": p.of("date"),
    "Verification": p.of("verification"),
    "Sources": p.of("relation"),
    "See also": p.of("relation"),
    "Sources read": p.rollup("Sources", "Finished", "checked"),
    "Newest source": p.rollup("Sources", "Read", "latest_date"),
    "Source titles": p.rollup("Sources", "Title", "show_original"),
    "Due": p.formula('dateAdd(prop("Reviewed"), 6, "months")'),
    "Long": p.formula('prop("Minutes") > 20'),
    "Hours": p.formula('round(prop("Minutes") / 6) / 10'),
    "Takes": p.formula('if(prop("Minutes") > 20, "half a day", "one coffee")'),
    "Files": p.of("files"),
    "No": p.unique_id("HOW"),
    "Print": p.of("button"),
    "Created": p.of("created_time"),
    "Created by": p.of("created_by"),
    "Edited": p.of("last_edited_time"),
    "Edited by": p.of("last_edited_by"),
}
NEW_OPENING = "A harmonic is one pure tide. Add up thirty-seven of them and you have the harbour."

_TITLES = {
    "online": ("Bring a new gauge online", "🛠️", "Hardware", ["gauge", "gateway"], 45),
    "silent": ("When a gateway goes silent", "📡", "Hardware", ["gateway", "safety"], 15),
    "python": ("Read the tide data with Python", "🐍", "Software", ["data"], 20),
    "harmonics": ("Harmonics in ten minutes", "🎼", "Software", ["data"], 10),
    "calibrate": ("潮位計の校正手順", "🎌", "Hardware", ["gauge"], 30),
    "spares": ("Spares / tools / who has what 🧰", None, "People", [], 5),
    "looks": ("What our pages can look like", "🎨", "People", ["writing"], 12),
    "yearbook": ("Put the yearbook together", "📖", "People", ["writing", "data"], 90),
    "weekly-1": ("Weekly notes", "🗓️", "People", [], 5),
    "weekly-2": ("Weekly notes", "🗓️", "People", [], 5),
}


def rows(notes: Notes) -> None:
    """The ten rows, still without text."""
    for key, (title, sign, area, tags, minutes) in _TITLES.items():
        notes.clock.forward(minutes=2)
        values = {"Area": area, "Tags": tags, "Minutes": minutes, "Status": "Good"}
        icon = build.emoji(sign) if sign else _buoy(notes)
        row = notes.workspace.add_page(notes.wiki, title, values, icon=icon)
        notes.rows[key] = row
    _values(notes)
    _view(notes)


def _view(notes: Notes) -> None:
    """The columns that people look at, and the order of the rows: by area, then the longest first."""
    [view] = notes.workspace.views_of(notes.wiki)
    columns = ["Name", "Area", "Status", "Owner", "Minutes", "Sources", "Reviewed"]
    sorts = [
        {"property": "Area", "direction": "ascending"},
        {"property": "Minutes", "direction": "descending"},
    ]
    notes.workspace.change_view(view, columns=[*columns, ("Tags", False, 200)], sorts=sorts)


def _buoy(notes: Notes) -> Json:
    buoy = notes.workspace.emojis[0]
    return build.custom_emoji(buoy["id"], buoy["name"], buoy["url"])


def _values(notes: Notes) -> None:
    set_, rows_, people = notes.workspace.set_property, notes.rows, notes.people
    set_(rows_["online"], "Owner", [people["ben"], people["mio"]])
    set_(
        rows_["online"],
        "Summary",
        ["From the box to the first reading. ", text("No diving.", bold=True)],
    )
    set_(rows_["online"], "Reviewed", "2026-08-30")
    verified = {"state": "verified", "verified_by": people["ada"]}
    until = {"start": "2026-08-30", "end": "2027-02-28", "time_zone": None}
    set_(rows_["online"], "Verification", {**verified, "date": until})
    plan = notes.workspace.files.keep(
        "mounting-plan.pdf", drawings.pdf("Mounting plan", "Four bolts")
    )
    set_(rows_["online"], "Files", [{"name": "mounting-plan.pdf", **build.hosted(plan)}])
    set_(rows_["yearbook"], "Status", "In review")
    set_(rows_["calibrate"], "Owner", [people["mio"]])
    set_(rows_["spares"], "Status", "Idea")
    cover = notes.workspace.files.outside("evening.png", drawings.evening())
    notes.workspace.set_cover(rows_["online"], build.external(cover))
    set_(rows_["python"], "See also", [rows_["harmonics"], rows_["online"]])
    _sources(notes)


def _sources(notes: Notes) -> None:
    set_, rows_ = notes.workspace.set_property, notes.rows
    used = {"online": ["field"], "harmonics": ["slowly", "clock"], "looks": ["plain"]}
    for page, keys in used.items():
        set_(rows_[page], "Sources", [rows_[key] for key in keys])
