"""One request that writes, with all that its endpoint needs: who sends it, and how the API is set."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from backup.model import Json, dashed_id
from fakenotion import answers
from fakenotion.nodes import Node
from fakenotion.refusal import Refusal, bad_field
from fakenotion.routes import Api, Request
from fakenotion.workspace import Workspace
from fakenotion.writing import media, shape
from fakenotion.writing.blocks import Blocks
from fakenotion.writing.uploads import Uploads


@dataclass
class Token:
    """Who sends a request: its bot, the workspace that it belongs to, and what it may do. A
    `personal` one has no block limit, and may make pages at the top of the workspace."""

    value: str
    content: Workspace
    bot: Json
    writes: bool = True
    reads: bool = True
    personal: bool = False


@dataclass
class WriteKnobs:
    """How the write side behaves; to be set at any time."""

    block_limit: int | None = None  # blocks that tokens may make that are not personal, then 403
    slow_above: int | None = None  # characters of one block, above which a write answers 504
    slow_commits: bool = False  # whether such a write is done all the same
    refuse_child_anchors: bool = False  # no `after_block` that is a child page or database
    comments_writable: bool = True  # the capability to insert comments; off by default in Notion
    empty_columns: bool = False  # columns may be made without children (recorded; docs say not)


@dataclass
class Call:
    """A request on its way through an endpoint. `keep`: only so many children are done, then the
    server fails; `committed` is what was done, for the answer to that."""

    api: Api
    request: Request
    token: Token
    knobs: WriteKnobs
    uploads: Uploads
    raw: bytes = b""
    header: str = ""
    made: int = 0  # blocks that were made before
    keep: int | None = None
    committed: tuple[str, Sequence[str]] = ("", ())
    charged: int = field(default=0)

    @property
    def content(self) -> Workspace:
        """The workspace of the token."""
        return self.token.content

    @property
    def body(self) -> Json:
        """The body in the newer version's words: the older one calls the trash `archived`, too."""
        if self.request.version == answers.NEW or "archived" not in self.request.body:
            return self.request.body
        rest = {key: value for key, value in self.request.body.items() if key != "archived"}
        return {"in_trash": self.request.body["archived"], **rest}

    @property
    def blocks(self) -> Blocks:
        """Reads the blocks of this request."""
        return Blocks(self.content, self.uploads, self.knobs.empty_columns)

    def show(self, node: Node, kind: str = "") -> Json:
        """A node as an answer shows it."""
        return self.api.show(node, self.request, kind)

    def charge(self, blocks: int) -> None:
        """Counts blocks that are about to be made. Raises Refusal over the limit of the workspace."""
        limit = self.knobs.block_limit
        if limit is not None and not self.token.personal and self.made + blocks > limit:
            raise Refusal(
                403,
                "This workspace has reached its limit of blocks that the API can create.",
                block_limit=str(limit),
            )
        self.charged = blocks

    def editable(self, node: Node) -> None:
        """Raises Refusal for what is in the trash or archived, itself or by something above it."""
        if node.trashed or node.archived:
            raise Refusal(
                400,
                "Can't edit block that is archived. You must unarchive the block before editing.",
            )
        self.below_living(node)

    def below_living(self, node: Node) -> None:
        """The same of what stands above alone."""
        before, node.trashed = node.trashed, False
        gone = self.content.in_trash(node)
        node.trashed = before
        _, *above = self.content.upwards(node)
        if gone or any(one.archived for one in above):
            raise Refusal(
                400,
                "Can't edit block on page with an archived ancestor. You must unarchive the ancestor"
                " before editing page.",
            )

    def clothes(self) -> Json:
        """Icon and cover, as far as they were sent. Raises Refusal."""
        made: Json = {}
        if "icon" in self.body:
            sent = self.body["icon"]
            made["icon"] = media.icon(self.content, self.uploads, "body.icon", sent)
        if "cover" in self.body:
            made["cover"] = media.cover(self.uploads, "body.cover", self.body["cover"])
        return made

    def trash(self, node: Node) -> None:
        """Into the trash or out of it, as sent. Raises Refusal below something in the trash."""
        if "in_trash" in self.body and self.body["in_trash"] != node.trashed:
            self.below_living(node)
            adopt(node)
            (self.content.trash if self.body["in_trash"] else self.content.restore)(node.id)

    def place(self, above: Node, sent: Any, start: str, end: str) -> int | None:
        """Where new children go in a list: None for its end. Raises Refusal."""
        if sent is None:
            return None
        where = "body.position"
        kinds = {"type": "text", "after_block": "object"}
        shape.held(where, sent, kinds, "type")
        if sent["type"] == end:
            return None
        if sent["type"] == start:
            return 0
        if sent["type"] != "after_block":
            words = f'`"{start}"`, `"{end}"`, or `"after_block"`'
            raise bad_field(where, "type", words, sent["type"])
        anchor = shape.held(f"{where}.after_block", sent.get("after_block"), {"id": "text"}, "id")
        id_ = dashed_id(shape.uuid(f"{where}.after_block", "id", anchor["id"]))
        listed = [one.id for one in self.content.children(above)]
        if id_ not in listed or self._refused(id_):
            raise Refusal(400, f"Could not place blocks after {id_}, which is not a child block.")
        return above.children.index(id_) + 1

    def _refused(self, id_: str) -> bool:
        return self.knobs.refuse_child_anchors and self.content.node(id_).kind != "block"


def adopt(node: Node) -> None:
    """What is served as it was recorded becomes a thing of the workspace, which can change; its
    times are those of the workspace then."""
    if not node.recorded:
        return
    recorded, node.recorded = node.recorded, {}
    kept = copy.deepcopy(recorded.get(node.kind, {}))
    if node.kind == "block" and "type" in kept:
        node.data.update(type=kept["type"], **{kept["type"]: kept.get(kept["type"], {})})
    else:
        names = ("title", "description", "properties", "icon", "cover", "is_inline", "is_locked")
        node.data.update({name: kept[name] for name in names if name in kept})


def move(above: Node, ids: Sequence[str], place: int | None) -> None:
    """Moves children that were just added at the end to their place."""
    if place is not None and ids:
        rest = [id_ for id_ in above.children if id_ not in ids]
        above.children[:] = [*rest[:place], *ids, *rest[place:]]
