"""Where each text stands: worked out once from Notion's blocks, once from the HTML of a host.

A place is the way from the page down to a text, as words: 'ul 3' (an item of the third list of the
page), 'ol 2 #7' (the item with the number 7), 'box' or 'ticked' behind an item that is a task,
'quote', 'details', 'summary', 'h3', 'cell 0 1', 'code', 'math'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, NavigableString, Tag

from backup.model import Block, plain_text

TOKEN = re.compile(r"w\d+w")
_QUOTES = ("quote", "callout")
_SEE_THROUGH = ("column_list", "column", "synced_block", "paragraph")
_FAMILIES = {"bulleted_list_item": "ul", "to_do": "ul", "numbered_list_item": "ol"}
_BOXES = {"[ ] ": "box", "[x] ": "ticked", "[ ]\xa0": "box"}
Place = tuple[str, ...]


@dataclass
class FromNotion:
    """Reads blocks as a person in Notion would: no Markdown is looked at."""

    found: dict[str, Place] = field(default_factory=dict)
    lists: int = 0

    def read(self, blocks: Sequence[Block], above: Place = ()) -> None:
        family, number, name = "", 0, ""
        for block in blocks:
            last, family = family, _FAMILIES.get(block.type, "")
            if not family:
                self._other(block, above)
                continue
            start = block.data.get("list_start_index") if family == "ol" else None
            follows = family == last and start in (None, number + 1)
            number = number + 1 if family == last and start is None else start or 1
            if not follows:
                self.lists += 1
                name = f"{family} {self.lists}"
            self._item(block, (*above, name, *([f"#{number}"] if family == "ol" else [])))

    def _item(self, block: Block, at: Place) -> None:
        if block.type == "to_do":
            at = (*at, "ticked" if block.data["checked"] else "box")
        self._text(block, at)
        self.read(block.children, at)

    def _other(self, block: Block, at: Place) -> None:
        if block.type == "toggle":
            self._text(block, (*at, "details", "summary"))
            self.read(block.children, (*at, "details"))
        elif block.type in _QUOTES:
            self._text(block, (*at, "quote"))
            self.read(block.children, (*at, "quote"))
        elif block.type.startswith("heading"):
            self._heading(block, at)
        elif block.type == "tab":
            for child in block.children:
                self._text(child, (*at, "details", "summary"))
                self.read(child.children, (*at, "details"))
        elif block.type == "table":
            self._table(block, at)
        else:
            self._text(block, (*at, *(["code"] if block.type == "code" else [])))
            self.read(block.children, at)

    def _heading(self, block: Block, at: Place) -> None:
        level = f"h{int(block.type[-1]) + 1}"
        if not block.data["is_toggleable"]:
            self._text(block, (*at, level))
            return
        self._text(block, (*at, "details", "summary", level))
        self.read(block.children, (*at, "details"))

    def _table(self, block: Block, at: Place) -> None:
        headless = not block.data["has_column_header"]
        for y, row in enumerate(block.children, int(headless)):
            for x, cell in enumerate(row.data["cells"]):
                self._words(plain_text(cell), (*at, f"cell {y} {x}"))

    def _text(self, block: Block, at: Place) -> None:
        self._words(plain_text(block.data.get("rich_text")), at)

    def _words(self, text: str, at: Place) -> None:
        self.found.update((token, at) for token in TOKEN.findall(text))


def from_notion(blocks: Sequence[Block]) -> dict[str, Place]:
    """The place of every token that the blocks hold."""
    outline = FromNotion()
    outline.read(blocks)
    return outline.found


def from_html(page: BeautifulSoup) -> dict[str, Place]:
    """The place of every token that a reader of the page sees."""
    named = {id(tag): n for n, tag in enumerate(page.select("ul, ol"), 1)}
    found: dict[str, Place] = {}
    for node in page.find_all(string=TOKEN):
        place = tuple(reversed([word for tag in node.parents for word in _words(tag, named, node)]))
        for token in TOKEN.findall(str(node)):
            assert token not in found, f"{token} is on the page twice"
            found[token] = place
    return found


def _words(tag: Tag, lists: dict[int, int], node: NavigableString) -> Iterator[str]:
    """What an element says about the place of what it holds, innermost word first."""
    if tag.name == "li":
        yield from _item(tag, lists)
    elif tag.name in ("th", "td"):
        rows = tag.find_parent("table").find_all("tr")
        yield f"cell {rows.index(tag.parent)} {len(tag.find_previous_siblings())}"
    elif tag.name == "pre":
        yield "code"
    elif tag.name in ("details", "summary", "h2", "h3", "h4", "h5"):
        yield tag.name
    elif tag.name == "blockquote":
        yield "quote"


def _item(item: Tag, lists: dict[int, int]) -> Iterator[str]:
    yield from _box(item)
    above = item.parent
    if above.name == "ol":
        yield f"#{int(above.get('start', 1)) + len(item.find_previous_siblings('li'))}"
    yield f"{above.name} {lists[id(above)]}"


def _box(item: Tag) -> Iterator[str]:
    """The box of a task.

    GitHub's parser knows none inside a quote; there, a later step of the host finds it in the text
    (github/task_list #36), and so do we.
    """
    box = next((child for child in _own(item) if child.name == "input"), None)
    if box is not None:
        yield "ticked" if box.has_attr("checked") else "box"
    elif item.find_parent("blockquote"):
        yield from filter(None, [_BOXES.get(_first_words(item)[:4])])


def _first_words(item: Tag) -> str:
    """The text before the item's first element; loose lists have it in a paragraph."""
    paragraph = item.find("p", recursive=False)
    first = next((paragraph or item).children, None)
    return str(first).lstrip("\n") if isinstance(first, NavigableString) else ""


def _own(item: Tag) -> Iterator[Tag]:
    """The elements of an item's first line: loose lists have them in a paragraph."""
    for child in item.find_all(True, recursive=False)[:1]:
        yield child
        if child.name in ("p", "label"):
            yield from child.find_all(True, recursive=False)
