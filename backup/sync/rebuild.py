"""A state from what lies on the disk: for a backup whose .notion-sync.json is lost or broken.

A page's front matter names its id. Nothing else is believed: every page is read again, and one that
Notion does not list is kept until Notion says that it is in the trash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

from backup.model import bare_id
from backup.sync.state import Record, State, join

_FRONT_MATTER = re.compile(r"\A---\n(?P<lines>(?:[a-z_]+: .*\n)+)")
_OURS = ("assets", "attachments")


def rebuilt(texts: Mapping[str, str], files: Collection[str]) -> State:
    """The state of a backup with these pages: `texts` maps the path of each index.md below the
    output folder to its beginning, `files` are the paths of all files there."""
    found: dict[str, Record] = {}
    for path, text in sorted(texts.items()):
        folder = path.rpartition("/")[0]
        front = _front_matter(text)
        id_ = bare_id(front.get("notion_id", ""))
        if re.fullmatch(r"[0-9a-f]{32}", id_) and folder and id_ not in found:
            found[id_] = Record("", folder, front.get("title", ""), files=_files(folder, files))
    return State(found)


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


def _files(folder: str, files: Collection[str]) -> tuple[dict[str, object], ...]:
    """The page's files as records that fit nothing: their place is known, and that they are ours."""
    prefixes = tuple(join(folder, f"{name}/") for name in _OURS)
    inside = sorted(path for path in files if path.startswith(prefixes))
    paths = (path.removeprefix(f"{folder}/") for path in inside)
    return tuple({"identity": "", "path": path, "size": 0, "sha256": ""} for path in paths)
