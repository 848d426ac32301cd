"""Trees of pages in few words, for tests: a branch is a page, database or block to add things to.

home = Branch.root(workspace, "Handbook")
tasks = home.page("Onboarding", at="toggle").database("Tasks", inline=True)
tasks.row("Get a key").page("Which door")
home.linked(tasks)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backup.model import Json
from fakenotion import blocks
from fakenotion.build import Rich, block
from fakenotion.nodes import Node
from fakenotion.workspace import Workspace

# Where in a page a child may stand; '' is the page itself.
PLACES = ("", "toggle", "callout", "quote", "item", "heading", "column", "tab", "synced")


@dataclass(frozen=True)
class Branch:
    """A page, database, data source or block of a workspace, by its id as Notion writes it."""

    workspace: Workspace
    id: str

    @classmethod
    def root(cls, workspace: Workspace, title: Rich, *words: Rich, **data: Any) -> Branch:
        """A page at the top of the workspace, with a paragraph for each of `words`."""
        return cls(workspace, workspace.add_page("", title, {}, _paragraphs(words), **data))

    @property
    def node(self) -> Node:
        """What the workspace knows about it."""
        return self.workspace.node(self.id)

    @property
    def title(self) -> str:
        """Its title; '' for a block."""
        return "" if self.node.kind == "block" else self.workspace.title(self.node)

    @property
    def above(self) -> Branch:
        """What holds it."""
        return Branch(self.workspace, self.node.parent)

    @property
    def first_source(self) -> str:
        """The id of a database's first data source; of a data source its own."""
        return self.workspace.source(self.id) if self.node.kind == "database" else self.id

    # -- adding ----------------------------------------------------------------------------------

    def page(self, title: Rich, *words: Rich, at: str = "", **data: Any) -> Branch:
        """A child page, with a paragraph for each of `words`; `at` is one of PLACES, made for it."""
        parent = self.place(at).id
        return self._new(self.workspace.add_page(parent, title, {}, _paragraphs(words), **data))

    def database(
        self,
        title: Rich,
        schema: Mapping[str, Json] | None = None,
        *,
        at: str = "",
        inline: bool = False,
        **data: Any,
    ) -> Branch:
        """A child database with one data source; `schema` as in `properties.schema`."""
        parent, more = self.place(at).id, {"is_inline": inline, **data}
        return self._new(self.workspace.add_database(title, schema or {}, parent=parent, **more))

    def row(
        self, title: Rich, values: Mapping[str, Any] | None = None, *words: Rich, **data: Any
    ) -> Branch:
        """A row of this database or data source."""
        made = self.workspace.add_page(self.id, title, values, _paragraphs(words), **data)
        return self._new(made)

    def source(self, name: Rich, schema: Mapping[str, Json] | None = None) -> Branch:
        """One more data source in this database."""
        return self._new(self.workspace.add_source(self.id, name, schema or {}))

    def linked(
        self, shows: Branch, title: Rich = "Untitled", *, at: str = "", **data: Any
    ) -> Branch:
        """A linked view of a database or data source; `data`: view (its name), type_."""
        parent, source = self.place(at).id, shows.first_source
        return self._new(self.workspace.add_linked(parent, source, title, **data))

    def wiki(self, title: Rich, *, at: str = "", page_parents: bool = False) -> Branch:
        """A wiki: a database with an owner and a verification, in which databases may lie."""
        parent = self.place(at).id
        return self._new(self.workspace.add_wiki(title, parent, page_parents=page_parents))

    def text(self, *words: Rich) -> Branch:
        """Paragraphs at the end; itself again."""
        self.workspace.append(self.id, _paragraphs(words))
        return self

    def block(self, raw: Json) -> Branch:
        """A built block at the end, with what it holds; the block."""
        return self._new(self.workspace.append(self.id, [raw])[0])

    def place(self, kind: str) -> Branch:
        """A new block that holds others, at the end; itself for ''. Kinds: PLACES."""
        if kind == "":
            return self
        made = self.block(_holder(kind))
        for _ in range(_DEPTHS.get(kind, 0)):
            made = self._new(self.workspace.listed(made.id)[0])
        return made

    def copy_of(self, original: Branch) -> Branch:
        """A synced copy of a `synced` place, at the end: it shows the same children."""
        return self.block(blocks.synced_copy(original.id))

    def template(self, title: Rich, *words: Rich, default: bool = False) -> Branch:
        """A template of this database or data source: a page that is not one of its rows."""
        source, body = self.first_source, _paragraphs(words)
        return self._new(self.workspace.add_template(source, title, body, default))

    def comment(self, words: Rich, **more: Any) -> str:
        """A comment on this page or block (see `Discussions.add_comment`); its id."""
        return self.workspace.add_comment(self.id, words, **more)

    # -- changing --------------------------------------------------------------------------------

    def edit(self, words: Rich) -> Branch:
        """Other words in its first paragraph, or a first one; the page counts as edited."""
        for id_ in self.workspace.listed(self.id):
            node = self.workspace.node(id_)
            if node.kind == "block" and node.data.get("type") == "paragraph":
                self.workspace.edit(id_, words)
                return self
        return self.text(words)

    def rename(self, title: Rich) -> Branch:
        """Another title."""
        self.workspace.rename(self.id, title)
        return self

    def move(self, to: Branch | None, *, at: str = "", quiet: bool = False) -> Branch:
        """Below another page, into another database, or (None) to the top."""
        self.workspace.move(self.id, to.place(at).id if to else "", quiet=quiet)
        return self

    def _new(self, id_: str) -> Branch:
        return Branch(self.workspace, id_)


def _paragraphs(words: Iterable[Rich]) -> list[Json]:
    return [block("paragraph", one) for one in words]


_DEPTHS = {"column": 1, "tab": 1}  # how far below the block that is made the place is


def _holder(kind: str) -> Json:
    """The block in which something stands, with what it needs inside."""
    match kind:
        case "toggle" | "quote":
            return block(kind, "More")
        case "item":
            return block("bulleted_list_item", "More")
        case "callout":
            return blocks.callout("💡", "More")
        case "heading":
            return block("heading_2", "More", is_toggleable=True)
        case "column":
            return blocks.columns([], [block("paragraph", "Beside it")])
        case "tab":
            return blocks.tabs({"First": [], "Second": [block("paragraph", "Behind it")]})
        case "synced":
            return block("synced_block")
    raise ValueError(f"no such place: {kind}; known: {', '.join(filter(None, PLACES))}")
