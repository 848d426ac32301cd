"""Values of a page's properties on their way in, in the form in which they are kept.

An unknown name is dropped without a word, as reported of the API; what Notion works out itself is
an error.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from backup.model import Json, bare_id
from fakenotion import properties
from fakenotion.content import Content
from fakenotion.refusal import Refusal, bad_body, bad_field, not_found
from fakenotion.writing import dates, limits, media, options, rich, shape
from fakenotion.writing.uploads import Uploads

READ_ONLY = (
    *("formula", "rollup", "unique_id", "button", "created_time", "created_by"),
    *("last_edited_time", "last_edited_by"),
)
_PLACE = {
    "lat": "number",
    "lon": "number",
    "name": "text?",
    "address": "text?",
    "aws_place_id": "text?",
    "google_place_id": "text?",
}


@dataclass(frozen=True)
class Values:
    """Reads the `properties` of a request about one page, whose schema it follows."""

    content: Content
    uploads: Uploads
    columns: Json

    def read(self, where: str, sent: Json) -> Json:
        """Names and values as they are kept. Options that there are not yet become part of the
        schema, so nothing may be refused afterwards. Raises Refusal, and then there are none new."""
        found = [(name, *self._column(name), value) for name, value in sent.items()]
        before = copy.deepcopy(self.columns)
        try:
            return {
                name: self._value(f"{where}.{asked}", column, value)
                for asked, name, column, value in found
                if column is not None
            }
        except Refusal:
            self.columns.update(before)
            raise

    def _column(self, asked: str) -> tuple[str, Json | None]:
        """The property that a name or an id means: by id, the title is `title`."""
        for name, column in self.columns.items():
            if asked == name:
                return name, column
        for name, column in self.columns.items():
            if unquote(asked) == unquote(column["id"]):
                return name, column
        return asked, None

    def _value(self, where: str, column: Json, sent: Any) -> Json:
        type_ = column["type"]
        if not isinstance(sent, dict):
            raise bad_body("body", where, "an object", sent)
        if type_ in READ_ONLY:
            raise Refusal(
                400, f"{column.get('name', type_)} is read-only: a {type_} is worked out."
            )
        if type_ not in sent or sent.get("type", type_) != type_:
            raise Refusal(400, f"{column.get('name', type_)} is expected to be {type_}.")
        shape.held(where, sent, {"id": "text", "type": "text", type_: "any"})
        made = _READ[type_](self, f"{where}.{type_}", column, sent[type_])
        head = {"id": column["id"], "type": type_, type_: made}
        return {**head, "has_more": False} if type_ == "relation" else head


def _rich(values: Values, where: str, column: Json, sent: Any) -> list[Json]:
    return rich.runs(values.content, where, sent)


def _number(values: Values, where: str, column: Json, sent: Any) -> Any:
    if sent is not None and (isinstance(sent, bool) or not isinstance(sent, int | float)):
        raise bad_body("body", where, "a number", sent)
    return sent


def _choice(values: Values, where: str, column: Json, sent: Any) -> Json | None:
    if sent is None and column["type"] == "status":
        usual: Json | None = properties.value(column, None)["status"]
        return usual
    return None if sent is None else options.chosen(where, column, sent)


def _choices(values: Values, where: str, column: Json, sent: Any) -> list[Json]:
    chosen = shape.items(where, sent, limits.IDS)
    return [options.chosen(f"{where}[{n}]", column, one) for n, one in enumerate(chosen)]


def _date(values: Values, where: str, column: Json, sent: Any) -> Json | None:
    return None if sent is None else dates.span(where, sent)


def _people(values: Values, where: str, column: Json, sent: Any) -> list[Json]:
    users = shape.items(where, sent, limits.IDS)
    return [rich.user(values.content, f"{where}[{n}]", one) for n, one in enumerate(users)]


def _files(values: Values, where: str, column: Json, sent: Any) -> list[Json]:
    files = shape.items(where, sent, limits.IDS)
    return [
        media.of_value(values.content, values.uploads, f"{where}[{n}]", one)
        for n, one in enumerate(files)
    ]


def _checkbox(values: Values, where: str, column: Json, sent: Any) -> bool:
    if not isinstance(sent, bool):
        raise bad_body("body", where, "a boolean", sent)
    return sent


def _text(values: Values, where: str, column: Json, sent: Any) -> str | None:
    """An address or number as text. Assumed: an empty one is refused, null empties the value."""
    most = limits.URL if column["type"] == "url" else limits.CONTACT
    if sent == "":
        raise bad_body("body", where, "a string that is not empty, or null", sent)
    return None if sent is None else shape.text(where, sent, most)


def _relation(values: Values, where: str, column: Json, sent: Any) -> list[Json]:
    """Rows of the related data source. Assumed: one that is not to be seen answers 404."""
    found: dict[str, Json] = {}
    for place, one in enumerate(shape.items(where, sent, limits.IDS)):
        at = f"{where}[{place}]"
        id_ = shape.uuid(at, "id", shape.held(at, one, {"id": "text"}, "id")["id"])
        row = values.content.visible(id_)
        if row is None:
            raise not_found("page", id_, values.content.bot)
        if bare_id(row.parent) != bare_id(column["relation"]["data_source_id"]):
            raise bad_field(at, "id", "a page of the related data source", id_)
        found[id_] = {"id": row.id}
    return list(found.values())


def _place(values: Values, where: str, column: Json, sent: Any) -> Json | None:
    if sent is None:
        return None
    shape.held(where, sent, _PLACE, "lat", "lon")
    return {name: sent.get(name) for name in _PLACE}


def _verification(values: Values, where: str, column: Json, sent: Any) -> Json:
    shape.held(where, sent, {"state": "text", "date": "object?"}, "state")
    on = sent["state"] == "verified"
    date = dates.span(f"{where}.date", sent["date"]) if sent.get("date") else None
    return {
        "state": sent["state"],
        "date": date,
        "verified_by": values.content.person if on else None,
    }


_READ: Mapping[str, Callable[[Values, str, Json, Any], Any]] = {
    "title": _rich,
    "rich_text": _rich,
    "number": _number,
    "select": _choice,
    "status": _choice,
    "multi_select": _choices,
    "date": _date,
    "people": _people,
    "files": _files,
    "checkbox": _checkbox,
    "url": _text,
    "email": _text,
    "phone_number": _text,
    "relation": _relation,
    "place": _place,
    "verification": _verification,
}
