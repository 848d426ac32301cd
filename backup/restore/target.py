"""Looks at the page that a copy is to go to, before anything is written: whether it can be written to, and
whether a copy is in it already. Somebody who starts the same restore again wants one, not two.
"""

from __future__ import annotations

from collections.abc import Callable

from backup.errors import ConfigError, NotFound, NotionError
from backup.json_values import mapping, word
from backup.model import Json, bare_id, dashed_id, plain_text
from backup.notion.client import Client
from backup.notion.paging import listed
from backup.restore.parents import with_parents
from backup.restore.plan import RestorePlan
from backup.restore.proof import Proof
from backup.restore.saved import Saved
from backup.words import UNTITLED

_SHARE = "Open it in Notion and look under ⋯ → Connections, or check the link."


def check(reader: Client, saved: Saved, id_: str) -> None:
    """Raise ConfigError when no copy of `saved` can be made below the page `id_`, and NotionError when
    Notion does not answer."""
    try:
        above = [*with_parents(reader, "page", id_)]
    except NotFound:
        raise ConfigError(
            f"RESTORE_INTO: the page {id_} is not shown to the integration of NOTION_TOKEN, which reads "
            "the copy back.",
            hint=_SHARE,
        ) from None
    except NotionError as error:
        if error.status != 400:
            raise
        raise ConfigError(
            f"RESTORE_INTO: {id_} is not a page: {error.message}", hint="Write the link of a page."
        ) from None
    if above[0].is_trashed:
        raise ConfigError(
            f"RESTORE_INTO: the page {id_} is in Notion's trash.",
            hint="Write the link of another page.",
        )
    restored = {node.id for node in saved.nodes}
    if any(each.id in restored for each in above):
        raise ConfigError(
            f"RESTORE_INTO: the page {id_} lies inside what is to be restored.",
            hint="Write the link of a page outside of it.",
        )


def check_writer(reader: Client, me: Json, writing: Client, id_: str) -> None:
    """Raise ConfigError when the writing token, whose bot is `me`, is of another workspace, or is not
    shown the page; `writing` asks with it."""
    mine, theirs = (word(mapping(bot, "bot"), "workspace_id") for bot in (reader.user("me"), me))
    if mine and theirs and bare_id(mine) != bare_id(theirs):
        raise ConfigError(
            "NOTION_RESTORE_TOKEN belongs to another workspace than NOTION_TOKEN.",
            hint="Create its integration in the workspace of the target.",
        )
    try:
        writing.page(dashed_id(id_))
    except NotFound:
        raise ConfigError(
            f"RESTORE_INTO: the page {id_} is not shown to the integration of NOTION_RESTORE_TOKEN.",
            hint=_SHARE,
        ) from None
    except NotionError:
        return  # a token may write without being allowed to read


def copy_there(
    reader: Client, found: Saved, planned: RestorePlan, compare: Callable[[str], Proof]
) -> tuple[str, Proof] | None:
    """The id of a finished copy in the target (32 hex digits), and what `compare` says of it; None when
    there is none, or an unfinished one. Raises NotionError.

    Only unfinished copies have a mark in their title, so a page of the same title is compared: it is the
    copy when it is as the backup.
    """
    blocks = listed(reader.children(dashed_id(planned.target)))
    titles = [word(mapping(each, word(each, "type")), "title") for each in blocks]
    if any(title.endswith(planned.mark) for title in titles):
        return None
    kind = "child_database" if found.top.kind == "database" else "child_page"
    wanted = plain_text(found.top.title) or UNTITLED
    for block, title in zip(blocks, titles, strict=True):
        id_ = bare_id(word(block, "id"))
        is_alike = word(block, "type") == kind and (title or UNTITLED) == wanted
        if is_alike and id_ != found.top.id and not (shown := compare(id_)).differences:
            return id_, shown
    return None
