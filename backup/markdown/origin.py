"""A page's last line: where it is in Notion, and when and by whom it was edited last.

It is there with front matter, too: people read the end of a page, programs its head.
"""

from __future__ import annotations

import re

from backup.json_values import mapping, word
from backup.markdown.context import Context, Where
from backup.markdown.dates import moment
from backup.markdown.inline import inline
from backup.markdown.links import notion_address
from backup.markdown.runs import run
from backup.model import BARE_ID, Page, bare_id, is_bare_id

_WORDS = "Open in Notion"
_LINE = re.compile(rf"^<sub>\[{_WORDS}\]\({re.escape(notion_address(''))}({BARE_ID})\)", re.M)


def origin(page: Page, context: Context) -> str:
    """The line, in small letters; '' when nothing of it is known."""
    id_ = bare_id(page.id)
    link = f"[{_WORDS}]({notion_address(id_)})" if is_bare_id(id_) else ""
    when, who = moment(page.edited), editor(page)
    edited = " ".join(filter(None, (when and f"edited {when}", who and f"by {who}")))
    parts = (link, inline([run(edited)], context, Where.BLOCK))
    marks = (mark for mark in ("archived", "locked") if page.raw.get(f"is_{mark}") is True)
    text = " · ".join(filter(None, (*parts, *marks)))
    return f"<sub>{text}</sub>" if text else ""


def subject(text: str) -> str:
    """The id of the page of which somebody has a text, or of which it is a copy; '' for a text of any other
    kind. What was added below its last line does not matter."""
    said = _LINE.findall(text)
    return said[-1] if said else ""


def editor(page: Page) -> str:
    """The name of who edited a page last, where Notion said it: a page names people by their ids alone,
    but for a property that shows them. '' when unknown."""
    who = mapping(page.raw, "last_edited_by")
    shown = (
        mapping(value, "last_edited_by")
        for value in mapping(page.raw, "properties").values()
        if word(value, "type") == "last_edited_by"
    )
    same = (each for each in (who, *shown) if each.get("id") == who.get("id"))
    return " ".join(next(filter(None, (word(each, "name") for each in same)), "").split())
