"""Sends what stands beside pages and blocks: comments and views, each once, and what is set later. What Notion
refuses of it costs only itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import unquote

from backup.errors import Forbidden, NotionError
from backup.json_values import mapping, word
from backup.model import Json, Problem, bare_id, dashed_id
from backup.notion.client import Client
from backup.notion.paging import listed
from backup.restore.draft import Upload, marks, resolved
from backup.restore.losses import Loss, Lost
from backup.restore.progress import own_words
from backup.restore.steps import MakeViews, Patch, Say, View
from backup.restore.upload import Uploads
from backup.restore.views import column_key
from backup.restore.writer import NotionWriter

_REFUSED = (400, 404)
_FORBIDDEN = (
    "Notion does not let the integration of NOTION_RESTORE_TOKEN comment, so no comment came back. In Notion, "
    "open the integration under Settings → Connections, tick “Insert comments” under Capabilities, move the "
    "copy into the trash, and run the restore again."
)


@dataclass
class Copying:
    """A copy under way: `ids` are those of all that is made, by key. `refused` is what Notion did not take,
    `lost` are the losses by that."""

    writer: NotionWriter
    reader: Client
    uploads: Uploads
    ids: dict[str, str] = field(default_factory=dict)
    refused: list[Problem] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def now(self, value: Json) -> Json:
        """The body of a request, with the ids that are known; its files are sent before."""
        for mark in marks(value):
            if isinstance(mark, Upload):
                self.uploads.send(mark.name)
        made: Json = resolved(value, self.ids, self.uploads.ids)
        return made


@dataclass
class CommentSender:
    """Sends comments. `is_new`: what is not in `_there` has no comments, for this run made it."""

    copying: Copying
    is_new: bool = True
    is_forbidden: bool = False
    _there: dict[str, list[Json]] = field(default_factory=dict)  # those that are nobody's yet
    _known: set[str] = field(default_factory=set)

    def make(self, step: Say, on: str) -> None:
        """Make a comment on the page or block of that id, if it is not there."""
        if self.is_forbidden:
            self.copying.lost.append(Lost(Loss.COMMENT, step.path))
            return
        try:
            made = self.copying.writer.settled(lambda doubt: self._made_once(step, on, doubt))
        except Forbidden:
            self.is_forbidden = True
            self.copying.refused.append(Problem("comments", _FORBIDDEN))
            self.copying.lost.append(Lost(Loss.COMMENT, step.path))
        else:
            self._known.add(word(made, "id"))
            self.copying.ids[step.key] = word(made, "discussion_id")

    def _made_once(self, step: Say, on: str, is_doubtful: bool) -> Json:
        if is_doubtful or (on not in self._there and not self.is_new):
            self._read_all(on)
        there = self._there.setdefault(on, [])
        for place, comment in enumerate(there):
            if own_words(comment.get("rich_text")) == step.words:
                return there.pop(place)
        return self.copying.writer.make("comments", self.copying.now(step.body))

    def _read_all(self, on: str) -> None:
        """Read the comments that are there, but for those that were made or found by now."""
        found = listed(self.copying.reader.comments(on))
        self._there[on] = [each for each in found if word(each, "id") not in self._known]


def patch(copying: Copying, step: Patch) -> None:
    """Set something; of properties that are refused together each alone."""
    send, body = getattr(copying.writer, step.kind), copying.now(step.body)
    try:
        send(copying.ids[step.key], body)
    except NotionError as error:
        if not step.path or error.status not in _REFUSED:
            raise
        parts = [{"properties": {name: each}} for name, each in body.get("properties", {}).items()]
        if len(parts) > 1:
            for part in parts:
                patch(copying, replace(step, body=part))
            return
        name = next(iter(body.get("properties", {})), "")
        what = f"“{name}”" if name else "to archive it"
        copying.refused.append(Problem(step.path, f"Notion refused {what}: {error.message}"))
        copying.lost.append(Lost(Loss.PROPERTY if name else Loss.DATABASE_EXTRAS, step.path, name))


def make_views(copying: Copying, step: MakeViews) -> None:
    """Make the views of a database that are not there, Notion's own first tables among them."""
    for key in step.sources:
        columns = mapping(copying.reader.data_source(copying.ids[key]), "properties")
        copying.ids.update(
            # Assumed: views have them without percent signs, as they are read.
            (column_key(key, name), unquote(word(each, "id")))
            for name, each in columns.items()
        )
    views = _Views(copying, step)
    for view in step.views:
        try:
            copying.writer.settled(partial(views.make, view))
        except NotionError as error:
            if error.status not in _REFUSED:
                raise
            what = f"Notion refused the view “{view.body['name']}”: {error.message}"
            copying.refused.append(Problem(step.path, what))
            copying.lost.append(Lost(Loss.VIEWS, step.path, view.key))


class _Views:
    """The views of one database; `left` are those that stand there and are none of ours yet."""

    def __init__(self, copying: Copying, step: MakeViews) -> None:
        self._copying, self._step = copying, step
        self._known = set[str]()
        self._names = {word(view.body, "name") for view in step.views}
        self.left = self._read()

    def _read(self) -> list[Json]:
        copying = self._copying
        found = listed(copying.reader.views_in(copying.ids[self._step.key]))
        ids = [word(each, "id") for each in found]
        return [copying.reader.view(id_) for id_ in ids if id_ not in self._known]

    def make(self, view: View, is_doubtful: bool) -> None:
        """Make a view, or one that is there the same."""
        if is_doubtful:
            self.left = self._read()
        copying, body = self._copying, self._copying.now(view.body)
        there = self._there(view)
        if there is None:
            ids = {"database_id": self._step.key, "data_source_id": view.source}
            parents = {name: dashed_id(copying.ids[key]) for name, key in ids.items()}
            self._known.add(word(copying.writer.make("views", {**parents, **body}), "id"))
            return
        if view.is_own:
            copying.writer.view(word(there, "id"), {k: v for k, v in body.items() if k != "type"})
        self._known.add(word(there, "id"))
        self.left.remove(there)

    def _there(self, view: View) -> Json | None:
        """The same view, made before; or Notion's own table, which has no name that is wanted."""
        source = bare_id(self._copying.ids[view.source])
        alike = [
            each
            for each in self.left
            if bare_id(word(each, "data_source_id")) == source
            and word(each, "type") == view.body["type"]
        ]
        named = (each for each in alike if word(each, "name") == view.body["name"])
        own = (each for each in alike if view.is_own and word(each, "name") not in self._names)
        return next(named, None) or next(own, None)
