"""Comments: what people say about a page or block, and what becomes of it. No time moves by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backup.model import Json
from fakenotion.build import Rich, runs
from fakenotion.content import Content
from fakenotion.nodes import counted_id, minute_time

CATEGORIES = ("image", "audio", "pdf", "productivity", "video")


class Discussions(Content):
    """A workspace in which people comment."""

    def add_comment(
        self,
        on: str,
        rich: Rich,
        by: Json | None = None,
        discussion: str = "",
        *,
        shown_as: str | None = "",
        files: Iterable[tuple[str, str]] = (),
    ) -> str:
        """A comment on a page or block; its id. Without `discussion` it begins one.

        `shown_as`: a name of the author's choice (None: a name that could not be resolved).
        `files`: up to three attachments, as (one of CATEGORIES, address from `files.keep`).
        """
        node, author = self.node(on), by or self.person
        id_ = counted_id(self.id, "comment", str(len(self.comments)))
        time = minute_time(self.now())
        parent = "page_id" if node.kind == "page" else "block_id"
        comment: dict[str, Any] = {
            "object": "comment",
            "id": id_,
            "parent": {"type": parent, parent: node.id},
            "discussion_id": discussion or counted_id(id_, "discussion"),
            "created_time": time,
            "last_edited_time": time,
            "created_by": {"object": "user", "id": author["id"]},
            "rich_text": runs(rich),
            "display_name": _display_name(author, shown_as),
        }
        if attached := [_attachment(category, address) for category, address in files]:
            comment["attachments"] = attached
        self.comments.append(comment)
        return id_

    def comment(self, id_: str) -> Json:
        """A comment as it is stored."""
        return next(one for one in self.comments if one["id"] == id_)

    def reply(self, to: str, rich: Rich, by: Json | None = None, **more: Any) -> str:
        """A comment in the discussion of another one; its id."""
        first = self.comment(to)
        on = first["parent"][first["parent"]["type"]]
        return self.add_comment(on, rich, by, first["discussion_id"], **more)

    def edit_comment(self, id_: str, rich: Rich) -> None:
        """Other words in a comment."""
        self.comment(id_).update(rich_text=runs(rich), last_edited_time=minute_time(self.now()))

    def remove_comment(self, id_: str) -> None:
        """A comment goes."""
        self.comments.remove(self.comment(id_))

    def resolve(self, comment: str) -> None:
        """The discussion of a comment is done with: no list shows it any more."""
        self.resolved.add(self.comment(comment)["discussion_id"])

    def reopen(self, comment: str) -> None:
        """It goes on."""
        self.resolved.discard(self.comment(comment)["discussion_id"])


def _display_name(author: Json, shown_as: str | None) -> Json:
    kind = "user" if author["type"] == "person" else "integration"
    if shown_as == "":
        return {"type": kind, "resolved_name": author["name"]}
    return {"type": "custom" if shown_as else kind, "resolved_name": shown_as}


def _attachment(category: str, address: str) -> Json:
    if category not in CATEGORIES:
        raise ValueError(f"no such category: {category}")
    return {"category": category, "file": {"url": address, "expiry_time": ""}}
