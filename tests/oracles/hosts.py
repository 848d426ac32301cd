"""The two hosts' ways from Markdown to the HTML that a browser gets."""

from __future__ import annotations

from functools import lru_cache

import cmarkgfm.cmark as cmark
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin
from mdurl import encode

from tests.oracles.allowlist import GITEA, GITHUB, sanitized

_EXTENSIONS = ["table", "autolink", "strikethrough", "tagfilter", "tasklist"]
_OPTIONS = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_FOOTNOTES


def github(markdown: str) -> str:
    """HTML as GitHub shows a file: its own parser, then an allowlist of elements and attributes."""
    html = cmark.markdown_to_html_with_extensions(markdown, _OPTIONS, _EXTENSIONS)
    return sanitized(html, GITHUB)


def gitea(markdown: str) -> str:
    """HTML as Gitea shows a file: a parser with the same rules as its own, then its allowlist."""
    return sanitized(_gitea_like().render(markdown), GITEA)


@lru_cache(maxsize=1)
def _gitea_like() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False, "maxNesting": 500})
    parser.use(deflist_plugin).use(tasklists_plugin).use(footnote_plugin, inline=False)
    parser.disable("linkify")
    # An address is shown and followed as it is written; this parser alone would tidy it first.
    parser.normalizeLinkText = lambda url: url
    parser.normalizeLink = encode
    return parser
