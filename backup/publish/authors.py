"""Finds a page's last editor in Notion, as the author of its commit (only for `COMMIT=page`).

It stands apart because nothing else in this room asks Notion.
"""

from __future__ import annotations

from collections.abc import Mapping

from backup.errors import NotionError
from backup.json_values import as_object, mapping
from backup.model import Identity, Json, Row, dashed_id, moment
from backup.notion.client import Client
from backup.notion.users import Users
from backup.publish.publisher import Credit

_NOWHERE = "users.notion.invalid"


class Authors:
    """Who made an edit. `rows` are the pages as the listing showed them."""

    def __init__(self, client: Client, users: Users, rows: Mapping[str, Row]) -> None:
        self._client = client
        self._users = users
        self._rows = rows

    def credit(self, page_id: str, edited: str) -> Credit:
        """Who made the edit of a page that was done at `edited` (ISO 8601), and when that was."""
        row = self._rows.get(page_id)
        is_shown = row is not None and row.packed and row.edited == edited
        raw = row.raw if row and is_shown else self._page(page_id)
        when = str(raw.get("last_edited_time") or edited)
        id_ = str(as_object(raw.get("last_edited_by")).get("id") or "")
        return Credit(_named(id_, self._users.user(id_) or {}), _seconds(when))

    def _page(self, page_id: str) -> Json:
        """A page that no listing shows, or not as it was read: also one in the trash can be asked for."""
        try:
            return self._client.page(dashed_id(page_id))
        except NotionError:
            return {}


def _named(id_: str, user: Json) -> Identity:
    email = mapping(user, "person").get("email")
    name = str(user.get("name") or "") or f"Notion user {id_[:8]}".strip()
    return Identity(name, str(email or f"{id_ or 'nobody'}@{_NOWHERE}"))


def _seconds(time: str) -> int:
    found = moment(time)
    return int(found.timestamp()) if found else 0
