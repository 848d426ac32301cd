"""What shall be restored: a page or database of the backup and everything in it, from its stores. Pure.

Everything here comes from a repository in which others write, too: a store that is not the one that the
state names is not used, and no name in it leads out of its page's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from backup import store
from backup.errors import ConfigError, StoreError
from backup.files.records import FileRecord, as_downloaded
from backup.json_values import as_object, mapping, objects, word
from backup.model import STORE, Json, Page, bare_id, title_runs
from backup.restore.losses import Loss, Lost
from backup.store import StoredDatabase, StoredPage
from backup.sync.state import Place, Record, State, join
from backup.sync.untrusted import is_file_of_page

_DEEPEST = 100  # levels of pages in pages


@dataclass(frozen=True, slots=True)
class Node:
    """A page or database: `path` is its folder below the output folder, `id` and `parent_id` are 32 hex
    digits, `parent_id` is None for the one that everything else lies in. `views` are the ids of its
    blocks that show a database elsewhere, each with the id of that one, '' where nobody knows. `files` are
    those of the page that lie in its folder as they were downloaded: none that was changed, and no
    pointer of Git LFS."""

    path: str
    id: str
    parent_id: str | None
    kind: Literal["page", "row", "database"]
    stored: StoredPage | StoredDatabase
    views: Mapping[str, str]
    files: tuple[FileRecord, ...] = ()

    @property
    def raw(self) -> Json:
        """What Notion says of the page or database itself."""
        return self.stored.page.raw if isinstance(self.stored, StoredPage) else self.stored.raw

    @property
    def title(self) -> list[Json]:
        """The runs of its title."""
        if isinstance(self.raw.get("title"), list):
            return objects(self.raw["title"])
        return title_runs(self.raw)

    @property
    def page(self) -> Page:
        """The page. Raises TypeError for a database."""
        if not isinstance(self.stored, StoredPage):
            raise TypeError("a database has no blocks")
        return self.stored.page

    @property
    def database(self) -> StoredDatabase:
        """The database. Raises TypeError for a page."""
        if not isinstance(self.stored, StoredDatabase):
            raise TypeError("a page has no data sources")
        return self.stored


@dataclass(frozen=True, slots=True)
class Saved:
    """`nodes` stand in the order of reading, each after the one that it lies in; the first is the one
    that was asked for. `known` has the ids of all that is in the backup, also outside of these.
    `lost` is what the backup itself does not have. `content` gives the bytes of a file below the output
    folder, b'' when it is not there."""

    nodes: tuple[Node, ...]
    known: frozenset[str]
    lost: tuple[Lost, ...]
    content: Callable[[str], bytes]

    @property
    def top(self) -> Node:
        """The page or database that was asked for."""
        return self.nodes[0]

    def open(self, node: Node, name: str) -> bytes | None:
        """A file of a page by its path in the page's folder, one of `node.files`. None when it is not
        there any more, or was changed meanwhile."""
        record = next((each for each in node.files if each.path == name), None)
        return _bytes(record, node.path, self.content) if record else None


def _bytes(record: FileRecord, folder: str, content: Callable[[str], bytes]) -> bytes | None:
    """What lies there of a file, if it is what was downloaded."""
    if not is_file_of_page(record.path):
        return None
    return as_downloaded(content(join(folder, record.path)), record.sha256)


def saved(now: State, id_: str, content: Callable[[str], bytes]) -> Saved:
    """The page or database `id_` of the state, with everything in it; `content` gives the bytes of a
    file below the output folder, b'' when it cannot be read.

    Raises ConfigError when its own store cannot be used. One of those in it that cannot be used is a
    loss, with all that lies in that.
    """
    reading = _Reading(now, content)
    nodes = tuple(reading.below(id_, None))
    return Saved(nodes, frozenset(now.nodes), tuple(reading.lost), content)


def said_by(page: Page) -> Iterator[str]:
    """The properties of a row that say something, but for its title."""
    for name, value in mapping(page.raw, "properties").items():
        type_ = word(value, "type")
        said = as_object(value).get(type_)
        if type_ not in ("title", "button") and said not in (None, "", [], {}, False):
            yield name


class _Reading:
    """Reads the stores of a tree, each once."""

    def __init__(self, now: State, content: Callable[[str], bytes]) -> None:
        self.lost: list[Lost] = []
        self._nodes = now.nodes
        self._databases = now.databases
        self._content = content
        self._inside: dict[str, list[str]] = {}
        self._seen: set[str] = set()
        for id_, each in self._nodes.items():
            self._inside.setdefault(each.parent, []).append(id_)

    def below(self, id_: str, parent: str | None, depth: int = 0, page: str = "") -> Iterator[Node]:
        """The node, then those that lie in it, in the order of reading; nothing of one that lies in
        itself. A database that lies in another one (of a wiki) lies in the `page` above that instead."""
        if id_ in self._seen:
            return
        self._seen.add(id_)
        try:
            if depth > _DEEPEST:
                raise StoreError("It lies in too many others.")
            node = self._node(id_, parent)
            if node.kind == "database" and not node.database.sources:
                raise StoreError("The database has no data source.")
        except StoreError as error:
            folder = self._nodes[id_].folder
            if parent is None:
                raise ConfigError(
                    f"RESTORE_PATH: {folder} cannot be restored. {error}",
                    hint="Run a backup, or take an older state with RESTORE_AT.",
                ) from None
            self.lost.append(Lost(Loss.UNREAD, folder))
        else:
            yield from self._with_all_below(node, depth, page)

    def _with_all_below(self, node: Node, depth: int, page: str) -> Iterator[Node]:
        yield node
        is_page = node.kind != "database"
        trees = []
        for id_ in self._inside.pop(node.id, ()):
            if is_page or id_ not in self._databases:
                above = node.id if is_page else page
                trees.append([*self.below(id_, node.id, depth + 1, above)])
            elif page:
                self.lost.append(Lost(Loss.DATABASE_MOVED, self._nodes[id_].folder))
                trees.append([*self.below(id_, page, depth + 1, page)])
            else:
                self.lost.append(Lost(Loss.DATABASE, self._nodes[id_].folder))
        for tree in sorted(filter(None, trees), key=_place_in(node)):
            yield from tree

    def _node(self, id_: str, parent: str | None) -> Node:
        known = self._nodes[id_]
        path = join(known.folder, STORE)
        if not known.store:
            raise StoreError(f"It was backed up without a {STORE} (KEEP_JSON).")
        data = self._content(path)
        if store.digest(data) != known.store:
            what = "is not what the backup wrote" if data else "is missing"
            raise StoreError(f"{path} {what}.")
        stored = store.loads(data)
        own = stored.page.id if isinstance(stored, StoredPage) else stored.id
        if own != id_ or isinstance(stored, StoredPage) != isinstance(known, Record):
            raise StoreError(f"{path} is that of another page or database.")
        if isinstance(known, Place):
            return Node(known.folder, id_, parent, "database", stored, {})
        kind: Literal["page", "row"] = "row" if known.parent in self._databases else "page"
        listed = stored.files if isinstance(stored, StoredPage) else ()
        files = tuple(
            record
            for record in map(FileRecord.from_json, listed)
            if _bytes(record, known.folder, self._content) is not None
        )
        return Node(known.folder, id_, parent, kind, stored, dict(known.shows()), files)


def _place_in(node: Node) -> Callable[[list[Node]], tuple[int, str, str]]:
    """Where a tree stands in a node: as the blocks of a page do, in a database by its age."""
    blocks = [] if node.kind == "database" else [*node.page.walk()]
    order = {bare_id(block.id): at for at, block in enumerate(blocks)}

    def place(tree: list[Node]) -> tuple[int, str, str]:
        top = tree[0]
        age = word(top.raw, "created_time") if node.kind == "database" else ""
        return order.get(top.id, len(order)), age, top.id

    return place
