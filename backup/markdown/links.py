"""Addresses: which page or block a link means, and how a target is written so that both hosts follow it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from html.entities import html5
from itertools import takewhile
from urllib.parse import parse_qs, quote, urlsplit

from backup.json_values import mapping, word
from backup.markdown.context import Context
from backup.model import ID, ID_IN_ANY_CASE, Json, bare_id, encodable
from backup.urls import is_signed

_ID_AT_END = re.compile(rf"(?:^|[-/])({ID})/?$", re.IGNORECASE)
_NOTION_HOST = re.compile(r"(?:[a-z0-9-]+\.)*notion\.(?:so|com|site)", re.IGNORECASE)
_HOST_NAME = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d{1,5})?(?:[/?#]|$)")
_LOCAL = re.compile(r"(?!(?:tel|sms|fax):)[\w.-]+:\d{1,5}(?:[/?#]|$)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NOT_IN_TARGET = re.compile(r"[\x00-\x20\x7f-\x9f<>\"\\`|$\u2028\u2029]")
_DEAD_SCHEME = re.compile(r"[\x00-\x20]*(?:javascript|vbscript|data):", re.IGNORECASE)
_ANCHOR = re.compile(r"b-[0-9a-f]{8}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]*));")


def page_link(url: str) -> tuple[str | None, str | None]:
    """The (page id, block id) that `url` points to in Notion, both bare; None for each that is absent.

    Known forms: '/<id>', 'https://www.notion.so/…<id>', 'https://app.notion.com/p/…<id>',
    'https://<name>.notion.site/…<id>', each with '?p=<id>' (a page opened over another one) and
    '#<id>' (a block); and '#<id>' alone, a block of the same page. Any other address: (None, None).
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None, None
    if not _is_notion(parts.scheme, parts.netloc, parts.path):
        return None, None
    return _page_id(parts.path, parts.query), _whole_id(parts.fragment)


def _is_notion(scheme: str, host: str, path: str) -> bool:
    if host:
        return scheme in ("http", "https", "notion", "") and bool(_NOTION_HOST.fullmatch(host))
    return not scheme and (not path or path.startswith("/"))


def _page_id(path: str, query: str) -> str | None:
    opened = parse_qs(query).get("p", [""])[0]
    found = _ID_AT_END.search(path)
    return _whole_id(opened) or (bare_id(found[1]) if found else None)


def _whole_id(text: str) -> str | None:
    return bare_id(text) if ID_IN_ANY_CASE.fullmatch(text) else None


_UNTIDY = {"", ".", ".."}  # parts of a path that leads elsewhere than it says
Means = tuple[str | None, str | None]


def references(runs: Sequence[Json] | None) -> Iterator[Means]:
    """What a rich-text array mentions or links to: bare ids of a page or database and of a block,
    None for each that is absent (a block alone lies in the same page)."""
    for run in runs or ():
        if isinstance(run, dict):
            yield mentioned_id(run.get("mention")), None
            yield page_link(address_of(run))


def mentioned_id(mention: object) -> str | None:
    """The bare id of a page or database mention; None for any other mention, or one without an id."""
    if (kind := word(mention, "type")) not in ("page", "database"):
        return None
    return _whole_id(str(mapping(mention, kind).get("id", "")))


def address_of(run: Json) -> str:
    """The address behind a run as the API gives it; '' when there is none."""
    link = mapping(run, "text").get("link")
    url = link.get("url") if isinstance(link, dict) else link
    return next((found for found in (run.get("href"), url) if found and isinstance(found, str)), "")


def anchor(block_id: str) -> str:
    """The name of a block's anchor. Newer ids share their first digits, so the last eight are used."""
    return f"b-{bare_id(block_id)[-8:]}"


def is_anchor(name: str) -> bool:
    """Whether it may be the name of a block's anchor."""
    return bool(_ANCHOR.fullmatch(name))


