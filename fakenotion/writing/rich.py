"""Rich text on its way in: held to what the API takes, then in the form in which it is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backup.model import Json, bare_id
from fakenotion import build, validation
from fakenotion.content import Content
from fakenotion.merging import merged
from fakenotion.properties import COLORS
from fakenotion.refusal import Refusal
from fakenotion.writing import dates, limits, shape

TINTS = (*COLORS, *(f"{color}_background" for color in COLORS))
_RUN = {"type": "text", "annotations": "object", "plain_text": "text", "href": "text?"}
_LOOK = {**dict.fromkeys(build.MARKS, "truth"), "color": "text"}


def runs(content: Content, where: str, sent: Any) -> list[Json]:
    """A rich text as Notion keeps it: whole runs, equal neighbours merged, empty ones gone.

    `plain_text` and `href` are accepted and ignored, as recorded. Raises Refusal.
    """
    shape.items(where, sent, limits.TEXTS)
    made = [_run(content, f"{where}[{place}]", run) for place, run in enumerate(sent)]
    joined: list[Json] = merged([run for run in made if run])
    return joined


def color(where: str, sent: Any) -> str:
    """One of the twenty colours of texts and blocks. Raises Refusal."""
    return validation.one_of(where, "color", sent, *TINTS)


def _run(content: Content, where: str, sent: Any) -> Json | None:
    kind = shape.kind_of(where, sent, "text", "mention", "equation")
    shape.held(where, sent, {**_RUN, kind: "object"})
    look = shape.held(f"{where}.annotations", sent.get("annotations", {}), _LOOK)
    if "color" in look:
        color(f"{where}.annotations", look["color"])
    return _KINDS[kind](content, f"{where}.{kind}", sent[kind], look)


def _text(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    shape.held(where, sent, {"content": "text", "link": "object?"}, "content")
    said = shape.text(f"{where}.content", sent["content"], limits.TEXT)
    target = None
    if sent.get("link") is not None:
        shape.held(f"{where}.link", sent["link"], {"url": "text", "type": "text"}, "url")
        target = shape.link(f"{where}.link.url", sent["link"]["url"])
    return build.text(said, link=target, **look) if said else None


def _equation(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    shape.held(where, sent, {"expression": "text"}, "expression")
    said = shape.text(f"{where}.expression", sent["expression"], limits.EXPRESSION)
    return build.equation(said, **look)


def _mention(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    kind = shape.kind_of(where, sent, *_MENTIONS)
    shape.held(where, sent, {"type": "text", kind: "object"})
    return _MENTIONS[kind](content, f"{where}.{kind}", sent[kind], look)


def _page(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    """Assumed: a page or database that is not to be seen may be mentioned."""
    id_ = shape.uuid(where, "id", shape.held(where, sent, {"id": "text"}, "id")["id"])
    kind = "database" if where.endswith(".database") else "page"
    make = build.mention_database if kind == "database" else build.mention_page
    node = content.visible(id_)
    return make(id_, content.title(node) if node else "Untitled", **look)


def _user(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    return build.mention_user(user(content, where, sent), **look)


def user(content: Content, where: str, sent: Any) -> Json:
    """A user of the workspace, by his id. Assumed: anyone else is refused, in these words."""
    if not isinstance(sent, dict):
        shape.held(where, sent, {})
    id_ = shape.uuid(where, "id", sent.get("id"))
    found = content.users.get(id_)
    if found is None:
        raise Refusal(400, f"Could not find user with ID: {id_}.")
    return found


def _date(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    found = dates.span(where, sent)
    return build.mention_date(found["start"], found["end"], found["time_zone"], **look)


def _template(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    kind = shape.kind_of(where, sent, "template_mention_date", "template_mention_user")
    words = ("today", "now") if kind.endswith("date") else ("me",)
    return build.mention_template(validation.one_of(where, kind, sent[kind], *words))


def _emoji(content: Content, where: str, sent: Json, look: Json) -> Json | None:
    """An emoji of another workspace becomes none. Assumed: also in a text."""
    shape.held(where, sent, {"id": "text", "name": "text", "url": "text"}, "id")
    id_ = bare_id(shape.uuid(where, "id", sent["id"]))
    for one in content.emojis:
        if bare_id(one["id"]) == id_:
            return build.mention_emoji(one["id"], one["name"], one["url"])
    return None


Make = Callable[[Content, str, Json, Json], "Json | None"]
_KINDS: Mapping[str, Make] = {"text": _text, "mention": _mention, "equation": _equation}
_MENTIONS: Mapping[str, Make] = {
    "user": _user,
    "page": _page,
    "database": _page,
    "date": _date,
    "template_mention": _template,
    "custom_emoji": _emoji,
}
