"""What of a block, value or schema must come back, in the one form in which two of them are compared. Pure.

Left out: ids of blocks, times, people who wrote, signatures, what Notion works out itself, and every key
with the value that it has by default, for answers differ in whether they show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote, urlsplit

from backup import urls
from backup.files.find import MEDIA
from backup.json_values import as_object, mapping, objects, word
from backup.markdown.links import address_of, page_link
from backup.model import Block, Json, bare_id, is_bare_id, plain_text
from backup.store import StoredDatabase

_TEXTS = ("rich_text", "caption")
_DROPPED = ("children", "list_start_index", "list_format", "type")
_IDS = ("page_id", "database_id", "comment_id", "data_source_id", "block_id")
_MADE_BY_NOTION = (
    *("formula", "rollup", "unique_id", "created_time", "created_by", "last_edited_time"),
    *("last_edited_by", "button", "verification"),
)
_CHOSEN = ("filter", "sorts")  # of a view
_KEPT_MENTIONS = ("user", "page", "database", "date", "template_mention", "custom_emoji")


@dataclass(frozen=True)
class Side:
    """One of the two that are compared: `name` gives what stands for an id (32 hex digits), the same on
    both sides for the same thing; `page` is the id of the page; `files` has the SHA-256 of files that
    Notion hosts by their key (see model.File)."""

    name: Callable[[str], str]
    page: str = ""
    files: Mapping[str, str] | None = None

    def file(self, key: str) -> str:
        """What stands for a file that Notion hosts; '' for one that nobody has."""
        return (self.files or {}).get(key, "")

    def named(self, id_: object) -> str:
        """What stands for an id in any form."""
        return self.name(bare_id(id_)) if isinstance(id_, str) else ""


def rich(value: object, side: Side) -> tuple[Json, ...]:
    """A rich text with equal neighbours as one."""
    return merged(_run(run, side) for run in objects(value))


def merged(runs: Iterable[Json]) -> tuple[Json, ...]:
    """Canonical runs with equal neighbours as one, and none that is empty."""
    made: list[Json] = []
    for one in runs:
        if made and "text" in one and "text" in made[-1] and _look(made[-1]) == _look(one):
            made[-1] = {**one, "text": made[-1]["text"] + one["text"]}
        elif one.get("text") != "":
            made.append(one)
    return tuple(made)


def _run(run: Json, side: Side) -> Json:
    marks = mapping(run, "annotations")
    look = {
        key: each for key, each in sorted(marks.items()) if each not in (False, "default", None)
    }
    more: Json = {"look": look} if look else {}
    type_ = word(run, "type")
    if type_ == "equation":
        return {"equation": word(mapping(run, "equation"), "expression"), **more}
    mention = mapping(run, "mention")
    kind = word(mention, "type")
    if type_ == "mention" and kind in _KEPT_MENTIONS:
        return {"mention": kind, "of": _mentioned(kind, mention.get(kind), side), **more}
    if link := address_of(run):
        more["link"] = link_of(link, side)
    return {"text": plain_text([run]), **more}


def _look(run: Json) -> tuple[Any, Any]:
    return run.get("look"), run.get("link")


def _mentioned(kind: str, what: Any, side: Side) -> Any:
    if kind in ("page", "database", "user", "custom_emoji"):
        return side.named(as_object(what).get("id"))
    return _plain(what)


def link_of(url: str, side: Side) -> Any:
    """The page and block that a link of Notion means, or the address."""
    page, block = page_link(url)
    if page or block:
        return ["notion", side.name(page or side.page), side.name(block) if block else ""]
    return address(url)


def address(url: str) -> str:
    """An address as Notion may write it, too: in small letters where they mean the same, its signs as they
    are, and without the slash of a bare host."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    if not parts.netloc:
        return unquote(parts.scheme + url.strip()[len(parts.scheme) :])
    rest = parts._replace(scheme="", netloc="").geturl()
    return unquote(f"{parts.scheme.lower()}://{parts.netloc.lower()}{rest}").rstrip("/")


def block(of: Block, side: Side) -> Json:
    """What a block says itself, without what lies in it."""
    said = {"type": of.type, **_payload(of.data, side, of.id)}
    if of.type in MEDIA or (of.type == "embed" and urls.is_hosted(word(of.data, "url"))):
        said.pop("url", None)
        said["source"] = source(of.data, side, of.id)
    if of.type == "file" and (name := file_name(of.data)):
        said["name"] = name
    return said


def _payload(data: Json, side: Side, key: str) -> Json:
    found = {}
    for name, each in data.items():
        if name in _DROPPED or name in ("file", "external", "file_upload", "title"):
            continue
        if name in _TEXTS:
            said: Any = rich(each, side)
        elif name == "cells":
            said = [rich(cell, side) for cell in each] if isinstance(each, list) else None
        elif name == "icon":
            said = icon(each, side, f"{key}/icon")
        elif name in _IDS:
            said = side.named(each)
        elif name == "url":
            said = address(str(each))
        elif name == "synced_from":
            said = side.named(as_object(each).get("block_id"))
        else:
            said = _plain(each)
        if said not in (None, "", (), [], {}, False, "default"):
            found[name] = said
    return found


def source(holder: Json, side: Side, key: str) -> Any:
    """Where a file comes from: its SHA-256 when Notion hosts it, else its address."""
    if "external" in holder:
        return address(word(mapping(holder, "external"), "url"))
    return ["hosted", side.file(key)]


def file_name(holder: Json) -> str:
    """What a file is called that has a name; one without takes that of its address."""
    elsewhere, here = (word(mapping(holder, kind), "url") for kind in ("external", "file"))
    return word(holder, "name") or urls.last_segment(elsewhere or here)


