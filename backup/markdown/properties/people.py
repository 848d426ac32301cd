"""Property values that name persons."""

from __future__ import annotations

from typing import Any

from backup.json_values import mapping, objects, word
from backup.markdown.dates import span
from backup.markdown.properties.shown import NOTHING, At, Shown, shows, together, words


@shows("created_by", "last_edited_by")
def person(value: Any, _at: At) -> Shown:
    """A person, a bot or a group by its name; one who has left has only an id."""
    if not isinstance(value, dict) or not (value.get("name") or value.get("id")):
        return NOTHING
    return words(word(value, "name").strip() or "Unknown person")


@shows("people")
def people(value: Any, at: At) -> Shown:
    """Their names."""
    return together(person(user, at) for user in objects(value))


@shows("verification")
def verification(value: Any, at: At) -> Shown:
    """'verified by Ada, 2026-01-01 → 2026-04-01'."""
    state = word(value, "state")
    if not state:
        return NOTHING
    who = person(mapping(value, "verified_by"), at).native
    when = span(mapping(value, "date"))
    return words(state + (f" by {who}" if who else "") + (f", {when}" if when else ""))
