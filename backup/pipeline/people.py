"""Names the people that a page shows and Notion gives only by their ids.

Of the last editor of a page Notion gives the id, and of a property or a comment it may. Who has the
capability to read users can ask for the name: once for a person, because the state remembers it. The name
stands in the page's store, so that the page can be written again without asking.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from backup import exact_json
from backup.json_values import as_object, mapping, objects, objects_within, word
from backup.model import PEOPLE, Json, Page, bare_id
from backup.notion.users import Users


@dataclass(frozen=True)
class People:
    """`names` are those that earlier runs learned, by the ids of people, '' where Notion did not say; new
    ones are added. `refresh`: known ones are asked for again."""

    users: Users
    names: MutableMapping[str, str]
    refresh: bool = False

    def named(self, page: Page) -> Page:
        """The page with names where it shows people; who has none stays as they are."""
        nameless = [user for user in _shown(page) if not word(user, "name") and word(user, "id")]
        if not nameless:
            return page
        whole = exact_json.dumps([page.raw, *page.comments], is_sorted=False)
        raw, *comments = exact_json.loads(whole)  # a copy, in half the time of deepcopy
        page = replace(page, raw=raw, comments=tuple(comments))
        users = (each for each in objects_within(page.raw) if each.get("object") == "user")
        named = {word(user, "id"): name for user in users if (name := word(user, "name"))}
        for user in _shown(page):
            id_ = word(user, "id")
            if id_ and not word(user, "name") and (name := named.get(id_) or self._name(id_)):
                user["name"] = name
        return page

    def _name(self, id_: str) -> str:
        key = bare_id(id_)
        if not self.refresh and key in self.names:
            return self.names[key]
        user = self.users.user(id_)
        if user is None:
            return self.names.get(key, "")
        self.names[key] = " ".join(word(user, "name").split())
        return self.names[key]


def _shown(page: Page) -> Iterator[Json]:
    """The user objects whose names the text of a page shows."""
    yield from _object(page.raw.get("last_edited_by"))
    for value in mapping(page.raw, "properties").values():
        yield from _in_value(value)
    for comment in page.comments:
        if not word(mapping(comment, "display_name"), "resolved_name").strip():
            yield from _object(comment.get("created_by"))


def _in_value(value: Any) -> Iterator[Json]:
    """Those of a property value, or of an item of a rollup."""
    for kind in PEOPLE:
        yield from _object(as_object(value).get(kind))
    yield from objects(as_object(value).get("people"))
    for item in objects(mapping(value, "rollup").get("array")):
        yield from _in_value(item)


def _object(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
