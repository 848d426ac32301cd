"""Anchors of headings: where the table of contents can jump on both hosts.

GitHub and Gitea give each heading an anchor made of its text, by rules that differ: GitHub keeps
letters, marks, digits and connectors (html-pipeline 2.14, table of contents filter); Gitea keeps
letters, numbers, '_' and '-', up to 1.25 from the raw Markdown line, since 1.26 from the rendered
text and without numbering repeated ones (modules/markup/common). Where they agree and the anchor is
new on the page, it is used; any other heading gets one of ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from backup.markdown import links
from backup.markdown.blocks.text import HEADINGS, heading_line
from backup.markdown.context import Context
from backup.markdown.inline import seen
from backup.markdown.runs import block_runs, one_line, titled
from backup.model import Block, Json, Page, bare_id

_BLANK = re.compile(r"\s")


def with_contents(page: Page, context: Context) -> Context:
    """The context with every heading's anchor, when the page has a table of contents."""
    if not any(block.type == "table_of_contents" for block in page.walk()):
        return context
    headings = tuple(_headings(page, context))
    toc = dict(_anchors(page, headings, context))
    own = {bare_id(id_) for id_, anchor in toc.items() if anchor == f"#{links.anchor(id_)}"}
    return replace(context, headings=headings, toc=toc, anchors=context.anchors | own)


def _headings(page: Page, context: Context) -> Iterator[Block]:
    for block in page.walk():
        if block.type in HEADINGS and heading_line(block, context):
            yield block


def _anchors(
    page: Page, headings: tuple[Block, ...], context: Context
) -> Iterator[tuple[str, str]]:
    title = titled(page.title)
    met = Counter(slugs_of(title, title))
    taken = set(met)
    for heading in headings:
        runs = block_runs(heading.data)
        text = one_line(seen(runs, context))
        slugs = slugs_of(text, heading_line(heading, context).lstrip("#"))
        safe = (
            len(slugs) == 1 and "" not in slugs and not slugs & taken and all(map(_is_text, runs))
        )
        taken |= slugs | {f"{slug}-{met[slug]}" for slug in slugs & taken}
        met.update(slugs)
        yield heading.id, f"#{min(slugs)}" if safe else f"#{links.anchor(heading.id)}"


def _is_text(run: Json) -> bool:
    """Whether what a run shows is its plain text alone, on both hosts."""
    return run.get("type") == "text" and not links.address_of(run)


def slugs_of(text: str, line: str) -> set[str]:
    """What each host makes of a heading; one slug when all agree on one."""
    return {github_slug(text), gitea_slug(text), gitea_slug(line)}


def github_slug(text: str) -> str:
    """GitHub's anchor for a heading with this text."""
    kept = (char for char in text.lower() if char in "- " or _is_word(char))
    return "".join(kept).replace(" ", "-")


def _is_word(char: str) -> bool:
    """Ruby's \\p{Word}: letters, marks, decimal digits and connector punctuation."""
    category = unicodedata.category(char)
    return category[0] in "LM" or category in ("Nd", "Pc")


def gitea_slug(text: str) -> str:
    """Gitea's anchor for a heading with this text (or, up to 1.25, this line of Markdown)."""
    kept = (
        "-" if _BLANK.match(char) else char.lower()
        for char in text.strip()
        if char in "_-" or _BLANK.match(char) or unicodedata.category(char)[0] in "LN"
    )
    return "".join(kept)
