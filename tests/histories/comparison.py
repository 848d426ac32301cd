"""A backup on the disk, looked at from outside: is it whole, and does it say what another one says?

Names may differ where a suffix or an earlier title explains it, so everything that is named is
compared by what it is: a page by its id, a file by what it hangs on.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_LINK = re.compile(r'(?P<before>(?<!\\)\]\(|src="|href=")(?P<to>[^)"\s]+)')
_WHOLE_LINK = re.compile(
    r"(?:View \d+: a view of )?"
    r"\[(?:[^\]\\]|\\.)*\]\((?P<to>[^)\s]+)\)(?: \(its rows are in a database [^)]+\))?"
)
_NOTION = re.compile(r"https://(?:www\.notion\.so|app\.notion\.com/p)/(?:[^/\s)]*-)?([0-9a-f]{32})")
_ANCHOR = re.compile(r'<a id="b-([0-9a-f]{8})"></a>(?:\n\n)?')
_ID = re.compile(rb"(?:^|</a>)This is page ([0-9a-f]{32})\.$", re.MULTILINE)  # see life.mark
STATE = ".notion-sync.json"
STORE = ".notion.json"
CSV = "database.csv"


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file but git's own: path → content."""
    found: dict[str, bytes] = {}
    waiting = [(str(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.name == ".git":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    with io.FileIO(entry.path) as stream:
                        found[f"{prefix}{entry.name}"] = stream.readall()
    return dict(sorted(found.items()))


def page_id(text: bytes) -> str:
    """The bare id that a page's text tells, with or without front matter; '' when there is none."""
    found = _ID.search(text)
    return found[1].decode() if found else ""


def links(path: str, text: str) -> list[tuple[str, str]]:
    """The relative links of a file, as they are written and as paths below the folder."""
    found = []
    for match in _LINK.finditer(text, _end_of_front_matter(text)):
        written = html.unescape(match["to"]).partition("#")[0]
        if written and not re.match(r"[a-z]+:", written):
            target = posixpath.join(posixpath.dirname(path), unquote(written))
            found.append((match["to"], posixpath.normpath(target)))
    return found


def _end_of_front_matter(text: str) -> int:
    return max(0, text.find("\n---\n", 4)) if text.startswith("---\n") else 0


def whole_pages(files: Mapping[str, bytes]) -> set[str]:
    """The ids of the pages of which a good copy is there: a text, and every file it refers to.

    Links to other pages may be dead for now.
    """
    found = set()
    for path, content in files.items():
        if path.endswith("/index.md") and (id_ := page_id(content)):
            folder = posixpath.dirname(path)
            named = [target for _, target in links(path, content.decode())]
            inside = [each for each in named if each.startswith(_own(folder))]
            if all(each in files for each in inside):
                found.add(id_)
    return found


def _own(folder: str) -> tuple[str, ...]:
    """What the paths of a page's own images and attachments begin with."""
    return tuple(_join(folder, f"{name}/") for name in ("assets", "attachments"))


def dead_links(files: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Relative links that lead to no file, each with the file it stands in."""
    return {
        (path, target)
        for path, content in files.items()
        if path.endswith(".md")
        for _, target in links(path, content.decode())
        if target not in files
    }


@dataclass(frozen=True)
class Copy:
    """A finished backup: its files, and its state as plain JSON."""

    files: Mapping[str, bytes]
    pages: dict[str, Any]
    databases: dict[str, Any]

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Copy:
        """The backup that these files are; one whose state is lost or broken knows of no page."""
        try:
            raw = json.loads(files[STATE])
            return cls(files, raw["pages"], raw["databases"])
        except (ValueError, KeyError, TypeError):
            return cls(files, {}, {})

    def owners(self) -> dict[str, str]:
        """Every file that a page or database has → what it is, in words that need no name."""
        found: dict[str, str] = {}
        for id_, page in self.pages.items():
            found[_join(page["folder"], "index.md")] = f"page:{id_}"
            if page.get("store"):
                found[_join(page["folder"], STORE)] = f"store:{id_}"
            files = page.get("files", ())
            for file in files if isinstance(files, list) else ():  # the owner writes anything
                path = _join(page["folder"], file["path"])
                found[path] = " ".join(sorted({found.get(path, ""), f"file:{file['identity']}"}))
        for id_, place in self.databases.items():
            if place.get("index"):
                found[_join(place["folder"], "README.md")] = f"database:{id_}"
            for name in place.get("lists", ()):
                found[_join(place["folder"], name)] = f"list:{id_}:{name}"
            if place.get("store"):
                found[_join(place["folder"], STORE)] = f"store:{id_}"
        return found

    def whose(self) -> dict[str, str]:
        """Every file that a page or database has → the id of that."""
        found = {}
        for id_, page in self.pages.items():
            files = page.get("files", ())
            paths = [file["path"] for file in (files if isinstance(files, list) else ())]
            for name in ("index.md", STORE, *paths):
                found[_join(page["folder"], name)] = id_
        for id_, place in self.databases.items():
            for name in ("README.md", STORE, *place.get("lists", ())):
                found[_join(place["folder"], name)] = id_
        return found

    def has_text(self, id_: str) -> bool:
        """Whether the text of a page is there; also when there is no such page."""
        return id_ not in self.pages or _join(self.pages[id_]["folder"], "index.md") in self.files

    def referrers(self, ids: set[str]) -> set[str]:
        """The pages that link to one of these."""
        return {
            id_
            for id_, page in self.pages.items()
            if not ids.isdisjoint(link.partition("#")[0] for link in page.get("links", ()))
        }

    def misfits(self) -> dict[str, str]:
        """The stores that do not fit the digest in the state, each with its page or database."""
        owners = {**self.pages, **self.databases}
        stores = {path: about[6:] for path, about in self.owners().items() if about[:6] == "store:"}
        return {
            path: id_
            for path, id_ in stores.items()
            if hashlib.sha256(self.files.get(path, b"")).hexdigest() != owners[id_]["store"]
        }

    def orphans(self) -> set[str]:
        """Files that belong to nobody, and files that somebody should have and has not."""
        return self.files.keys() ^ {*self.owners(), *((STATE,) if STATE in self.files else ())}

    def aims(self, common: set[str]) -> set[str]:
        """The blocks, by their last digits, to which pages link that are not among the `common`."""
        others = (page for id_, page in self.pages.items() if id_ not in common)
        return {link[-8:] for page in others for link in page.get("links", ()) if "#" in link}

    def without_names(
        self, common: set[str], aims: set[str], forged: set[str], lone: set[str]
    ) -> dict[str, Any]:
        """What the backup says, by what it is about. `common` are the pages and databases that both of
        two backups have: what is said of others is left out, and the anchors of what they aim at. A table
        has nothing to say of pages of which the store is `forged`, and nothing tells what a linked view of
        a database shows that only one of them has: it is `lone`."""
        sound = common - forged
        said: dict[str, Any] = {}
        for id_, place in self.databases.items():
            if any(path not in self.files for path in self._shown_by(place)):
                continue  # somebody deleted one, and Notion does not show the database just now
            if place.get("store") and id_ in common:
                said[f"store:{id_}"] = _stored(self.files[_join(place["folder"], STORE)])
            if place.get("index") and id_ in common:
                names = ["README.md", *(each for each in place.get("lists", ()) if each != CSV)]
                texts = (self._text(_join(place["folder"], each), sound, aims) for each in names)
                texts = (_by_column(_TABLE.sub(_without_empty, text)) for text in texts)
                lines = [line for text in texts for line in text.splitlines()]
                said[f"database:{id_}"] = sorted(
                    line for line in lines if line and "<other>" not in line
                )
            if CSV in place.get("lists", ()) and id_ in common:
                said[f"table:{id_}"] = self._table(place["folder"], sound)
        for id_ in sorted(common & self.pages.keys()):
            page = self.pages[id_]
            if _join(page["folder"], "index.md") not in self.files:
                continue  # somebody deleted it, and Notion does not show the page just now
            text = self._text(_join(page["folder"], "index.md"), common, aims)
            said[f"page:{id_}"] = _TABLE.sub(_in_any_order, text, count=1)
            said[f"record:{id_}"] = _record(page, aims, lone)
            if page.get("store"):
                said[f"store:{id_}"] = _stored(self.files[_join(page["folder"], STORE)])
            files = page.get("files", ())
            said[f"files:{id_}"] = {
                file["identity"]: hashlib.sha256(
                    self.files.get(_join(page["folder"], file["path"]), b"deleted by somebody")
                ).hexdigest()
                for file in (files if isinstance(files, list) else ())  # the owner writes anything
            }
        return said

    @staticmethod
    def _shown_by(place: dict[str, Any]) -> list[str]:
        """The files that a database has, by its record."""
        names = ["README.md"] * bool(place.get("index")) + [STORE] * bool(place.get("store"))
        return [_join(place["folder"], name) for name in (*names, *place.get("lists", ()))]

    def _table(self, folder: str, common: set[str]) -> list[list[tuple[str, str]]]:
        """The rows of a table, without the names of folders, and of pages that others point to."""
        sources = json.loads(self.files[_join(folder, STORE)].partition(b"\n")[0])["sources"]
        pointing = {
            name
            for source in sources
            for name, each in source["properties"].items()
            if each["type"] == "relation"
        }
        rows = csv.DictReader(io.StringIO(self.files[_join(folder, CSV)].decode(), newline=""))
        return [
            sorted((k, v) for k, v in row.items() if k != "path" and k not in pointing)
            for row in rows
            if row["id"].replace("-", "") in common
        ]

    def _text(self, path: str, common: set[str], aims: set[str]) -> str:
        """A file's text with links that say what they lead to. What a link to a page outside is called
        is left out, as Notion tells nobody when such a page is renamed; so is what is said of a view of a
        database that only one of two backups has."""
        text = self.files[path].decode()
        targets, owners = dict(links(path, text)), self.owners()

        def named(match: re.Match[str]) -> str:
            to = match["to"]
            owner = owners.get(targets[to], f"dead:{targets[to]}") if to in targets else to
            return (
                f"{match['before']}{owner}{''.join(to.partition('#')[1:]) if to in targets else ''}"
            )

        def hidden(match: re.Match[str]) -> str:
            kind, _, id_ = match["to"].partition("#")[0].partition(":")
            return "<other>" if kind in ("page", "database") and id_ not in common else match[0]

        text = _NOTION.sub(r"page:\1", _LINK.sub(named, text))
        text = _ANCHOR.sub(lambda match: "" if match[1] in aims else match[0], text)
        return _WHOLE_LINK.sub(hidden, text)


def unexplained_names(ours: Copy, fresh: Copy) -> list[tuple[str, str]]:
    """Folders that are called otherwise than a suffix explains, with the name they should have."""
    return [
        (ours.pages[id_]["folder"], page["folder"])
        for id_, page in fresh.pages.items()
        if id_ in ours.pages  # else others tell
        if _without_suffix(ours.pages[id_]["folder"], id_) != _without_suffix(page["folder"], id_)
    ]


def _without_suffix(folder: str, id_: str) -> str:
    """A folder's name up to what a suffix leaves of a long one."""
    name = posixpath.basename(folder)
    endings = "|".join(id_[-digits:] for digits in (32, 16, 12, 8))
    return re.sub(rf"-(?:{endings})$", "", name).encode()[:40].decode("utf-8", "ignore")


def _record(page: dict[str, Any], aims: set[str], lone: set[str]) -> dict[str, Any]:
    """What the state knows of a page, but for names and for what follows from them."""
    anchors = sorted(each for each in page.get("anchors", ()) if each[-8:] not in aims)
    links = [each for each in page.get("links", ()) if each not in lone]
    known = {
        key: page.get(key)
        for key in ("parent", "title", "icon", "edited", "render_key", "requests", "lists")
    }
    return {**known, "links": links, "anchors": anchors}


def _stored(content: bytes) -> list[str]:
    """The lines of a store, but for the names of files. How Notion calls a page that is mentioned, what it
    says of one that lies there, in which block of a page this one stands (see its record), and whether a
    block said that it has children (they are lines of their own) is left out as well: nothing here moves
    when that changes."""
    try:
        first, *lines = content.decode().removesuffix("\n").split("\n")
        head = json.loads(first)
        head["files"] = sorted(
            [each["identity"], each["sha256"], each["size"]] for each in head.get("files", ())
        )
        head["order"] = [sorted(each) for each in head.get("order", ())]
        if {"block_id", "page_id"} & (page := head.get("page", {})).get("parent", {}).keys():
            del page["parent"]
        blocks = [json.loads(line) for line in lines]
        for raw in (each for line in blocks for each in line if isinstance(each, dict)):
            raw.pop("has_children", None)
        return [_unnamed(head), *map(_unnamed, blocks)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [repr(content)]


_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
_HEAD = 2  # lines of a table


def _without_empty(table: re.Match[str]) -> str:
    """A table, unless it has rows and all of them are about others: a backup without them has none."""
    rows = table[0].splitlines()[_HEAD:]
    return "" if rows and all("<other>" in row for row in rows) else table[0]


def _by_column(text: str) -> str:
    """The text with the columns of each table in the order of their names."""

    def ordered(table: re.Match[str]) -> str:
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table[0].splitlines()]
        columns = sorted(range(len(rows[0])), key=lambda at: rows[0][at])
        return "\n".join("|".join(row[at] for at in columns) for row in rows) + "\n"

    return _TABLE.sub(ordered, text)


def _in_any_order(table: re.Match[str]) -> str:
    """A backup goes on with the order of properties that it began with."""
    return "\n".join(sorted(table[0].splitlines())) + "\n"


_CHILD = ("child_page", "child_database", "has_children", "last_edited_by", "last_edited_time")
_OF_OTHERS = {"mention": ("plain_text",), "child_page": _CHILD, "child_database": _CHILD}


def _unnamed(value: Any) -> str:
    def bare(each: Any) -> Any:
        if isinstance(each, list):
            return [bare(one) for one in each]
        if not isinstance(each, dict):
            return each
        left_out = _OF_OTHERS.get(str(each.get("type")), ())
        return {key: bare(one) for key, one in each.items() if key not in left_out}

    return json.dumps(bare(value), sort_keys=True)


def _join(folder: str, name: str) -> str:
    return name if folder in (".", "") else f"{folder}/{name}"


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What changes when a file is written or replaced."""
    found = {path: (folder / path).stat() for path in files_of(folder)}
    return {path: (each.st_mtime_ns, each.st_ino) for path, each in found.items()}
