"""A page as the Markdown endpoint shows it: both of its grammars, as far as a reader of comments needs.

Not every detail of the grammars is here, but what refers elsewhere is: child pages, databases,
folders, what cannot be shown, and in the newer one the addresses of discussions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backup.model import Json, bare_id, plain_text
from fakenotion import answers
from fakenotion.build import url
from fakenotion.content import Content
from fakenotion.nodes import Node

VERSIONS = ("v1", "v2")
SPANS = (  # how v2 writes where a discussion is; what the attribute holds differs between reports
    "link",  # the address that "copy link" gives: …/p/<page>?d=<discussion>#<block>
    "path",  # discussion://<page>/<block>/<discussion>
    "bare",  # discussion://<discussion>, which says nothing about the block
    "none",  # not at all
)
_UNTOLD = ("bookmark", "embed", "link_preview", "breadcrumb", "template", "unsupported")
_BEFORE = {
    "heading_1": "# ",
    "heading_2": "## ",
    "heading_3": "### ",
    "heading_4": "#### ",
    "bulleted_list_item": "- ",
    "numbered_list_item": "1. ",
    "quote": "> ",
}


@dataclass
class Telling:
    """Shows one page. `spans`: one of SPANS; `wordless`: blocks without text show their discussions
    as an attribute, too (else nobody learns of these)."""

    content: Content
    version: str = "v1"
    spans: str = "link"
    wordless: bool = True

    def __post_init__(self) -> None:
        self.unknown: list[str] = []

    def answer(self, node: Node) -> Json:
        """The answer about a page, a block or a folder of pages."""
        between = "\n\n" if self.version == "v2" else "\n"
        text = between.join(self._lines(node, 0))
        made = {
            "object": "page_markdown",
            "id": node.id,
            "markdown": text,
            "truncated": False,
            "unknown_block_ids": self.unknown,
        }
        return {**made, "warnings": []} if self.version == "v2" else made

    def _lines(self, node: Node, depth: int) -> Iterator[str]:
        for child in answers.listed(self.content, node):
            yield "\t" * depth + self._line(child)
            if child.kind == "block" and answers.type_of(child) != "unsupported":
                yield from self._lines(child, depth + 1)

    def _line(self, node: Node) -> str:
        block = answers.block(self.content, node)
        type_ = block.get("type", "")
        if type_ in ("child_page", "child_database"):
            tag, more = type_.removeprefix("child_"), ""
            if tag == "database":
                more = f' inline="{str(bool(node.data.get("is_inline"))).lower()}"'
            return f'<{tag} url="{url(node.id)}"{more}>{block[type_]["title"]}</{tag}>'
        inside = block.get(type_) or {}
        if type_ == "unsupported" and inside.get("block_type") == "folder":
            return f'<folder url="{url(node.id)}"{self._discussed(node)}/>'
        if type_ in _UNTOLD or not type_:
            self.unknown.append(node.id)
            alt = inside.get("block_type") or type_
            return f'<unknown url="{self._place(node)}" alt="{alt}"{self._discussed(node)}/>'
        return self._text(node, type_, inside)

    def _text(self, node: Node, type_: str, inside: Json) -> str:
        words = _escaped(plain_text(inside.get("rich_text")))
        before = _BEFORE.get(type_, "")
        if type_ == "to_do":
            before = "- [x] " if inside["checked"] else "- [ ] "
        if not words:
            return f"{before}<{type_}{self._discussed(node)}/>"
        marks = self._discussed(node, in_words=True)
        return f"{before}<span{marks}>{words}</span>" if marks else f"{before}{words}"

    def _discussed(self, node: Node, in_words: bool = False) -> str:
        """The attribute with the discussions on a block, '' where there is none."""
        if self.version == "v1" or self.spans == "none" or not (in_words or self.wordless):
            return ""
        comments = self.content.open_comments(node)
        found = dict.fromkeys(self._address(node, one["discussion_id"]) for one in comments)
        return f' discussion-urls="{" ".join(found)}"' if found else ""

    def _address(self, node: Node, discussion: str) -> str:
        page = self.content.page_of(node)
        above = page.id if page else node.id
        if self.spans == "link":
            return f"{url(above)}?d={bare_id(discussion)}#{bare_id(node.id)}"
        return f"discussion://{'' if self.spans == 'bare' else f'{above}/{node.id}/'}{discussion}"

    def _place(self, node: Node) -> str:
        page = self.content.page_of(node)
        return f"{url(page.id if page else node.id)}#{bare_id(node.id)}"


def _escaped(text: str) -> str:
    for sign in "\\*~`$[]<>{}|^":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "<br>")
