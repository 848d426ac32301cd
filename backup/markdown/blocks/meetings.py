"""AI meeting notes: title and date, then summary, notes and transcript."""

from __future__ import annotations

from backup.markdown.blocks.flow import below, flow
from backup.markdown.blocks.register import RENDERERS, renders
from backup.markdown.blocks.shapes import details, stacked
from backup.markdown.blocks.unsupported import unread
from backup.markdown.context import Context, Where
from backup.markdown.dates import moment
from backup.markdown.inline import inline
from backup.markdown.runs import mapping, run, runs, word
from backup.model import Block, Json, bare_id

_SECTIONS = {
    "summary_block_id": "Summary",
    "notes_block_id": "Notes",
    "transcript_block_id": "Transcript",
}


@renders("meeting_notes", "transcription", holds_children=True)
def meeting_notes(block: Block, context: Context) -> str:
    """The transcript is closed, because it is long. `transcription` is the type's older name."""
    labels = {
        bare_id(word(mapping(block.data, "children"), key)): label
        for key, label in _SECTIONS.items()
        if word(mapping(block.data, "children"), key)
    }
    parts = [_part(child, labels, context) for child in block.children]
    return stacked(_title(block, context), *parts, unread(block, context) if block.unread else "")


def _title(block: Block, context: Context) -> str:
    title = inline(runs(block.data, "title"), context, Where.BLOCK, marks="b")
    when = _when(block.data)
    title = title or inline([run("Meeting notes")], context, Where.BLOCK, marks="b")
    return f"{title} ({when})" if when else title


def _when(data: Json) -> str:
    """When the meeting took place: by its calendar entry, else by its recording."""
    starts = (word(mapping(data, key), "start_time") for key in ("calendar_event", "recording"))
    return moment(next(filter(None, starts), ""))


def _part(child: Block, labels: dict[str, str], context: Context) -> str:
    label = labels.get(bare_id(child.id))
    if label is None:
        return flow((child,), context)
    return details(label, _section(child, context), opened=label != "Transcript")


def _section(child: Block, context: Context) -> str:
    """Assumed: a section is a container; whatever type it has, its own text and children count."""
    if child.type in RENDERERS and child.type != "unsupported":
        return flow((child,), context)
    return below(child, context)
