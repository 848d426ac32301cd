"""The blocks of a page as drafts: what can be made as it is, and a plain line in the place of all else. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from backup import urls
from backup.exact_json import Exact
from backup.files.find import MEDIA
from backup.json_values import as_list, as_object, word
from backup.markdown.blocks.text import HEADINGS
from backup.markdown.links import notion_address
from backup.model import Block, Json, bare_id, encodable, is_bare_id, plain_text
from backup.restore import limits
from backup.restore.draft import Draft, Ref, size
from backup.restore.losses import Loss, Lost
from backup.restore.media import Files, block_icon, file, file_name, named
from backup.restore.texts import Scope, rich, short, text, web, written

_CHILD = {"child_page": "page", "child_database": "database"}
_PLAIN = ("divider", "breadcrumb")
_WORDED = (
    *("paragraph", "bulleted_list_item", "numbered_list_item", "quote", "to_do", "toggle"),
    *("template", "callout", "code", *HEADINGS),
)
_ONLY_IN_APP = ("button", "form", "meeting_notes", "transcription", "link_preview", "ai_block")
_PARTS = ("column", "table_row")  # stand in one type of block alone


@dataclass
class Translation:
    """Makes the drafts of one page. `taken` are the keys that are used up anywhere in the plan; `moved`
    are pages and databases that stood inside blocks, and come at the page's end."""

    scope: Scope
    files: Files
    inside: Mapping[str, tuple[str, str]]  # what lies in this page: its key, kind and title
    views: Mapping[str, str]  # the blocks that show a database elsewhere, and that one
    taken: set[str]
    moved: list[Draft] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def page(self, blocks: tuple[Block, ...]) -> list[Draft]:
        """The drafts of a page in their order; what lies in the page stands among them, each once."""
        found = [draft for block in blocks for draft in self._block(block, is_top=True)]
        missing = [self._child(key) for key in self.inside if key not in self.shown]
        return [*found, *self.moved, *missing]

    def _child(self, key: str) -> Draft:
        self.shown.add(key)
        kind, title = self.inside[key]
        type_ = "child_database" if kind == "database" else "child_page"
        return Draft(key, type_, {"title": title})

    def key(self, block: Block) -> str:
        """A key that no other draft has."""
        base = key = bare_id(block.id)
        if not is_bare_id(key):
            base = key = "block"
        number = 1
        while key in self.taken:
            number += 1
            key = f"{base}~{number}"
        self.taken.add(key)
        return key

    def lose(self, block: Block, kind: Loss, name: str = "") -> None:
        """A loss at a block."""
        self.scope.losses.append(Lost(kind, self.scope.path, bare_id(block.id), name=name))

    def below(self, block: Block) -> tuple[Draft, ...]:
        """The drafts of what lies in a block."""
        if block.unread:
            self.lose(block, Loss.UNREAD)
        return tuple(draft for child in block.children for draft in self._block(child))

    def _block(self, block: Block, is_top: bool = False) -> list[Draft]:
        self.scope.at = bare_id(block.id)
        if block.type in _CHILD:
            return [self._of_child(block, is_top)]
        if block.type in _PARTS:  # not in its place: what is in it
            return [*self.below(block)] or [self._unmade(block)]
        make = _MAKES.get(block.type)
        return make(self, block) if make else [self._unmade(block)]

    # -- what lies in the page -------------------------------------------------------------------

    def _of_child(self, block: Block, is_top: bool) -> Draft:
        key = bare_id(block.id)
        if key not in self.inside or key in self.shown:
            return self._elsewhere(block)
        if is_top:
            return self._child(key)
        self.moved.append(self._child(key))
        kind, title = self.inside[key]
        is_page = kind != "database"
        self.lose(block, Loss.PAGE_MOVED if is_page else Loss.DATABASE_MOVED, title)
        return self._link("page_id" if is_page else "database_id", key)

    def _link(self, kind: str, key: str) -> Draft:
        made = f"{key}@"  # the page itself has the key
        self.taken.add(made)
        return Draft(made, "link_to_page", {"type": kind, kind: Ref(key)})

    def _elsewhere(self, block: Block) -> Draft:
        """A page that is not restored, or a database that shows rows from elsewhere."""
        key, title = bare_id(block.id), word(block.data, "title")
        original = self.views.get(key, "")
        is_view = block.type == "child_database"
        self.lose(block, Loss.LINKED_VIEW if is_view else Loss.UNREAD)
        if original in self.scope.pages:
            return Draft(
                self.key(block),
                "link_to_page",
                {"type": "database_id", "database_id": Ref(original)},
            )
        link = notion_address(original) if original else None
        return self.line(block, f"[{'View' if is_view else 'Page'}: {title}]", (), link)

    # -- what cannot be made ---------------------------------------------------------------------

    def line(
        self, block: Block, words: str, below: tuple[Draft, ...], link: object = None
    ) -> Draft:
        """A plain line where a block stood, with what was in it."""
        (said, *_) = [*limits.pieces(encodable(words)), ""]
        runs = [text(said, None, link)] if said else []
        return Draft(self.key(block), "paragraph", {"rich_text": runs}, below)

    def _unmade(self, block: Block) -> Draft:
        is_known = block.type in _ONLY_IN_APP or block.data.get("block_type") in _ONLY_IN_APP
        self.lose(block, Loss.NOT_CREATABLE if is_known else Loss.UNSUPPORTED)
        if block.type == "link_preview":
            runs = written(word(block.data, "url"), self.scope)
            return Draft(self.key(block), "paragraph", {"rich_text": runs})
        kind = (word(block.data, "block_type") or block.type or "block").replace("_", " ")
        title = _plain(block) or word(block.data, "title")
        words = f"[{kind.capitalize()}{': ' if title else ''}{title}]"
        return self.line(block, words, self.below(block))


