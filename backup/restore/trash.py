"""Takes a page or database out of Notion's trash: the best restore, for ids, history and comments stay."""

from __future__ import annotations

from collections.abc import Callable

from backup.errors import ConfigError, NotFound, NotionError
from backup.json_values import word
from backup.model import Json, dashed_id
from backup.notion.client import Client
from backup.restore.parents import Object, current, with_parents
from backup.restore.writer import NotionWriter

_OUT: Json = {"in_trash": False}


def take_out(
    reader: Client, writer: NotionWriter, kind: str, id_: str, log: Callable[[str], None]
) -> int:
    """Bring a page or database back where it was, from the topmost on that lies in the trash. Returns
    how many had to be taken out: 0 when it was not in the trash, and nothing was sent.

    Raises ConfigError when Notion does not show it, and NotionError.
    """
    taken = set[str]()
    while found := trashed(reader, kind, id_):
        top = found[-1]
        if top.id in taken:
            raise NotionError(
                f"Notion says that {_named(top)} is out of the trash, and shows it there again."
            )
        log(f"Taking {_named(top)} out of the trash.")
        _sent(writer, top)
        taken.add(top.id)
    return len(taken)


def trashed(reader: Client, kind: str, id_: str) -> list[Object]:
    """What of a page or database and all that it lies in is in the trash, the topmost last. Raises
    ConfigError when Notion does not show it, and NotionError."""
    try:
        if not current(reader, kind, id_).is_trashed:
            return []
        return [each for each in with_parents(reader, kind, id_) if each.is_trashed]
    except NotFound:
        raise ConfigError(
            "RESTORE_INTO: Notion does not show the original: it was deleted for good, or is not shared "
            "with the integration of NOTION_TOKEN.",
            hint="Write the link of a page instead: the copy is made below it.",
        ) from None


def _sent(writer: NotionWriter, top: Object) -> None:
    """Assumed: a database comes back as the block that shows it, as was recorded."""
    id_ = dashed_id(top.id)
    if top.kind == "page":
        writer.page(id_, _OUT)
    elif top.kind == "data_source":
        writer.data_source(id_, _OUT)
    else:
        writer.block(id_, _OUT)


def _named(each: Object) -> str:
    return f"the {each.kind.replace('_', ' ')} {word(each.raw, 'id') or each.id}"
