"""The README.md of a database's folder: both hosts show it to whoever opens the folder."""

from __future__ import annotations

from collections.abc import Sequence

from backup.markdown.blocks.shapes import stacked
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline, literal
from backup.markdown.links import file_target
from backup.markdown.runs import run
from backup.model import Target

_MARK = "<!-- notion-backup: the pages of a database -->"


def render(title: str, icon: str, entries: Sequence[Target], path: str) -> str:
    """The database's title and a list of its pages.

    `icon` is an emoji or ''; `entries` are shown in the order given; `path` is the file's own place
    below the output folder, like the targets' paths.
    """
    context = Context(path=path)
    name = inline([run(title)], context, Where.HEADING) or "Untitled"
    heading = " ".join(filter(None, ("#", literal(icon, Where.HEADING), name)))
    listed = "\n".join(_entry(entry, context) for entry in entries)
    return stacked(heading, listed, _MARK) + "\n"


def is_ours(text: str) -> bool:
    """Whether `render` wrote this text: no host shows the mark, and nobody would write it."""
    return text.endswith(f"{_MARK}\n")


def _entry(entry: Target, context: Context) -> str:
    address = file_target(entry.path, context)
    runs = [run(f"{entry.icon or '📄'} "), run(entry.title.strip() or "Untitled", address)]
    return f"- {inline(runs, context, Where.ITEM)}".replace("\n", " ")