def _plain(block: Block) -> str:
    """The text of a block, whichever it is, without its marks."""
    if block.type == "table_row":
        return " | ".join(plain_text(cell) for cell in as_list(block.data.get("cells")))
    found = block.data.get("rich_text", block.data.get("title"))
    return plain_text(found) if isinstance(found, list) else ""


Drafts = list[Draft]


def _color(block: Block) -> Json:
    color = block.data.get("color")
    return {"color": color} if isinstance(color, str) and color in limits.COLORS else {}


def _worded(to: Translation, block: Block) -> Drafts:
    """Text with what lies in it; one that is too long for a block continues in the next of its kind."""
    parts = rich(block.data.get("rich_text"), to.scope)
    more = _MORE[block.type](to, block) if block.type in _MORE else _color(block)
    below = to.below(block)
    after: Drafts = []
    takes = block.type != "code" and (block.type not in HEADINGS or more.get("is_toggleable"))
    if below and not takes:
        below, after = (), [*below]
    keys = [to.key(block) for _ in parts]
    made = [
        Draft(key, block.type, {"rich_text": runs, **more})
        for key, runs in zip(keys, parts, strict=True)
    ]
    return [*made[:-1], replace(made[-1], children=below), *after]


def _heading(to: Translation, block: Block) -> Json:
    toggles = block.data.get("is_toggleable") is True
    return {**_color(block), **({"is_toggleable": True} if toggles else {})}


def _to_do(to: Translation, block: Block) -> Json:
    return {**_color(block), "checked": block.data.get("checked") is True}


def _numbered(to: Translation, block: Block) -> Json:
    if block.data.get("list_start_index") not in (None, 1) or block.data.get("list_format"):
        to.lose(block, Loss.LIST_FORMAT)
    return _color(block)


def _callout(to: Translation, block: Block) -> Json:
    to.scope.at = bare_id(block.id)
    made = block_icon(block, to.scope, to.files)
    if not made:
        to.lose(block, Loss.DEFAULT_ICON)
    return {**_color(block), **({"icon": made} if made else {})}


def _code(to: Translation, block: Block) -> Json:
    language = word(block.data, "language").lower()
    known = language if language in limits.LANGUAGES else limits.PLAIN
    return {"language": known, **_caption(to, block)}


def _caption(to: Translation, block: Block) -> Json:
    runs = short(block.data.get("caption"), to.scope)
    return {"caption": runs} if runs else {}


