"""Comments as a restore makes them: with the words of the original, and who said them when as a first line.

Notion shows a comment as the integration's own, of now. So its first line says what the original showed;
one that a restore made has that line already, and is made again as it is. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from backup.json_values import mapping, objects, word
from backup.markdown.comments import author
from backup.markdown.dates import moment
from backup.model import Json, Page, bare_id, encodable, plain_text
from backup.restore.draft import Ref
from backup.restore.losses import Loss
from backup.restore.media import Files
from backup.restore.progress import own_words
from backup.restore.steps import Say
from backup.restore.texts import Scope, short, text

_MADE = re.compile(r"[^\n]{1,300} · \d{4}-\d\d-\d\d \d\d:\d\d UTC\n")
_LONGEST = 200  # characters of a name
_ATTACHED = 3  # files of one comment ("Create a comment", 2026-08)


def on_block(comment: Json) -> str:
    """The id of the block that a comment is about, 32 hex digits; '' for one about its page."""
    return bare_id(word(mapping(comment, "parent"), "block_id"))


def by_place(
    page: Page, name: Callable[[str], str], id_: str, shown: Collection[str]
) -> dict[str, list[Json]]:
    """The comments of a page by the id, in the copy, of what they are about."""
    found: dict[str, list[Json]] = {}
    for comment in page.comments:
        place = name(on_block(comment))
        found.setdefault(place if place in shown else id_, []).append(comment)
    return found


def is_made(comment: Json) -> bool:
    """Whether a restore made it, whose first line says who said it."""
    first, *_ = [*objects(comment.get("rich_text")), {}]
    is_bold = mapping(first, "annotations").get("bold") is True
    return is_bold and bool(_MADE.match(plain_text(comment.get("rich_text"))))


def with_author(comment: Json) -> list[Json]:
    """Its rich text, with the line that says who said it."""
    said = objects(comment.get("rich_text"))
    if is_made(comment):
        return said
    who = f"{author(comment)[:_LONGEST]} · {moment(word(comment, 'created_time'))}"
    return [text(encodable(who), {"bold": True}), text("\n"), *said]


def comments_of(page: Page, made: Collection[str], scope: Scope, files: Files) -> Iterator[Say]:
    """The comments of a page in their order; `made` are the keys of its blocks that there will be. One
    about another block becomes one about the page."""
    first: dict[str, str] = {}
    for number, comment in enumerate(page.comments):
        key = f"said/{page.id}/{number}"
        scope.at = bare_id(word(comment, "id"))
        if not is_made(comment):
            scope.lose(Loss.COMMENT_FORM)
        runs = short(with_author(comment), scope)
        body: Json = {"rich_text": runs, **_attached(comment, scope, files)}
        block, answers = on_block(comment), ""
        if block in made:
            answers = first.setdefault(word(comment, "discussion_id"), key)
            on = {"parent": {"type": "block_id", "block_id": Ref(block)}}
        else:  # Notion itself puts those about a page into one discussion, as was recorded
            block, on = page.id, {"parent": {"type": "page_id", "page_id": Ref(page.id)}}
        if answers in ("", key):
            yield Say(key, scope.path, block, {**body, **on}, own_words(runs))
        else:
            reply = {"discussion_id": Ref(answers)}
            yield Say(key, scope.path, block, {**body, **reply}, own_words(runs), answers)


def _attached(comment: Json, scope: Scope, files: Files) -> Json:
    marks = (
        files.upload(f"{comment.get('id', '')}/{number}", scope, {"type": "file", **one})
        for number, one in enumerate(objects(comment.get("attachments"))[:_ATTACHED])
    )
    found = [mark for mark in marks if mark]
    return {"attachments": [{"file_upload_id": mark} for mark in found]} if found else {}
