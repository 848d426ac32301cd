"""Every reading endpoint of the API: from a request to the JSON that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote

from backup.model import Json, bare_id, dashed_id
from fakenotion import answers, computed, query, refusal, spoken, validation
from fakenotion.content import Content
from fakenotion.nodes import Node
from fakenotion.paging import Paging, Sessions, by_id, by_place, envelope
from fakenotion.refusal import UNDEFINED
from fakenotion.searching import Index, Search

# As the validation of the real API: any version, the variant of RFC 9562, or the nil id.
UUID = re.compile(r"[0-9a-f]{12}[1-8][0-9a-f]{3}[89ab][0-9a-f]{15}|0{32}")
LISTED_ITEMS = ("title", "rich_text", "relation", "people")


@dataclass(frozen=True)
class Request:
    """A request as the API reads it; `ids` are the path's variable parts, `base` the address."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    version: str = answers.NEW
    base: str = ""

    def one(self) -> Json:
        """The query string with the last value of each name."""
        return {name: values[-1] for name, values in self.query.items()}


@dataclass
class Api:
    """Answers requests from a workspace. `cap` and `most` (rows of one page) may change any time."""

    content: Content
    cap: int = 10_000
    most: int = 100
    copies: str = "empty"  # this and what follows: see server.Knobs
    comments_readable: bool = True
    users_readable: str = "all"
    linked_views_tell: bool = True
    spans: str = "link"
    wordless: bool = True
    sessions: Sessions = field(default_factory=Sessions)

    def __post_init__(self) -> None:
        self.searches = Search(self.content, Index())

    def answer(self, request: Request) -> Json:
        """The JSON of a good answer, before it is signed; raises Refusal."""
        for method, pattern, route in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                ids = {name: _id("path", name, sent) for name, sent in found.groupdict().items()}
                validation.check(route.__name__, _body(request), request.query)
                with self.content.lock:
                    return route(self, request, **ids)
        raise refusal.unknown_path()

    def show(self, node: Node, request: Request, kind: str = "") -> Json:
        """A node as an object of the request's version."""
        sent = answers.OBJECTS[kind or node.kind](self.content, node)
        wanted = request.query.get("filter_properties", []) + request.query.get(
            "filter_properties[]", []
        )
        if node.kind == "page" and wanted and "properties" in sent:
            sent = {**sent, "properties": _only(sent["properties"], wanted)}
        return sent if node.recorded else answers.for_version(sent, request.version)

    def find(self, id_: str, kind: str, kinds: tuple[str, ...] = ()) -> Node:
        """The node that a request means, or Notion's answer to the wrong kind of id."""
        node = self.content.visible(id_)
        if node and node.restricted:
            raise refusal.restricted()
        if node and node.kind in (kinds or (kind,)):
            return node
        if node and (kind, node.kind) == ("page", "database"):
            raise refusal.is_a_database(dashed_id(id_))
        if node and (kind, node.kind) == ("database", "page"):
            raise refusal.is_a_page(dashed_id(id_))
        raise refusal.not_found(kind, dashed_id(id_), self.content.bot)

    def page(self, request: Request, page_id: str) -> Json:
        """GET /v1/pages/{id}"""
        return self.show(self.find(page_id, "page"), request)

    def database(self, request: Request, database_id: str) -> Json:
        """GET /v1/databases/{id}"""
        return self.show(self.find(database_id, "database"), request)

    def data_source(self, request: Request, data_source_id: str) -> Json:
        """GET /v1/data_sources/{id}"""
        return self.show(self.find(data_source_id, "data_source"), request)

    def query(self, request: Request, data_source_id: str) -> Json:
        """POST /v1/data_sources/{id}/query"""
        source = self.find(data_source_id, "data_source")
        show = partial(self.show, request=request)
        body = _body(request)
        return query.answer(self.content, source, body, self.sessions, show, self.cap, self.most)

    def templates(self, request: Request, data_source_id: str) -> Json:
        """GET /v1/data_sources/{id}/templates: the one list without the usual envelope."""
        source = self.find(data_source_id, "data_source")
        known = self.content.templates.get(bare_id(source.id), [])
        found = [(self.content.visible(id_), default) for id_, default in known]
        made = [
            {"id": page.id, "name": self.content.title(page), "is_default": default}
            for page, default in found
            if page and not self.content.in_trash(page)
        ]
        return {"templates": made, "has_more": False, "next_cursor": None}

    def block(self, request: Request, block_id: str) -> Json:
        """GET /v1/blocks/{id}: also pages and databases, as the blocks they are in their parent."""
        node = self.find(block_id, "block", ("block", "page", "database"))
        return self.show(node, request, "block")

    def children(self, request: Request, block_id: str) -> Json:
        """GET /v1/blocks/{id}/children. Assumed: a database has none."""
        node = self.find(block_id, "block", ("block", "page", "database"))
        if node.unreadable:
            raise refusal.not_found("block", node.id, self.content.bot)
        if node.kind == "block" and answers.type_of(node) == "unsupported":
            raise refusal.not_supported(
                answers.block(self.content, node)["unsupported"]["block_type"]
            )
        items = [] if node.kind == "database" else self._listed(node)
        found, more = by_id(items, Paging.asked(request.one(), "query", self.most))
        return envelope("block", [self.show(one, request, "block") for one in found], more)

    def _listed(self, node: Node) -> list[Node]:
        """The children of a page or block; those of a synced copy as `copies` says."""
        original = "" if node.children else answers.synced_from(node)
        if not original or self.copies == "always":
            return answers.listed(self.content, node)
        if self.copies == "empty":
            return []
        if self.copies == "missing" or not self.content.visible(original):
            raise refusal.not_found("block", original, self.content.bot)
        return answers.listed(self.content, node)

    def property_item(self, request: Request, page_id: str, property_id: str) -> Json:
        """GET /v1/pages/{id}/properties/{property}: whole values, the long ones in pages."""
        page = self.find(page_id, "page")
        wanted = unquote(property_id)
        for name, value in computed.values(self.content, page, most=None).items():
            if wanted in (unquote(value["id"]), name):
                return self._item(request, page, value)
        raise refusal.not_found("property", property_id, self.content.bot)

    def _item(self, request: Request, page: Node, value: Json) -> Json:
        type_, id_ = value["type"], value["id"]
        head = {"object": "property_item", "type": type_, "id": id_}
        if type_ not in (*LISTED_ITEMS, "rollup"):
            return {**head, type_: value[type_]}
        items, inside = computed.items(value)
        paging = Paging.asked(request.one(), "query", self.most)
        found, more = by_place(items, paging, "property", page.id, id_)
        made = envelope("property_item", [{**head, **item} for item in found], more)
        path = f"{request.base}/v1/pages/{page.id}/properties/{id_}"
        next_url = f"{path}?start_cursor={more}&page_size={paging.size}" if more else None
        if more and type_ == "rollup":
            inside = {"type": "incomplete", "incomplete": {}, "function": inside["function"]}
        return {
            **made,
            "property_item": {"id": id_, "next_url": next_url, "type": type_, type_: inside},
        }

    def me(self, request: Request) -> Json:
        """GET /v1/users/me"""
        return self.content.bot

    def users(self, request: Request) -> Json:
        """GET /v1/users: not the guests, and nobody for a personal token (2026)."""
        if self.users_readable != "all":
            raise refusal.restricted()
        known = self.content.users.values()
        everyone = [one for one in known if one["id"] not in self.content.guests]
        found, more = by_place(everyone, Paging.asked(request.one(), "query"), "users")
        return envelope("user", list(found), more)

    def user(self, request: Request, user_id: str) -> Json:
        """GET /v1/users/{id}"""
        if self.users_readable == "none":
            raise refusal.restricted()
        if found := self.content.users.get(dashed_id(user_id)):
            return found
        raise refusal.user_not_found(dashed_id(user_id))

    def comments(self, request: Request) -> Json:
        """GET /v1/comments?block_id=: the open ones of this page or block alone."""
        sent = request.one().get("block_id", UNDEFINED)
        wanted = _id("query", "block_id", sent)
        if not self.comments_readable:
            raise refusal.restricted()
        node = self.find(wanted, "block", ("block", "page"))
        about = self.content.open_comments(node)
        paging = Paging.asked(request.one(), "query", self.most)
        found, more = by_place(about, paging, "comments", node.id)
        return envelope("comment", list(found), more)

    def comment(self, request: Request, comment_id: str) -> Json:
        """GET /v1/comments/{id}: of a page or block that can be seen."""
        if not self.comments_readable:
            raise refusal.restricted()
        for one in self.content.comments:
            on = one["parent"][one["parent"]["type"]]
            if bare_id(one["id"]) == bare_id(comment_id) and self.content.visible(on):
                return one
        raise refusal.not_found("comment", dashed_id(comment_id), self.content.bot)

    def views(self, request: Request) -> Json:
        """GET /v1/views?database_id= or ?data_source_id=: references only. By a data source also the
        views in other databases, as far as these can be read."""
        sent = request.one()
        name = "data_source_id" if "data_source_id" in sent else "database_id"
        wanted = _id("query", name, sent.get(name, UNDEFINED))
        node = self.find(wanted, name.removesuffix("_id"))
        about = [
            {"object": "view", "id": view["id"]}
            for view in self.content.views.values()
            if self._is_about(view, node)
        ]
        found, more = by_place(about, Paging.asked(sent, "query"), "views", node.id)
        return envelope("view", list(found), more)

    def _is_about(self, view: Json, node: Node) -> bool:
        home = self.content.visible(view["parent"]["database_id"])
        if home is None or self.content.in_trash(home):
            return False
        if node.kind == "data_source":
            return bool(bare_id(view["data_source_id"]) == bare_id(node.id))
        return home is node and (self.linked_views_tell or bool(home.children))

    def view(self, request: Request, view_id: str) -> Json:
        """GET /v1/views/{id}. One kind is listed but never answers."""
        found = self.content.views.get(bare_id(view_id))
        if found is None or not self.content.visible(found["parent"]["database_id"]):
            raise refusal.not_found("view", dashed_id(view_id), self.content.bot)
        if found["type"] == "feed":
            raise refusal.no_such_view(found["type"])
        return found

    def markdown(self, request: Request, page_id: str) -> Json:
        """GET /v1/pages/{id}/markdown: of a page, a block, or a folder of pages."""
        node = self.find(page_id, "page", ("page", "block"))
        asked = request.one().get("markdown_version", "v1")
        version = validation.one_of("query", "markdown_version", asked, *spoken.VERSIONS)
        return spoken.Telling(self.content, version, self.spans, self.wordless).answer(node)

    def emojis(self, request: Request) -> Json:
        """GET /v1/custom_emojis"""
        name = request.one().get("name")
        found = [one for one in self.content.emojis if name in (None, one["name"])]
        return {
            "object": "list",
            "type": "custom_emoji",
            "results": found,
            "has_more": False,
            "next_cursor": None,
        }

    def search(self, request: Request) -> Json:
        """POST /v1/search"""
        return self.searches.answer(request.body, partial(self.show, request=request), self.most)


