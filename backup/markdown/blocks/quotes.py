"""Quotes and callouts."""

from __future__ import annotations

import re

from backup.json_values import mapping
from backup.markdown.blocks.flow import below
from backup.markdown.blocks.markup import quoted, stacked
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.icons import character, icon, native_name
from backup.markdown.inline import inline, seen
from backup.markdown.runs import block_runs, run
from backup.model import Block

# A callout becomes an alert only where its icon says already what the alert will print.
_ALERTS = {
    **dict.fromkeys("💡✅✨🌟👍", "TIP"),
    **dict.fromkeys("ℹ📝📖🗒", "NOTE"),
    **dict.fromkeys("❗‼📌📣", "IMPORTANT"),
    **dict.fromkeys("⚠🚧⚡", "WARNING"),
    **dict.fromkeys("🚨🛑⛔🚫❌", "CAUTION"),
}
_VARIANT = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")  # text or emoji style, skin tone
_ALERT_WORD = re.compile(r"(\*{1,3})(note|tip|important|warning|caution)\1", re.IGNORECASE)
_TAGS = {
    1: "<em>{}</em>",
    2: "<strong>{}</strong>",
    3: "<strong><em>{}</em></strong>",
}


@renders("quote", holds_children=True)
def quote(block: Block, context: Context) -> str:
    """The text and the children, behind '>'."""
    text = inline(block_runs(block.data), context, Where.BLOCK)
    return quote_of(stacked(text, below(block, context)))


@renders("callout", holds_children=True)
def callout(block: Block, context: Context) -> str:
    """A quote that opens with the icon; an alert where both hosts draw one.

    GitHub draws alerts only as direct children of the page (GitHub docs, basic formatting syntax)
    and prints '[!TIP]' as text anywhere else.
    """
    text = _opened(block, context)
    alert = _ALERTS.get(_VARIANT.sub("", character(mapping(block.data, "icon"))))
    if alert and context.at_page_level:
        return quoted(f"[!{alert}]\n{text}")
    return quote_of(text)


def _opened(block: Block, context: Context) -> str:
    """Icon, text and children. Without a text the icon stands before the first paragraph."""
    own = mapping(block.data, "icon")
    mark = icon(own, block.id, context, Where.BLOCK)
    if not mark and (name := native_name(own).strip()):
        mark = inline([run(f"({name})", mark="italic")], context, Where.BLOCK)
    text = inline(block_runs(block.data), context, Where.BLOCK)
    children = below(block, context)
    if not text and _opens_with_words(block, context):
        return " ".join(filter(None, (mark, children)))
    return stacked(" ".join(filter(None, (mark, text))), children)


def _opens_with_words(block: Block, context: Context) -> bool:
    """Whether the first child is a paragraph that shows something."""
    first = block.children[0] if block.children else block
    return first.type == "paragraph" and bool(seen(block_runs(first.data), context).strip())


def quote_of(text: str) -> str:
    """The text behind '>', as a quote that Gitea takes for no alert: it makes one of '> **Note**' as well."""
    return quoted(_ALERT_WORD.sub(_as_tags, text, count=1) if text[:1] == "*" else text or "&nbsp;")


def _as_tags(found: re.Match[str]) -> str:
    if found.start():
        return found[0]
    return _TAGS[len(found[1])].format(found[2])
