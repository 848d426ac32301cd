"""Rebuilds a lost or damaged .notion-sync.json from the pages on disk.

A page's front matter contains its id, and is trusted only where the backup itself would have put that
page: there may be copies elsewhere. Every page is read again, and one that Notion does not list is
kept until Notion says that it is in the trash.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backup.model import bare_id
from backup.sync.paths import is_name
from backup.sync.state import Record

_FRONT_MATTER = re.compile(r"\A---\n(?P<lines>(?:[a-z_]+: .*\n)+)")
_OURS = ("assets", "attachments")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The pages that were found; `strays` are folders that carry the id of a page, where the backup
    would not have put it."""

    pages: Mapping[str, Record]
    strays: tuple[str, ...] = ()


def rebuilt(
    texts: Mapping[str, str], files: Collection[str], databases: Mapping[str, str]
) -> Rebuilt:
    """The pages of a backup: `texts` maps the path of each index.md below the output folder to its
    beginning, `files` are the paths of all files there, `databases` maps folders to the database that
    has its pages there."""
    found: dict[str, Record] = {}
    strays = []
    inside = _files_by_folder(files)
    for path, text in sorted(texts.items()):
        folder = path.rpartition("/")[0]
        front = _front_matter(text)
        id_, title = bare_id(front.get("notion_id", "")), front.get("title", "")
        if not folder or not re.fullmatch(r"[0-9a-f]{32}", id_):
            continue
        above, _, name = folder.rpartition("/")
        database = databases.get(above or ".")
        if database and id_ not in found and is_name(name, title, id_):
            found[id_] = Record(database, folder, title, files=tuple(inside[folder]))
        else:
            strays.append(folder)
    return Rebuilt(found, tuple(strays))


def named(text: str) -> str:
    """The id of the page that a text says it is; '' when it says none."""
    return bare_id(_front_matter(text).get("notion_id", ""))


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
        if kind in _OURS and above:
            record = {"identity": "", "path": f"{kind}/{name}", "size": 0, "sha256": ""}
            found[above].append(record)
    return found
