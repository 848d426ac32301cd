"""Everything that is restored as drafts: each page's blocks, title, icon and cover. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backup.files.records import FileRecord
from backup.json_values import as_object, mapping
from backup.model import Json, bare_id, plain_text
from backup.restore import limits
from backup.restore.blocks import Translation, original_keys
from backup.restore.comments import comments_of
from backup.restore.draft import Draft
from backup.restore.losses import Loss, Lost
from backup.restore.media import Files, files_of, icon_and_cover
from backup.restore.saved import Node, Saved, said_by
from backup.restore.schema import Key, Schemas, source_of, sources_of
from backup.restore.steps import Say
from backup.restore.texts import Scope, short
from backup.restore.values import Values, related
from backup.restore.views import ViewTranslator


@dataclass(frozen=True, slots=True)
class CopyWorkspace:
    """Where a copy is made: how many bytes a file may have, the bare ids of the `people` in it, those of the
    data `sources` that relations to outside can lead to, and those of its own `emojis`; None when nobody
    asked."""

    max_upload: int
    people: frozenset[str] | None
    sources: frozenset[str] | None
    emojis: frozenset[str] | None = None


def workspace_of(
    me: Json,
    people: frozenset[str] | None = None,
    sources: frozenset[str] | None = None,
    emojis: frozenset[str] | None = None,
) -> CopyWorkspace:
    """The workspace of a token, by GET /v1/users/me."""
    limit = mapping(mapping(me, "bot"), "workspace_limits").get("max_file_upload_size_in_bytes")
    return CopyWorkspace(limit if type(limit) is int else limits.FREE_FILE, people, sources, emojis)


@dataclass(frozen=True, slots=True)
class Translated:
    """One page or database: `drafts` are its blocks and what lies in it, `title` its runs."""

    node: Node
    scope: Scope
    title: list[Json]
    icon_and_cover: Json
    drafts: tuple[Draft, ...] = ()
    source: str = ""  # of a row: the key of its data source
    values: Json = field(default_factory=dict)  # of a row, by the names of the columns
    comments: tuple[Say, ...] = ()

    @property
    def shown(self) -> Draft:
        """How it stands in its parent's list."""
        kind = "child_database" if self.node.kind == "database" else "child_page"
        return Draft(self.node.id, kind, {"title": shown_title(self.title)})


def shown_title(runs: list[Json]) -> str | None:
    """The title as a list shows it; None where it mentions something: Notion words that."""
    if any("text" not in run for run in runs):
        return None
    return "".join(str(run["text"]["content"]) for run in runs)


@dataclass
class Translator:
    """Translates all of what is saved."""

    saved: Saved
    workspace: CopyWorkspace
    losses: list[Lost] = field(default_factory=list)

    def __post_init__(self) -> None:
        nodes = self.saved.nodes
        self.pages = {node.id for node in nodes}
        self.sources = sources_of(nodes)
        self.schemas = Schemas(self.sources, self.losses, self.workspace.sources)
        self.columns = {key: self.schemas.simple(each) for key, each in self.sources.items()}
        self.relations = [*self.schemas.steps()]
        people = self.workspace.people
        self.views = ViewTranslator(
            self.sources, self.schemas.made, self.pages, people, self.losses
        )
        self.files = Files(self.workspace.max_upload, self.saved, self.saved.top)
        self._taken = {*self.pages, *self.sources, "target"}
        pages = [node for node in nodes if node.kind != "database"]
        self._blocks = _blocks(pages)
        self._crowded = {crowd for node in pages for crowd in self._crowds(node)}
        self._originals = original_keys(block for node in pages for block in node.page.walk())

    def all(self) -> dict[str, Translated]:
        """Each page and database by its key, in the order of reading."""
        return {node.id: self._made(node) for node in self.saved.nodes}

    def _crowds(self, node: Node) -> Iterator[tuple[Key, str]]:
        """The columns of a row that hold more relations than a request takes."""
        source = source_of(node, self.sources)
        for name, value in mapping(node.page.raw, "properties").items() if source else ():
            if len([key for key in related(as_object(value)) if key in self.pages]) > limits.IDS:
                yield (source.key if source else "", name), node.id

    def _made(self, node: Node) -> Translated:
        self.files.node = node
        is_page = node.kind != "database"
        files = files_of(node.page, node.files) if is_page else {}
        scope = self._scope(node, files)
        title = short(node.title, scope)
        worn = icon_and_cover(node.raw, node.page.id if is_page else node.id, scope, self.files)
        drafts = self._drafts(node, scope) if is_page else ()
        source, values = self._values(node, scope)
        keys = {draft.key for top in drafts for draft in top.walk()}
        comments = tuple(comments_of(node.page, keys, scope, self.files)) if is_page else ()
        return Translated(node, scope, title, worn, drafts, source, values, comments)

    def _values(self, node: Node, scope: Scope) -> tuple[str, Json]:
        """The key of a row's data source, and its values. One that becomes a page loses them."""
        if node.kind != "row":
            return "", {}
        source = source_of(node, self.sources)
        if source is None:
            self.losses += [Lost(Loss.ROW_VALUES, node.path, name) for name in said_by(node.page)]
            return "", {}
        schemas = self.schemas
        values = Values(scope, self.files, schemas, self._crowded, node.page.id)
        return source.key, values.read(source, node.page.raw)

    def _scope(self, node: Node, files: Mapping[str, FileRecord]) -> Scope:
        return Scope(
            path=node.path,
            pages=self.pages,
            blocks=self._blocks,
            people=self.workspace.people,
            emojis=self.workspace.emojis,
            files=files,
            losses=self.losses,
            originals=self._originals,
        )

    def _drafts(self, node: Node, scope: Scope) -> tuple[Draft, ...]:
        inside = {
            each.id: (each.kind, plain_text(each.title))
            for each in self.saved.nodes
            if each.parent_id == node.id
        }
        translation = Translation(scope, self.files, inside, node.views, self._taken)
        return tuple(translation.page(node.page.blocks))


def _blocks(pages: list[Node]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in pages:
        for block in node.page.walk():
            found.setdefault(bare_id(block.id), node.id)
    return found
