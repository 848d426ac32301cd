"""Asks Notion for the addresses of files again: those that it signs last for an hour."""

from __future__ import annotations

from collections.abc import Callable

from backup.errors import NotionError
from backup.files import find, names
from backup.model import Block, File, Page, dashed_id
from backup.notion.client import Client


def refresher(client: Client) -> Callable[[File], File | None]:
    """A function that gives a file a fresh URL, by reading what it hangs on; None when it is gone."""
    return lambda file: fresh(client, file.key, names.identity(file))


def fresh(client: Client, key: str, identity: str) -> File | None:
    """The file that hangs at `key` (see model.File), with the URL that Notion gives for it now."""
    with client.spent_on("files"):
        return _fresh(client, key, identity)


def _fresh(client: Client, key: str, identity: str) -> File | None:
    owner, _, rest = key.partition("/")
    readers = (_from_comment,) if rest.isdigit() else _OWNERS.get(rest, (_from_page,))
    for read_owner in readers if owner != "emoji" else ():
        try:
            page = read_owner(client, owner)
        except NotionError:
            continue
        if found := find.known(identity, page):
            return found
    return None


def _from_block(client: Client, id_: str) -> Page:
    return Page("", {}, (Block.from_api(client.block(dashed_id(id_))),))


def _from_page(client: Client, id_: str) -> Page:
    return Page(id_, client.page(dashed_id(id_)))


def _from_comment(client: Client, id_: str) -> Page:
    return Page("", {}, comments=(client.comment(id_),))


# Who can tell, by what stands behind the owner's id in a key; all else belongs to a page.
_OWNERS = {"": (_from_block,), "icon": (_from_block, _from_page)}
