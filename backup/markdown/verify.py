"""Reads a finished backup as its readers will: does every link lead somewhere, is every file sound?

Pure: it is given the texts and the names of the files that are there.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote

from backup.markdown.anchors import heading_slugs
from backup.markdown.front_matter import is_sound
from backup.markdown.lint import complaints
from backup.model import Problem

_FENCED = re.compile(r"^[ >]*(`{3,}|~{3,})[^\n]*\n.*?^[ >]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(?:.+?)(?<!`)\1(?!`)")
_TARGET = re.compile(r'\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)|(?:href|src)="([^"]*)"')
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


def problems(texts: Mapping[str, str], files: Collection[str]) -> Iterator[Problem]:
    """Everything that is wrong with these Markdown files.

    `texts` maps paths below the output folder to whole texts; `files` are all paths there are.
    """
    there = set(files)
    anchors = {path: _anchors(text) for path, text in texts.items()}
    for path, text in texts.items():
        for complaint in complaints(text):
            yield Problem(path, complaint)
        if not is_sound(text):
            yield Problem(path, "the front matter is no YAML that a host could read")
        for target in _relative_targets(text):
            if wrong := _dead(path, target, there, anchors):
                yield Problem(path, wrong)


def _relative_targets(text: str) -> Iterator[str]:
    shown = _CODE.sub("", _FENCED.sub("", text))
    for match in _TARGET.finditer(shown):
        target = match[1] or match[2] or ""
        if target and not _ELSEWHERE.match(target):
            yield target


def _dead(
    path: str, target: str, there: Collection[str], anchors: Mapping[str, Collection[str]]
) -> str:
    """Why a relative link leads nowhere; '' when it leads somewhere."""
    file, _, fragment = target.partition("#")
    at = (
        posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(file))) if file else path
    )
    if at not in there:
        return f"a link leads to {at}, which is not there"
    if fragment and at in anchors and unquote(fragment) not in anchors[at]:
        return f"a link leads to #{fragment} in {at}, where no such place is"
    return ""


def _anchors(text: str) -> set[str]:
    shown = _FENCED.sub("", text)
    return {*_ANCHOR.findall(shown), *heading_slugs(shown)}