def _body(request: Request) -> Json:
    """The body in the newer version's words: the older one calls the trash `archived`, too."""
    if request.version == answers.NEW:
        return request.body
    return {
        key: value for key, value in request.body.items() if key not in ("archived", "in_trash")
    }


def _id(part: str, name: str, sent: Any) -> str:
    if sent is UNDEFINED:
        raise refusal.bad_field(part, name, "defined", sent)
    if name == "property_id" or UUID.fullmatch(bare_id(sent)):
        return str(sent)
    raise refusal.bad_id(part, name, sent)


def _only(values: Json, wanted: list[str]) -> Json:
    names = {unquote(one) for one in wanted}
    return {
        name: value
        for name, value in values.items()
        if name in names or unquote(value["id"]) in names
    }


Route = Callable[..., Json]
ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("GET", r"/v1/users/me", Api.me),
    ("GET", r"/v1/users", Api.users),
    ("GET", r"/v1/users/(?P<user_id>[^/]+)", Api.user),
    ("POST", r"/v1/search", Api.search),
    ("GET", r"/v1/databases/(?P<database_id>[^/]+)", Api.database),
    ("GET", r"/v1/data_sources/(?P<data_source_id>[^/]+)", Api.data_source),
    ("POST", r"/v1/data_sources/(?P<data_source_id>[^/]+)/query", Api.query),
    ("GET", r"/v1/data_sources/(?P<data_source_id>[^/]+)/templates", Api.templates),
    ("GET", r"/v1/pages/(?P<page_id>[^/]+)", Api.page),
    ("GET", r"/v1/pages/(?P<page_id>[^/]+)/markdown", Api.markdown),
    ("GET", r"/v1/pages/(?P<page_id>[^/]+)/properties/(?P<property_id>.+)", Api.property_item),
    ("GET", r"/v1/blocks/(?P<block_id>[^/]+)", Api.block),
    ("GET", r"/v1/blocks/(?P<block_id>[^/]+)/children", Api.children),
    ("GET", r"/v1/comments", Api.comments),
    ("GET", r"/v1/comments/(?P<comment_id>[^/]+)", Api.comment),
    ("GET", r"/v1/views", Api.views),
    ("GET", r"/v1/views/(?P<view_id>[^/]+)", Api.view),
    ("GET", r"/v1/custom_emojis", Api.emojis),
)