_MORE: Mapping[str, Callable[[Translation, Block], Json]] = {
    **dict.fromkeys(HEADINGS, _heading),
    "to_do": _to_do,
    "numbered_list_item": _numbered,
    "callout": _callout,
    "code": _code,
    "template": lambda to, block: {},
}


def _bare(to: Translation, block: Block) -> Drafts:
    more = _color(block) if block.type == "table_of_contents" else {}
    return [Draft(to.key(block), block.type, more)]


def _equation(to: Translation, block: Block) -> Drafts:
    expression = encodable(word(block.data, "expression"))
    if limits.units(expression) > limits.EXPRESSION:
        to.lose(block, Loss.TOO_DEEP)
        runs = [text(piece) for piece in limits.pieces(expression)][: limits.TEXTS]
        return [Draft(to.key(block), "paragraph", {"rich_text": runs})]
    return [Draft(to.key(block), "equation", {"expression": expression})]


def _media(to: Translation, block: Block) -> Drafts:
    made = file(block.data, block.id, to.scope, to.files)
    caption = _caption(to, block)
    if made is None:
        url = word(block.data.get("external"), "url")
        return _instead(to, block, file_name(block.data), url, caption)
    is_named = block.type == "file"
    name = named(block.data, limits.FILE_NAME, to.scope) if is_named else {}
    return [Draft(to.key(block), block.type, {**made, **caption, **name})]


def _instead(to: Translation, block: Block, name: str, url: str, caption: Json) -> Drafts:
    """A line in the place of what cannot be made, with its name, its address elsewhere and its caption."""
    words = f"[{block.type.capitalize()}{': ' if name else ''}{name}]"
    (said, *_) = limits.pieces(encodable(words))
    parts = ([text(said)], written(url, to.scope), caption.get("caption", []))
    runs = [run for part in parts if part for run in (text(" "), *part)][1:]
    return [Draft(to.key(block), "paragraph", {"rich_text": runs[: limits.TEXTS]})]


def _address(to: Translation, block: Block) -> Drafts:
    """A bookmark or embed; an embed of a file of Notion's own is uploaded again."""
    url, caption = word(block.data, "url"), _caption(to, block)
    if block.type == "embed" and urls.is_hosted(url):
        found = to.files.upload(block.id, to.scope, block.data)
        if found is None:
            return _instead(to, block, file_name(block.data), "", caption)
        return [Draft(to.key(block), "embed", {"file_upload": {"id": found}, **caption})]
    target = web(url, to.scope) if url else None
    if not url:
        to.lose(block, Loss.EMPTY)
    if target is None:
        return _instead(to, block, "", url, caption)
    return [Draft(to.key(block), block.type, {"url": target, **caption})]


def _link_to_page(to: Translation, block: Block) -> Drafts:
    kind = word(block.data, "type")
    key = bare_id(word(block.data, kind))
    if kind not in ("page_id", "database_id") or not is_bare_id(key):
        to.lose(block, Loss.NOT_CREATABLE)
        return [to.line(block, "[Link]", ())]
    target = Ref(key) if key in to.scope.pages else key
    return [Draft(to.key(block), block.type, {"type": kind, kind: target})]


def _table(to: Translation, block: Block) -> Drafts:
    rows = [child for child in block.children if child.type == "table_row"]
    widths = [len(as_list(row.data.get("cells"))) for row in rows]
    given = block.data.get("table_width")
    wanted = given if type(given) is int and not rows else max(widths, default=1)
    width = max(1, min(wanted, limits.CELLS))
    key = to.key(block)
    made = tuple(_row(to, row, width) for row in rows)
    if not made:
        to.lose(block, Loss.EMPTY)
        made = (Draft(f"{key}+", "table_row", {"cells": [[] for _ in range(width)]}),)
    heads = {name: block.data.get(name) is True for name in ("has_column_header", "has_row_header")}
    whole = Draft(key, "table", {"table_width": width, **heads}, made)
    return [whole, *_others(to, block, "table_row")]