def icon(raw: Any, side: Side, key: str) -> Any:
    """An icon or cover; None for none."""
    found = as_object(raw)
    kind = word(found, "type")
    if kind in ("file", "external", "file_upload"):
        return [source(found, side, key)]
    if kind == "custom_emoji":
        return ["emoji", side.named(mapping(found, kind).get("id"))]
    return _plain(found.get(kind)) if kind else None


def comment(said: object, raw: Json, side: Side) -> Json:
    """What a comment says, and what is attached to it."""
    key = raw.get("id", "")
    attached = objects(raw.get("attachments"))
    files = [source(each, side, f"{key}/{number}") for number, each in enumerate(attached)]
    return {"comment": rich(said, side), **({"files": files} if files else {})}


def views(database: StoredDatabase, side: Side) -> dict[str, Json]:
    """What the views of a database say, by their ids."""
    names = {
        bare_id(word(source, "id")): by_id(mapping(source, "properties"))
        for source in database.sources
    }
    found = {}
    for view in database.views:
        source_ = bare_id(word(view, "data_source_id"))
        said = {key: _condition(view.get(key), names.get(source_, {}), side) for key in _CHOSEN}
        head = {"name": shown_name(view), "type": word(view, "type"), "source": side.name(source_)}
        found[bare_id(word(view, "id"))] = {
            **head,
            **{key: each for key, each in said.items() if each},
        }
    return found


def _condition(value: Any, names: Mapping[str, str], side: Side) -> Any:
    """A filter or sort with the names of columns, and what stands for ids."""
    if isinstance(value, list):
        return [_condition(each, names, side) for each in value]
    if isinstance(value, dict):
        return {
            key: names.get(unquote(str(each)), each)
            if key == "property"
            else _condition(each, names, side)
            for key, each in value.items()
        }
    is_id = isinstance(value, str) and is_bare_id(bare_id(value))
    return side.named(value) if is_id else _plain(value)


def shown_name(view: Json) -> str:
    """What a view is called; Notion's own may have no name (Assumed)."""
    return word(view, "name") or word(view, "type").capitalize()


def values(properties: Json, side: Side) -> Json:
    """The values of a row that people set, by the property's name; without empty ones."""
    found = {}
    for name, each in properties.items():
        value = as_object(each)
        if (kind := word(value, "type")) not in _MADE_BY_NOTION:
            said = _value(kind, value, side)
            if said not in (None, "", (), [], {}, False):
                found[name] = said
    return found


def _value(kind: str, value: Json, side: Side) -> Any:
    set_ = value.get(kind)
    if kind in ("title", "rich_text"):
        return rich(set_, side)
    if kind in ("select", "status"):
        return word(set_, "name")
    if kind == "multi_select":
        return [word(each, "name") for each in objects(set_)]
    if kind == "people":
        return [side.named(each.get("id")) for each in objects(set_)]
    if kind == "relation":  # in any order: that of the side that comes by itself is Notion's
        return sorted(side.named(each.get("id")) for each in objects(set_))
    if kind == "files":
        key = f"{side.page}/{value.get('id')}"
        return [
            [file_name(each), source(each, side, f"{key}/{number}")]
            for number, each in enumerate(objects(set_))
        ]
    return address(set_) if kind == "url" and isinstance(set_, str) else _plain(set_)


def schema(properties: Json, side: Side) -> Json:
    """The columns of a data source by name: type and configuration."""
    names = by_id(properties)
    return {name: _column(as_object(each), names, side) for name, each in properties.items()}


def by_id(properties: Json) -> dict[str, str]:
    """The names of columns by their ids."""
    return {unquote(word(as_object(each), "id")): name for name, each in properties.items()}


def _column(column: Json, names: Mapping[str, str], side: Side) -> Json:
    kind = word(column, "type")
    config = mapping(column, kind)
    said: Json = {"type": kind}
    if kind in ("select", "multi_select", "status"):
        said["options"] = [_option(each) for each in objects(config.get("options"))]
    elif kind == "formula":
        said["expression"] = expression(word(config, "expression"), names)
    elif kind == "relation":
        said["to"] = side.named(config.get("data_source_id"))
        said["two_way"] = word(config, "type") == "dual_property"
        said["other"] = word(mapping(config, "dual_property"), "synced_property_name")
    elif kind == "rollup":
        keys = ("relation_property_name", "rollup_property_name", "function")
        said |= {key: word(config, key) for key in keys}
    else:
        said |= {key: _plain(each) for key, each in config.items()}
    if description := word(column, "description"):
        said["description"] = description
    return {key: each for key, each in said.items() if each not in (None, "", [], {}, False)}


def _option(option: Json) -> list[str]:
    return [word(option, "name"), word(option, "color"), word(option, "description")]


def expression(text: str, names: Mapping[str, str]) -> str:
    """A formula with the names of properties in place of their ids."""
    parts = text.split("{{notion:block_property:")
    made = [parts[0]]
    for part in parts[1:]:
        token, _, rest = part.partition("}}")
        id_ = unquote(token.split(":")[0])
        made.append(f'prop("{names.get(id_, id_)}"){rest}')
    return "".join(made)


def _plain(value: Any) -> Any:
    """JSON in which equal numbers are equal, and what is not set is not there."""
    if isinstance(value, dict):
        found = {key: _plain(each) for key, each in sorted(value.items())}
        return {key: each for key, each in found.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool | str) or value is None:
        return value
    return number(value)


def number(value: Any) -> Any:
    """A number, however it was written."""
    try:
        return Decimal(str(getattr(value, "text", value))).normalize()
    except InvalidOperation:
        return str(value)
