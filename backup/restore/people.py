"""Who and what outside is still there: Notion refuses mentions of people who left, and relations to databases
that it does not show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backup.errors import Forbidden, NotFound, NotionError
from backup.json_values import mapping, objects, word
from backup.model import bare_id, dashed_id
from backup.notion.client import Client
from backup.restore.saved import Saved
from backup.restore.schema import outside_of, sources_of
from backup.store import StoredPage

_UNKNOWN = 400  # Assumed: also the answer for an id that is nobody's


def named(saved: Saved) -> frozenset[str]:
    """The ids of everybody whom texts mention, or values of rows hold; 32 hex digits each."""
    pages = [node.page for node in saved.nodes if isinstance(node.stored, StoredPage)]
    found = {id_ for page in pages for id_ in _ids(page.raw.get("properties"))}
    found |= {id_ for page in pages for block in page.walk() for id_ in _ids(block.data)}
    return frozenset(found)


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _ids(each)
    elif isinstance(value, dict):
        people = [mapping(mapping(value, "mention"), "user"), *objects(value.get("people"))]
        yield from (bare_id(id_) for each in people if (id_ := word(each, "id")))
        for each in value.values():
            yield from _ids(each)


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
