"""Rich texts as a request may have them: cut to Notion's limits, links and mentions to what is restored. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from backup import urls
from backup.files.records import FileRecord
from backup.json_values import as_object, mapping, objects, word
from backup.markdown.links import address_of, page_link
from backup.model import BARE_ID, Json, bare_id, encodable, is_bare_id, plain_text
from backup.restore import limits
from backup.restore.draft import Link, Ref
from backup.restore.losses import Loss, Lost

_MARKS = ("bold", "italic", "strikethrough", "underline", "code")
_WEB = re.compile(r"https?://[^/\s]+|mailto:.|tel:.")
_SCHEME = re.compile(r"\A[A-Za-z]+:")  # Assumed: Notion takes it in small letters alone
_SHORT = re.compile(rf"/?(?:{BARE_ID})?(?:#{BARE_ID})?")  # a link inside Notion without its host
_TEMPLATES = {"template_mention_date": ("today", "now"), "template_mention_user": ("me",)}
_LINES = 5  # pieces of an address that are written as words
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d.{0,20})?")


@dataclass
class Scope:
    """What is known where a page is translated, and what is lost on the way.

    `pages` are the keys of the pages and databases that are restored, `blocks` those of blocks, each with
    its page's; `here` is the key of the page. `people` are the bare ids of those in the workspace, `emojis`
    those of its own emojis, None for all. `files` are the page's, by the key of each (see model.File).
    """

    path: str
    pages: Collection[str]
    blocks: Mapping[str, str]
    people: Collection[str] | None
    emojis: Collection[str] | None
    files: Mapping[str, FileRecord]
    losses: list[Lost]
    originals: Collection[str]  # the keys of synced blocks that copies may follow
    at: str = ""  # the block or property that is translated

    def lose(self, kind: Loss, name: str = "") -> None:
        """One more loss, where the translation is."""
        self.losses.append(Lost(kind, self.path, self.at, name=name))


def text(words: str, look: Json | None = None, link: Any = None) -> Json:
    """A run of text."""
    said: Json = {"content": words, **({"link": {"url": link}} if link else {})}
    return {"type": "text", "text": said, **({"annotations": look} if look else {})}


def rich(value: object, scope: Scope) -> list[list[Json]]:
    """The runs of a rich text, in lists that each fit into a block; one empty list for no text."""
    found: list[list[Json]] = [[]]
    used = 0
    for run in _runs(value, scope):
        size = 3 * len(str(mapping(run, "text").get("content", ""))) + 200
        if len(found[-1]) == limits.TEXTS or used + size > limits.BLOCK_BYTES:
            found.append([])
            used = 0
        found[-1].append(run)
        used += size
    return found


def short(value: object, scope: Scope) -> list[Json]:
    """The runs of a rich text where no block can follow: too many of them become one text without marks."""
    first, *more = rich(value, scope)
    if not more:
        return first
    scope.lose(Loss.TOO_DEEP)
    plain = plain_text(objects(value))
    return [text(piece) for piece in limits.pieces(encodable(plain))][: limits.BLOCK_BYTES // 6_000]


def _runs(value: object, scope: Scope) -> Iterator[Json]:
    for run in _merged(objects(value)):
        kind = word(run, "type") or next((each for each in _KINDS if each in run), "")
        make = _KINDS.get(kind, _plain)
        yield from make(run, mapping(run, kind), look(run), scope)


def _merged(runs: Iterable[Json]) -> Iterator[Json]:
    """Runs that differ in nothing but their words as one: what is read back has them so."""
    kept: Json | None = None
    for run in runs:
        if kept is not None and _alike(kept, run):
            words = kept["text"]["content"] + run["text"]["content"]
            kept = {**kept, "text": {**kept["text"], "content": words}, "plain_text": words}
        else:
            if kept is not None:
                yield kept
            kept = run
    if kept is not None:
        yield kept


def _alike(one: Json, other: Json) -> bool:
    if not one.get("type") == other.get("type") == "text":
        return False
    if not all(isinstance(mapping(each, "text").get("content"), str) for each in (one, other)):
        return False
    keys = ("annotations", "href")
    return mapping(one, "text").get("link") == mapping(other, "text").get("link") and all(
        one.get(key) == other.get(key) for key in keys
    )


def look(run: Json) -> Json:
    """The marks and colour of a run that are not as always."""
    given = mapping(run, "annotations")
    found: Json = {mark: True for mark in _MARKS if given.get(mark) is True}
    color = given.get("color")
    if isinstance(color, str) and color in limits.COLORS and color != "default":
        found["color"] = color
    return found


def _text(run: Json, data: Json, look: Json, scope: Scope) -> Iterator[Json]:
    content = data.get("content")
    words = content if isinstance(content, str) else plain_text([run])
    href = address_of(run) if data.get("link") else ""
    link = address(href, scope) if href else None
    for piece in limits.pieces(encodable(words)):
        yield text(piece, look, link)


def _equation(run: Json, data: Json, look: Json, scope: Scope) -> Iterator[Json]:
    expression = encodable(word(data, "expression"))
    if limits.units(expression) <= limits.EXPRESSION:
        yield {"type": "equation", "equation": {"expression": expression}, "annotations": look}
    else:
        scope.lose(Loss.TOO_DEEP)
        yield from (text(piece, look) for piece in limits.pieces(expression))


def _mention(run: Json, data: Json, look: Json, scope: Scope) -> Iterator[Json]:
    kind = word(data, "type")
    make = _MENTIONS.get(kind)
    made = make(as_object(data.get(kind)), scope) if make else None
    if made is None:
        yield from _plain(run, data, look, scope)
    else:
        yield {
            "type": "mention",
            "mention": {kind: made},
            **({"annotations": look} if look else {}),
        }


def _plain(run: Json, data: Json, look: Json, scope: Scope) -> Iterator[Json]:
    """What cannot be mentioned, as the text that it shows, with its address."""
    href = address_of(run) or word(mapping(data, "link_mention"), "href")
    link = address(href, scope) if href else None
    for piece in limits.pieces(encodable(plain_text([run]))):
        yield text(piece, look, link)


def _page(data: Json, scope: Scope) -> Json | None:
    key = bare_id(word(data, "id"))
    if key in scope.pages:
        return {"id": Ref(key)}
    return {"id": key} if is_bare_id(key) else None


def user(data: Json, scope: Scope) -> Json | None:
    """Somebody who is in the workspace; None for anybody else, who is lost."""
    return _one_of(scope.people, data, scope, Loss.PEOPLE)


def date(data: Json) -> Json | None:
    """A date as a request has it; None for what is none."""
    start, end, zone = (data.get(key) for key in ("start", "end", "time_zone"))
    if not isinstance(start, str) or not _DAY.fullmatch(start):
        return None
    found: Json = {"start": start}
    if isinstance(end, str) and _DAY.fullmatch(end):
        found["end"] = end
    if isinstance(zone, str) and zone:
        found["time_zone"] = zone
    return found


def _template(data: Json, scope: Scope) -> Json | None:
    kind = word(data, "type")
    value = data.get(kind)
    return {kind: value} if value in _TEMPLATES.get(kind, ()) else None


def custom_emoji(data: Json, scope: Scope) -> Json | None:
    """An emoji that the workspace has; None for any other, which is lost."""
    return _one_of(scope.emojis, data, scope, Loss.CUSTOM_EMOJI)


def _one_of(known: Collection[str] | None, data: Json, scope: Scope, kind: Loss) -> Json | None:
    key = bare_id(word(data, "id"))
    if not is_bare_id(key) or (known is not None and key not in known):
        scope.lose(kind, word(data, "name"))
        return None
    return {"id": key}


def address(url: str, scope: Scope) -> str | Link | None:
    """The target of a link; None for one that Notion refuses, which is lost. Notion's own files are
    never linked: their addresses open nothing."""
    url = _SCHEME.sub(lambda scheme: scheme[0].lower(), encodable(url).strip())
    page, block = page_link(url)
    ours = page if page and page in scope.pages else ""
    inside = Link(url, ours, block if block and ours and block in scope.blocks else "")
    if block and not page and block in scope.blocks:  # in the same page
        inside = Link(f"/{scope.blocks[block]}#{block}", scope.blocks[block], block)
    is_short = bool(_SHORT.fullmatch(url)) and len(url) > 1
    fits = limits.units(url) <= limits.URL
    if not fits or urls.is_signed(url) or not (_WEB.match(url) or is_short):
        scope.lose(Loss.ADDRESS)
        return None
    return inside if inside.page or inside.block else inside.url


def web(url: str, scope: Scope) -> str | Link | None:
    """The address of something on the web; None for one that Notion refuses."""
    found = address(url, scope)
    plain = found.url if isinstance(found, Link) else found
    if plain is None or re.match(r"https?://", plain):
        return found
    scope.lose(Loss.ADDRESS)
    return None


def written(url: str, scope: Scope) -> list[Json]:
    """An address as words where what has it cannot be made, with a link as far as Notion takes one. None of
    an address that is the file itself, and no signature."""
    words = "" if urls.is_data(url) else encodable(urls.shown(url.strip()))
    link = address(url, replace(scope, losses=[])) if words else None
    return [text(piece, None, link) for piece in islice(limits.pieces(words), _LINES)]


Make = Callable[[Json, Json, Json, Scope], Iterator[Json]]
_KINDS: Mapping[str, Make] = {"text": _text, "mention": _mention, "equation": _equation}
_MENTIONS: Mapping[str, Callable[[Json, Scope], Json | None]] = {
    "page": _page,
    "database": _page,
    "user": user,
    "date": lambda data, scope: date(data),
    "template_mention": _template,
    "custom_emoji": custom_emoji,
}
