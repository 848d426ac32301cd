"""Reads a finished backup as its readers will: does every link lead somewhere, is every file sound?

Pure: it is given the texts and the names of the files that are there. A Markdown parser says what is
a link: a text may say '[x](y)' and mean just that.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

from backup.markdown.anchors import github_slug, slugs_of
from backup.markdown.front_matter import is_sound
from backup.markdown.lint import body, complaints
from backup.model import Problem

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_DEEPEST = 100  # lists and quotes in each other that are still read
_SIGNS = ("](", "]:", "<")  # without any of them a text has no link


@dataclass(frozen=True, slots=True)
class DeadLink(Problem):
    """A link to the file `at`, which is not there, or to the place `fragment` in it, where no such place is."""

    at: str = ""
    fragment: str = ""


def problems(texts: Mapping[str, str], files: Collection[str]) -> Iterator[Problem]:
    """Everything that is wrong with these Markdown files.

    `texts` maps paths below the output folder to whole texts; `files` are all paths there are.
    """
    there = set(files)
    parser = _parser()

    @cache
    def seen(path: str) -> _Links:
        return _read(parser, texts[path])

    def places(path: str) -> Collection[str] | None:
        return seen(path).places if path in texts else None

    for path, text in texts.items():
        for complaint in complaints(text):
            yield Problem(path, complaint)
        if not is_sound(text):
            yield Problem(path, "the front matter is not YAML that a host can read")
        targets = seen(path).targets if any(sign in text for sign in _SIGNS) else ()
        for target in targets:
            if wrong := _dead(path, target, there, places):
                yield wrong


@dataclass
class _Links:
    """What a page shows: the relative `targets` of its links and images, and the `places` in it
    that a link can lead to."""

    targets: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def add(self, target: object) -> None:
        """Note a target, unless it is empty or leads out of the backup."""
        if isinstance(target, str) and target and not _ELSEWHERE.match(target):
            self.targets.append(target)


class _Html(HTMLParser):
    """Notes the links, images and anchors of a piece of HTML."""

    def __init__(self, seen: _Links, piece: str) -> None:
        super().__init__()
        self._seen = seen
        self.feed(piece)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src"):
                self._seen.add(value)
            if name == "id" or (tag, name) == ("a", "name"):
                self._seen.places.add(value or "")


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # only when a backup is checked: it takes a while to load

    return MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])


def _read(parser: MarkdownIt, text: str) -> _Links:
    seen = _Links()
    counts: Counter[str] = Counter()
    tokens = parser.parse(text[body(text) :])
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "html_block":
            _Html(seen, token.content)
        elif token.type == "inline":
            _look(seen, token.children or [])
            if before and before.type == "heading_open":
                seen.places |= _anchors(token, counts)
    return seen


def _look(seen: _Links, tokens: list[Token]) -> None:
    for token in tokens:
        if token.type == "html_inline":
            _Html(seen, token.content)
        elif token.type in ("link_open", "image"):
            seen.add(token.attrs.get("href") or token.attrs.get("src"))


def _anchors(heading: Token, counts: Counter[str]) -> set[str]:
    """What the hosts call a heading; GitHub numbers those that it has met before."""
    words = (token.content for token in heading.children or [] if token.type != "html_inline")
    text = "".join(words)
    slug = github_slug(text)
    number = counts[slug]
    counts[slug] += 1
    return slugs_of(text, heading.content) | ({f"{slug}-{number}"} if number else set())


def _dead(
    path: str,
    target: str,
    there: Collection[str],
    places: Callable[[str], Collection[str] | None],
) -> Problem | None:
    """That a relative link leads nowhere; None when it leads somewhere."""
    file, _, fragment = target.partition("#")
    folder = posixpath.dirname(path)
    at = posixpath.normpath(posixpath.join(folder, unquote(file))) if file else path
    if at not in there:
        return DeadLink(path, f"a link leads to {at}, which is not there", at=at)
    known = places(at) if fragment else None
    if known is None or unquote(fragment) in known:
        return None
    what = f"a link leads to #{fragment} in {at}, where no such place is"
    return DeadLink(path, what, at=at, fragment=fragment)
