"""Rebuilds a lost or damaged .notion-sync.json from the pages on disk.

A page's store has all that was known of it, its front matter at least its id; both are trusted only
where the backup itself would have put that page: there may be copies elsewhere. A page without a good
store is read again, and one that Notion does not list is kept until Notion says that it is in the trash.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backup import store
from backup.errors import StoreError
from backup.folder.tables import Contents
from backup.markdown import page as document
from backup.markdown import placeholders
from backup.markdown.database import is_our_list
from backup.model import FILE_FOLDERS, README, STORE, bare_id, emoji, is_bare_id, plain_text
from backup.notion import containers
from backup.store import StoredPage
from backup.sync import state, untrusted
from backup.sync.paths import is_name
from backup.sync.state import Place, Record, join
from backup.sync.untrusted import Damaged, is_id, shows_pages

_FRONT_MATTER = re.compile(r"\A---\n(?P<lines>(?:[a-z_]+: .*\n)+)")
_UNFIT = "0" * 64  # a digest that fits nothing
_RUN = timedelta(days=1)  # no run is longer


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The pages that were found, and the databases in them with their stores; `whole` are the ids of those
    pages of which a store has all, `strays` are folders that carry the id of a page, where the backup would
    not have put it."""

    pages: Mapping[str, Record]
    databases: Mapping[str, Place] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    strays: tuple[str, ...] = ()


def rebuilt(
    files: Collection[str],
    texts: Mapping[str, str],
    stores: Iterable[tuple[str, bytes]],
    parents: Mapping[str, str],
    roots: Mapping[str, str] | None = None,
) -> Rebuilt:
    """The pages of a backup. `files` are the paths of all files there, `texts` maps those of each index.md
    to their beginning, `stores` come one by one, because they are large. `parents` maps folders to the
    database or page of which pages lie there, `roots` the folders of pages that lie in nothing to these."""
    whole, databases = _in_stores(stores)
    said: _Told = dict(_in_texts(texts, files))
    databases = {folder: each for folder, each in databases.items() if folder not in said}
    above, found, strays = dict(parents), dict[str, Record](), []
    places: dict[str, Place] = {}
    every: Mapping[str, tuple[str, Record | Place]] = {**databases, **said, **whole}
    for folder, (id_, record) in sorted(every.items(), key=lambda each: f"{each[0]}/"):
        parent = above.get(state.parent_of(folder), "")
        is_nested = parent and is_name(folder.rpartition("/")[2], record.title, id_)
        is_root = (roots or {}).get(folder) == id_
        if not (is_nested or is_root) or id_ in found:
            strays += [] if folder in databases else [folder]
            continue
        above.setdefault(folder, id_)
        if isinstance(record, Place):
            places.setdefault(id_, replace(record, parent=parent))
        else:
            found[id_] = replace(record, parent="" if is_root else parent)
    good = {id_ for id_, record in found.items() if record.folder in whole}
    return Rebuilt(found, places, frozenset(good), tuple(strays))


def with_lists(
    places: Mapping[str, Place],
    files: Iterable[str],
    read: Contents,
) -> dict[str, Place]:
    """Databases with what lies in their folders and shows their pages, as it says itself when it is
    `read`."""
    names: dict[str, list[str]] = {place.folder: [] for place in places.values()}
    parts = (path.rpartition("/") for path in files)
    lists = [join(at, name) for at, _, name in parts if at in names and shows_pages(name)]
    for path, content in read(lists):
        if is_our_list(path, content.decode("utf-8", "replace"), None):
            folder, _, name = path.rpartition("/")
            names[folder].append(name)
    return {
        id_: replace(
            place,
            index=README in names[place.folder],
            lists=tuple(sorted({*names[place.folder]} - {README})),
        )
        for id_, place in places.items()
    }


def is_settled(record: Record, newest: str) -> bool:
    """Whether the page of a store was read whole, and not in the minute of its last edit.

    No store says the latter. A page of which that is still true was read by the last run, so no page
    of the backup was edited much later; `newest` is the latest edit that is known.
    """
    try:
        edited, last = (datetime.fromisoformat(each[:16]) for each in (record.edited, newest))
    except ValueError:
        return False
    return record.stable and last - edited > _RUN


_Told = dict[str, tuple[str, Record]]


def _in_stores(
    stores: Iterable[tuple[str, bytes]],
) -> tuple[_Told, dict[str, tuple[str, Place]]]:
    """For each folder with a good store the id of its page, and the record of it; and the same of
    databases."""
    pages: _Told = {}
    databases: dict[str, tuple[str, Place]] = {}
    for path, content in stores:
        folder = path.rpartition("/")[0]
        if found := of_store(folder, "", content):
            pages[folder] = found
        elif place := _database(folder, content):
            databases[folder] = place
    return pages, databases


def _database(folder: str, content: bytes) -> tuple[str, Place] | None:
    """The id of the database that a store in `folder` is about, and its place."""
    if not (stored := store.as_database(content)) or not is_id(stored.id):
        return None
    title, digest = plain_text(stored.raw.get("title")), store.digest(content)
    return stored.id, Place(folder, title, store=digest)


def of_store(folder: str, parent: str, content: bytes) -> tuple[str, Record] | None:
    """The id of the page that a store in `folder` is about, and what was known of it; None when it is
    damaged, or not a page's. What a page was written with is not known: it is written again."""
    try:
        stored = store.loads(content)
        if not isinstance(stored, StoredPage):
            return None
        page = stored.page
        raw = {
            "parent": parent,
            "folder": folder,
            "title": page.title,
            "icon": emoji(page.raw.get("icon")),
            "edited": page.edited,
            "stable": not placeholders.lacking(page),
            "withheld": list(placeholders.withheld(page)),
            "links": list(
                document.linked(page, [parent] if parent else [])
            ),  # make anchors elsewhere
            "requests": containers.requests(page),
            "lists": [each.to_json() for each in containers.lists(page)],
            "files": list(stored.files),
            "pending": list(stored.pending),
            "store": store.digest(content),
        }
        if untrusted.parsed(json.dumps(raw)) != raw:  # no state can have such a number or text
            return None
        return page.id, state.from_json(page.id, raw)
    except (StoreError, Damaged):
        return None


def _in_texts(
    texts: Mapping[str, str], files: Collection[str]
) -> Iterator[tuple[str, tuple[str, Record]]]:
    """For each folder whose text has front matter the id of its page, and a record that fits nothing."""
    inside = _files_by_folder(files)
    for path, text in texts.items():
        folder = path.rpartition("/")[0]
        front = _front_matter(text)
        id_, title = bare_id(front.get("notion_id", "")), front.get("title", "")
        if folder and is_bare_id(id_):
            digest = _UNFIT if join(folder, STORE) in files else ""
            record = Record("", folder, title, files=tuple(inside[folder]), store=digest)
            yield folder, (id_, record)


def _front_matter(text: str) -> dict[str, str]:
    match = _FRONT_MATTER.match(text)
    values = {}
    for line in match["lines"].splitlines() if match else ():
        key, _, value = line.partition(": ")
        try:
            values[key] = str(json.loads(value))
        except ValueError:
            continue
    return values


def _files_by_folder(files: Collection[str]) -> dict[str, list[dict[str, object]]]:
    """For each page's folder its files, as records that fit nothing: their place is known, and that
    they are ours."""
    found: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for path in sorted(files):
        folder, _, name = path.rpartition("/")
        above, _, kind = folder.rpartition("/")
        if kind in FILE_FOLDERS and above:
            record = {"identity": "", "path": f"{kind}/{name}", "size": 0, "sha256": ""}
            found[above].append(record)
    return found