def _row(to: Translation, row: Block, width: int) -> Draft:
    to.scope.at = bare_id(row.id)
    cells = [short(cell, to.scope) for cell in as_list(row.data.get("cells"))][:width]
    cells += [[] for _ in range(width - len(cells))]
    made = Draft(to.key(row), "table_row", {"cells": cells})
    if size(made) <= limits.ROW_BYTES:
        return made
    to.scope.lose(Loss.TOO_DEEP)
    share = (
        limits.ROW_BYTES // width // 10
    )  # of characters, each of six bytes at most, and some for a run
    plain = (encodable(plain_text(cell))[:share] for cell in as_list(row.data.get("cells"))[:width])
    cut = [[text(piece) for piece in limits.pieces(each)] for each in plain]
    return replace(made, data={"cells": [*cut, *([] for _ in range(width - len(cut)))]})


def _columns(to: Translation, block: Block) -> Drafts:
    sides = [child for child in block.children if child.type == "column"]
    if len(sides) < 2:  # as nobody can make: what is in it
        return [*to.below(block)]
    return _filled(to, block, sides, _column)


def _filled(
    to: Translation, block: Block, inner: list[Block], made: Callable[[Translation, Block], Draft]
) -> Drafts:
    """A block of this type with what it takes, and behind it the others among its children."""
    if block.unread:
        to.lose(block, Loss.UNREAD)
    whole = Draft(to.key(block), block.type, {}, tuple(made(to, child) for child in inner))
    return [whole, *_others(to, block, inner[0].type)]


def _others(to: Translation, block: Block, type_: str) -> Drafts:
    """What lies in a block that takes children of one type alone, and is of another: it follows."""
    others = (child for child in block.children if child.type != type_)
    return [draft for child in others for draft in to._block(child)]


def _column(to: Translation, side: Block) -> Draft:
    key, below = to.key(side), to.below(side)
    if not below:
        to.lose(side, Loss.EMPTY)
        below = (Draft(f"{key}+", "paragraph", {"rich_text": []}),)
    ratio = side.data.get("width_ratio")
    is_ratio = (
        isinstance(ratio, int | float | Exact)
        and not isinstance(ratio, bool)
        and 0 < float(ratio) <= 1
    )
    return Draft(key, "column", {"width_ratio": ratio} if is_ratio else {}, below)


def _tab(to: Translation, block: Block) -> Drafts:
    labels = [child for child in block.children if child.type == "paragraph"]
    if not labels:
        to.lose(block, Loss.EMPTY)
        return [*to.below(block)]
    return _filled(to, block, labels, _label)


def _label(to: Translation, label: Block) -> Draft:
    to.scope.at = bare_id(label.id)
    runs = short(label.data.get("rich_text"), to.scope)
    made = block_icon(label, to.scope, to.files)
    data = {"rich_text": runs, **_color(label), **({"icon": made} if made else {})}
    return Draft(to.key(label), "paragraph", data, to.below(label))


def _synced(to: Translation, block: Block) -> Drafts:
    """An original, or the copy of one that is restored; of any other one its content."""
    source = as_object(block.data.get("synced_from"))
    original = bare_id(word(source, "block_id"))
    if original in to.scope.originals:
        tie = {"type": "block_id", "block_id": Ref(original)}
        return [Draft(to.key(block), block.type, {"synced_from": tie})]
    if source:
        to.lose(block, Loss.SYNCED_OUTSIDE)
    return [Draft(to.key(block), block.type, {"synced_from": None}, to.below(block))]


_MAKES: Mapping[str, Callable[[Translation, Block], Drafts]] = {
    **dict.fromkeys(_WORDED, _worded),
    **dict.fromkeys((*_PLAIN, "table_of_contents"), _bare),
    **dict.fromkeys(MEDIA, _media),
    "equation": _equation,
    "embed": _address,
    "bookmark": _address,
    "link_to_page": _link_to_page,
    "table": _table,
    "column_list": _columns,
    "tab": _tab,
    "synced_block": _synced,
}


def original_keys(blocks: Iterator[Block]) -> frozenset[str]:
    """The keys of synced blocks that copies may follow."""
    return frozenset(
        bare_id(block.id)
        for block in blocks
        if block.type == "synced_block" and not block.data.get("synced_from")
    )
