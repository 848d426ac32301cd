"""AI meeting notes: title and date, then summary, notes and transcript."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from backup.json_values import mapping, word
from backup.markdown.blocks.flow import anchored, below, flow
from backup.markdown.blocks.markup import details, stacked
from backup.markdown.blocks.register import RENDERERS, renders
from backup.markdown.blocks.unsupported import unread
from backup.markdown.context import Context, Where
from backup.markdown.dates import moment
from backup.markdown.inline import inline
from backup.markdown.runs import run, runs
from backup.model import Block, Json, bare_id

_SECTIONS = {
    "summary_block_id": "Summary",
    "notes_block_id": "Notes",
    "transcript_block_id": "Transcript",
}


@renders("meeting_notes", "transcription", holds_children=True)
def meeting_notes(block: Block, context: Context) -> str:
    """`transcription` is the older name of the type."""
    inside = replace(context, at_page_level=False)
    labels = _labels(block)
    parts = [_title(block, context)]
    for named, group in groupby(block.children, key=lambda child: bare_id(child.id) in labels):
        children = tuple(group)
        if named:
            parts += [_section(child, labels[bare_id(child.id)], inside) for child in children]
        else:
            parts.append(flow(children, inside))
    return stacked(*parts, unread(block, context))


def _labels(block: Block) -> dict[str, str]:
    """What each of the sections is, by its bare id."""
    ids = mapping(block.data, "children")
    return {bare_id(word(ids, key)): label for key, label in _SECTIONS.items() if word(ids, key)}


def _title(block: Block, context: Context) -> str:
    title = inline(runs(block.data, "title"), context, Where.BLOCK, marks="b")
    when = _when(block.data)
    title = title or inline([run("Meeting notes")], context, Where.BLOCK, marks="b")
    return f"{title} ({when})" if when else title


def _when(data: Json) -> str:
    """When the meeting took place: by its calendar entry, else by its recording."""
    starts = (word(mapping(data, key), "start_time") for key in ("calendar_event", "recording"))
    return moment(next(filter(None, starts), ""))


def _section(child: Block, label: str, context: Context) -> str:
    """The transcript is closed, because it is long.

    Assumed: a section is a container; whatever type it has, its own text and children count.
    """
    shown = child.type in RENDERERS and child.type != "unsupported"
    body = flow((child,), context) if shown else anchored(below(child, context), child, context)
    return details(label, body, opened=label != "Transcript")
