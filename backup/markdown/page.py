"""A page as one Markdown file: title, cover, properties, body, comments, and where it is from."""

from __future__ import annotations

from dataclasses import replace

from backup.json_values import mapping
from backup.markdown import comments, properties
from backup.markdown.anchors import with_contents
from backup.markdown.blocks.flow import flow
from backup.markdown.blocks.markup import stacked
from backup.markdown.context import Context, Where
from backup.markdown.front_matter import front_matter
from backup.markdown.icons import icon
from backup.markdown.inline import inline
from backup.markdown.media import local_or_missing, shown_image
from backup.markdown.origin import origin
from backup.markdown.references import References, linked, references
from backup.model import Page, title_runs
from backup.slug import visible
from backup.words import UNTITLED

__all__ = ["References", "linked", "references", "render"]

_ICON_SIZE = 32  # pixels: as high as a title's letters on both hosts


def render(page: Page, context: Context) -> str:
    """The file's text: UTF-8 throughout, LF, one newline at the end.

    Never raises on what Notion gives, however odd; what cannot be shown leaves a visible word.
    """
    context = with_contents(page, replace(context, page_id=page.id))
    text = stacked(
        _head(page, context),
        _title(page, context),
        _cover(page, context),
        _properties(page, context),
        flow(page.blocks, context),
        comments.section(page, context),
        origin(page, context),
    )
    return f"{text}\n"


def _head(page: Page, context: Context) -> str:
    """Flat front matter is for programs, which find properties nowhere else: PROPERTIES only says then
    whether they are in a table, too."""
    options, kind = context.options, context.options.front_matter
    if kind == "false":
        return ""
    is_flat = kind == "flat"
    wanted = options.properties in (("front-matter", "both") + (("table",) if is_flat else ()))
    native = properties.native(page, context) if wanted else None
    return front_matter(page, native, flat=is_flat)


def _title(page: Page, context: Context) -> str:
    text = inline(title_runs(page.raw), context, Where.HEADING)
    text = text if visible(text).strip() else UNTITLED
    mark = icon(mapping(page.raw, "icon"), page.id, context, Where.HEADING, _ICON_SIZE)
    return " ".join(filter(None, ("#", mark, text)))


def _cover(page: Page, context: Context) -> str:
    cover = mapping(page.raw, "cover")
    if not cover:
        return ""
    return shown_image(local_or_missing(f"{page.id}/cover", cover, "cover", context), context, [])


def _properties(page: Page, context: Context) -> str:
    """Without front matter to go into, they stand in the table: nothing may vanish."""
    options = context.options
    is_head = options.front_matter != "false"
    wanted = ("table", "both") if is_head else ("table", "both", "front-matter")
    return properties.table(page, context) if options.properties in wanted else ""
