"""Who and what outside is still there: Notion refuses mentions of people who left, and relations to databases
that it does not show. It drops the emojis of another workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backup.errors import Forbidden, NotFound, NotionError
from backup.json_values import mapping, objects, word
from backup.model import Json, bare_id, dashed_id, is_bare_id
from backup.notion.client import Client
from backup.notion.paging import listed
from backup.restore.saved import Saved
from backup.restore.schema import outside_of, sources_of
from backup.store import StoredPage

_UNKNOWN = 400  # Assumed: also the answer for an id that is nobody's


def named(saved: Saved) -> frozenset[str]:
    """The ids of all people in texts, in values of rows and in filters of views; 32 hex digits each."""
    said = list(_objects([*_said(saved)]))
    people = [mapping(mapping(each, "mention"), "user") for each in said]
    people += [each for one in said for each in objects(one.get("people"))]
    found = {bare_id(word(each, "id")) for each in people}
    wanted = (mapping(each, "people") for each in _objects([*_filters(saved)]))
    found |= {bare_id(id_) for each in wanted for id_ in each.values() if isinstance(id_, str)}
    return frozenset(id_ for id_ in found if is_bare_id(id_))


def emojis_named(saved: Saved) -> frozenset[str]:
    """The ids of the emojis of the workspace's own that are icons, or stand in texts."""
    found = (mapping(each, "custom_emoji") for each in _objects([*_said(saved)]))
    return frozenset(bare_id(id_) for each in found if (id_ := word(each, "id")))


def _said(saved: Saved) -> Iterator[Any]:
    """All that texts, icons and values stand in."""
    for node in saved.nodes:
        yield node.raw
        if isinstance(node.stored, StoredPage):
            yield from (block.data for block in node.page.walk())
            yield [*node.page.comments]


def _filters(saved: Saved) -> Iterator[Any]:
    for node in saved.nodes:
        if node.kind == "database":
            yield from (view.get("filter") for view in node.database.views)


def _objects(value: Any) -> Iterator[Json]:
    """Every object in it, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)


def present(client: Client, ids: frozenset[str]) -> frozenset[str] | None:
    """Those of them who are in the workspace; None when the integration may not know."""
    found = set()
    for id_ in sorted(ids):
        try:
            client.user(dashed_id(id_))
        except Forbidden:
            return None
        except NotFound:
            continue
        except NotionError as error:
            if error.status != _UNKNOWN:
                raise
        else:
            found.add(id_)
    return frozenset(found)


def emojis(client: Client, saved: Saved) -> frozenset[str] | None:
    """The ids of the workspace's own emojis; None when nobody needs to know, or may."""
    if not emojis_named(saved):
        return None
    try:
        return frozenset(bare_id(word(each, "id")) for each in listed(client.custom_emojis()))
    except NotionError as error:
        if not error.is_refusal:
            raise
        return None


def sources(client: Client, saved: Saved) -> frozenset[str]:
    """The data sources outside of `saved` that relations lead to, and that Notion shows; `client` asks with
    the token that writes. One that may not read is taken to see all."""
    found = set()
    for id_ in sorted(outside_of(sources_of(saved.nodes).values())):
        try:
            client.data_source(dashed_id(id_))
        except NotFound:
            continue
        except Forbidden:
            found.add(id_)
        else:
            found.add(id_)
    return frozenset(found)
