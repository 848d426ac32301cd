"""Holds the objects of a write to their keys and types, with null where the API takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from backup.model import Json, bare_id, dashed_id
from fakenotion import validation
from fakenotion.refusal import UNDEFINED, Refusal, bad_body, bad_field
from fakenotion.writing import limits

_UUID = re.compile(r"[0-9a-f]{32}")
_INSIDE = re.compile(r"/[0-9a-f]{32}(#[0-9a-f]{32})?|#[0-9a-f]{32}")


def held(where: str, sent: Any, known: Mapping[str, str], *needed: str) -> Json:
    """An object whose keys are all known and of their type: a word of `validation` ('text?' takes
    null, too), or 'any'. `needed` are those that must be there. Raises Refusal."""
    if not isinstance(sent, dict):
        raise bad_body("body", where, "an object", sent)
    for name, value in sent.items():
        kind = known.get(name, "")
        if kind == "any" or (kind.endswith("?") and value is None):
            continue
        validation.fields(where, {name: value}, {name: kind.rstrip("?")} if kind else {})
    for name in needed:
        if name not in sent:
            raise bad_field(where, name, "defined", UNDEFINED)
    return sent


def kind_of(where: str, sent: Any, *kinds: str) -> str:
    """Which of its kinds an object is: by its `type`, or by the one key that it has."""
    if not isinstance(sent, dict):
        raise bad_body("body", where, "an object", sent)
    if "type" in sent:
        kind = validation.one_of(where, "type", sent["type"], *kinds)
    else:
        found = [kind for kind in kinds if kind in sent]
        if len(found) != 1:
            raise bad_field(where, kinds[0], "defined", UNDEFINED)
        (kind,) = found
    if kind not in sent:
        raise bad_field(where, kind, "defined", UNDEFINED)
    return kind


def uuid(where: str, name: str, sent: Any) -> str:
    """An id with its dashes, or the Refusal of what is none."""
    if not isinstance(sent, str) or not _UUID.fullmatch(bare_id(sent)):
        raise bad_field(where, name, "a valid uuid", sent)
    return dashed_id(sent)


def items(where: str, sent: Any, most: int) -> list[Any]:
    """A list that is not too long, or the Refusal of what is none."""
    if not isinstance(sent, list):
        raise bad_body("body", where, "an array", sent)
    limits.at_most(where, len(sent), most)
    return sent


def text(where: str, sent: Any, most: int) -> str:
    """A text that is not too long, or the Refusal of what is none."""
    if not isinstance(sent, str):
        raise bad_body("body", where, "a string", sent)
    limits.at_most(where, limits.units(sent), most)
    return sent


def web(where: str, sent: Any) -> str:
    """An address of the web, as it is. Raises Refusal."""
    if not re.match(r"https?://[^/\s]+", text(where, sent, limits.URL)):
        raise bad_body("body", where, "a valid URL", sent)
    return str(sent)


def link(where: str, sent: Any) -> str:
    """The target of a link, normalised: a bare host gains its slash, what is not ASCII or not safe
    is percent-encoded. Links inside Notion may be short: /id and #id. Raises Refusal."""
    said = text(where, sent, limits.URL)
    if _INSIDE.fullmatch(said):
        return said
    if not re.match(r"(https?://[^/\s]+|mailto:.|tel:.)", said):
        raise Refusal(400, "Invalid URL for link.")
    parts = urlsplit(said)
    safe = "/:@!$&'()*+,;=~%?[]-._"
    path = quote(parts.path, safe=safe) or ("/" if parts.netloc else "")
    marks = (quote(parts.query, safe=safe), quote(parts.fragment, safe=safe))
    return urlunsplit((parts.scheme, parts.netloc, path, *marks))
