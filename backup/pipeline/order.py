"""Keeps the order in which the properties of a database stand: the API lists them in any order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from backup import store
from backup.json_values import mapping, word
from backup.model import STORE, bare_id
from backup.store import StoredDatabase, StoreError
from backup.sync.state import Place, State, join
from backup.sync.steps import Listing


def in_order(
    listing: Listing, known: State, stores: Callable[[Collection[str]], Iterable[tuple[str, bytes]]]
) -> Listing:
    """The listing with the properties of each database in the order in which its pages are written: that of
    its store in the backup, which `stores` gives. Of a database that did not change, none is read."""
    changed = {
        join(place.folder, STORE): each
        for each in listing.databases
        if each.stored and (place := known.databases.get(each.id, Place(each.folder, "")))
        if store.digest(each.stored) != place.listing_digest
    }
    schemas, ordered = dict(listing.schemas), {each.id: each for each in listing.databases}
    for path, data in stores(changed) if changed else ():
        now, before = store.loads(changed[path].stored or b""), _of_database(data)
        if isinstance(now, StoredDatabase) and before and before.id == now.id:
            now = store.in_order(now, before)
            ordered[now.id] = replace(changed[path], stored=store.dumps(now))
            for source in now.sources:
                names = mapping(source, "properties")
                schema = listing.schemas.get(bare_id(word(source, "id")), {})
                schemas[bare_id(word(source, "id"))] = {
                    name: schema[name] for name in names if name in schema
                }
    return replace(listing, databases=tuple(ordered.values()), schemas=schemas)


def _of_database(data: bytes) -> StoredDatabase | None:
    """The database whose store this is; None when it cannot be used."""
    try:
        found = store.loads(data)
    except StoreError:
        return None
    return found if isinstance(found, StoredDatabase) else None
