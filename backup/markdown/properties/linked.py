"""Property values that point to pages, files and persons."""

from __future__ import annotations

from typing import Any

from backup.json_values import mapping, objects, word
from backup.markdown.dates import span
from backup.markdown.media import file_link, local_or_missing, missing_note, plain_image
from backup.markdown.properties.shown import NOTHING, At, Shown, shows, together, words
from backup.markdown.runs import page_mention
from backup.model import Json, MissingFile, bare_id


@shows("relation")
def relation(value: Any, at: At) -> Shown:
    """Links to the related pages, under their titles when they are in the backup."""
    return together(_related(word(item, "id"), at) for item in objects(value) if word(item, "id"))


def _related(page_id: str, at: At) -> Shown:
    target = at.context.targets.get(bare_id(page_id))
    mention = page_mention(page_id)
    return Shown((mention,), (target.title if target else "") or mention["href"])


@shows("files")
def files(value: Any, at: At) -> Shown:
    """Images as images, other files as links with their size."""
    return together(_file(item, f"{at.key}/{n}", at) for n, item in enumerate(objects(value)))


def _file(item: Json, key: str, at: At) -> Shown:
    found = local_or_missing(key, item, "file", at.context)
    if isinstance(found, MissingFile):
        return Shown(tuple(missing_note(found)), found.url or found.name)
    if found.width is not None and found.is_image:
        return Shown(native=found.path, images=(plain_image(found, at.context),))
    return Shown(tuple(file_link(found)), found.path)


@shows("created_by", "last_edited_by")
def person(value: Any, _at: At) -> Shown:
    """A person, a bot or a group by its name; of one who has left, or is not shown to the integration,
    there is only an id."""
    return words(word(value, "name").strip() or word(value, "id"))


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
