"""Where links may lead: every page and database of the backup, with its place, title and icon. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from backup.model import TEXT, Row, Target
from backup.sync.state import State, join
from backup.sync.steps import Listing, index_of


def all_targets(
    listing: Listing,
    state: State,
    folders: Mapping[str, str],
    removed: Collection[str],
    dead: Collection[str],
) -> dict[str, Target]:
    """Everything a link may lead to: what is listed now, what stays of what was there before, and the
    titles of what goes."""
    databases = {
        each.id: Target(index_of(folders[each.id]), each.title, each.icon, each.parent)
        for each in listing.databases
    }
    now = {
        row.id: Target(join(folders[row.id], TEXT), row.title, icon_of(row, state), row.parent)
        for each in listing.lists
        for row in each.rows
        if row.id in folders
    }
    gone = {*removed, *dead}
    named = {id_: Target("", title) for id_ in gone if (title := state.nodes[id_].title)}
    return {**named, **known_targets(state, folders, gone), **databases, **now}


def known_targets(
    state: State, folders: Mapping[str, str] = MappingProxyType({}), gone: Collection[str] = ()
) -> dict[str, Target]:
    """Everything of the state that a link may lead to, but for what is `gone`: where `folders` has no
    other place, it stays. What lies outside of the backup has only a title."""
    outside = {id_: Target("", title) for id_, title in state.outside.items() if title}
    places = {
        id_: Target(index_of(folders.get(id_, place.folder)), place.title, place.icon, place.parent)
        for id_, place in state.databases.items()
        if id_ not in gone
    }
    pages = {
        id_: Target(
            join(folders.get(id_, record.folder), TEXT),
            record.title,
            record.icon,
            record.parent,
        )
        for id_, record in state.pages.items()
        if id_ not in gone
    }
    return outside | places | pages


def icon_of(row: Row, state: State) -> str:
    """A list of blocks shows no icons: then it is the one that was read."""
    record = state.pages.get(row.id)
    return row.icon if record is None or row.packed or row.source else record.icon


def links_digest(links: Iterable[str], folder: str, targets: Mapping[str, Target]) -> str:
    """A short name for where a page's links lead, seen from its folder; '' when it has none.

    It is kept with the page: as long as it stays the same, the links need not be written again,
    however many runs were cut off in between.
    """
    if not (ids := sorted({link.partition("#")[0] for link in links})):
        return ""
    ends = [[t.path, t.title, t.icon] if (t := targets.get(id_)) else id_ for id_ in ids]
    text = json.dumps([folder, ends])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