def relative(from_path: str, to_path: str) -> str:
    """The way from one file to another, both given below the output folder; not percent-encoded."""
    *here, _ = from_path.split("/")
    there = to_path.split("/")
    if not _UNTIDY.isdisjoint((*here, *there)):
        return posixpath.relpath(to_path, posixpath.dirname(from_path) or ".")
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))
    )
    return "/".join([*[".."] * (len(here) - same), *there[same:]]) or "."


def percent_encoded(path: str) -> str:
    """A path for a link: ASCII outside 'A-Za-z0-9-._~' is encoded, other letters stay readable."""
    return "/".join(_encoded_segment(segment) for segment in path.split("/"))


def _encoded_segment(segment: str) -> str:
    if segment.isascii():
        return quote(segment, safe="")
    return "".join(quote(char, safe="") if char.isascii() else char for char in encodable(segment))


def page_target(page: str, context: Context, block: str | None = None) -> str | None:
    """The link to a page of the backup (or to one of its blocks), written from the page of `context`;
    None when the page is not in the backup."""
    fragment = f"#{anchor(block)}" if block else ""
    if block and page == bare_id(context.page_id):
        return fragment
    target = context.targets.get(page)
    if target is None or not target.path:
        return None
    return file_target(target.path, context) + fragment


def file_target(path: str, context: Context) -> str:
    """The link to another file of the backup, written from the page of `context`."""
    return percent_encoded(relative(context.path, path))


def notion_address(page: str, block: str | None = None) -> str:
    """Where a page that is not in the backup can be read: at Notion."""
    return f"https://www.notion.so/{page}" + (f"#{block}" if block else "")


def resolved(url: str, context: Context, *, typed: bool = True) -> str:
    """A text link's target, ready to be written: into the backup when it means a page or block
    there, else the address itself; '' when it may not be written (also for a signed address: it is
    dead within the hour, and no one's business). One that nobody `typed` is Notion's own, and whole."""
    if is_signed(url):
        return ""
    page, block = page_link(url)
    if page:
        return page_target(page, context, block) or link_target(_absolute(url, page, block))
    if block and url.lstrip().startswith("#"):
        return f"#{anchor(block)}"
    url = _absolute(url, page, block)
    return link_target(on_the_web(url) if typed else url)


def on_the_web(url: str) -> str:
    """An address as somebody typed it, with its scheme: a host name gets https, as Notion's own links
    do. '' for what is none ('N/A'): a host would look for a file of that name."""
    url = url.strip()
    if url.startswith("//") or _HOST_NAME.match(url):
        return f"https://{url.lstrip('/')}"
    if _LOCAL.match(url) or not (url[:1] in ("#", "/") or _SCHEME.match(url)):
        return ""
    return url


def _absolute(url: str, page: str | None, block: str | None) -> str:
    """The address with its host: Notion leaves its own out."""
    if not re.match(r"\s*/(?!/)", url):
        return url
    return notion_address(page, block) if page else f"https://www.notion.so{url.strip()}"


def link_target(url: str) -> str:
    """An address as it is written between '(' and ')'; '' for one that both hosts would drop.

    What would end the target, or be read as math or as a cell's end, is percent-encoded. Brackets
    stay when they are balanced, as in the addresses of Wikipedia.
    """
    url = encodable(url).strip()
    if _DEAD_SCHEME.match(url):
        return ""
    url = _NOT_IN_TARGET.sub(lambda found: quote(found[0], safe=""), url)
    if not _balanced(url):
        url = url.replace("(", "%28").replace(")", "%29")
    return _ENTITY.sub(_entity_kept, url)


def _balanced(url: str) -> bool:
    depth = 0
    for char in url:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def _entity_kept(found: re.Match[str]) -> str:
    return f"&amp;{found[0][1:]}" if starts_entity(found[0]) else found[0]


def starts_entity(text: str, at: int = 0) -> bool:
    """Whether something like '&copy;' stands in `text` at `at`, which a parser would decode."""
    found = _ENTITY.match(text, at)
    return found is not None and (not found[1] or f"{found[1]};" in html5)
