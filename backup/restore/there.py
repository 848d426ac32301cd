"""Finds out whether a copy is in its place already: somebody who starts the same restore again wants one, not two.

The mark in a title tells of unfinished copies alone. A run that dies right after its last write leaves one
that nothing marks, so a page of the same title is read, and is the copy when it is as the backup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backup.json_values import mapping, word
from backup.model import bare_id, dashed_id, plain_text
from backup.notion.client import Client
from backup.notion.lists import listed
from backup.restore.plan import Plan
from backup.restore.proof import Proof
from backup.restore.saved import Saved
from backup.restore.translation import title_of

_UNTITLED = "Untitled"


def copy_there(
    reader: Client, found: Saved, planned: Plan, compare: Callable[[str], Proof]
) -> tuple[str, Proof] | None:
    """The id of a finished copy in the target (32 hex digits), and what `compare` says of it; None when
    there is none, or an unfinished one. Raises NotionError."""
    here = [*_shown(reader, planned.target)]
    if any(title.endswith(planned.mark) for _, _, title in here):
        return None
    kind = "database" if found.top.kind == "database" else "page"
    raw = found.top.database.raw if kind == "database" else found.top.page.raw
    wanted = plain_text(title_of(raw)) or _UNTITLED
    for id_, type_, title in here:
        is_alike = type_ == f"child_{kind}" and (title or _UNTITLED) == wanted
        if is_alike and id_ != found.top.id and not (shown := compare(id_)).differences:
            return id_, shown
    return None


def _shown(reader: Client, target: str) -> Iterator[tuple[str, str, str]]:
    """What lies in a page: the id, type and title of each."""
    for block in listed(reader.children(dashed_id(target))):
        type_ = word(block, "type")
        yield bare_id(str(block.get("id"))), type_, word(mapping(block, type_), "title")
