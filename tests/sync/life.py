"""What people do in Notion, as values: an event is a word and two numbers, so that a history of them
can be drawn at random, shrunk, printed, and lived again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from backup.demo import blocks, build, properties
from backup.demo.nodes import Clock
from backup.demo.workspace import Workspace
from backup.model import bare_id

TITLES = (
    *("Tea", "TEA", "tea", "Milk", "Cups", "Tea 2", "", "🎉", "..", ".git", "CON", "a/b"),
    *(unicodedata.normalize("NFC", "Café"), unicodedata.normalize("NFD", "Café"), "ß" * 300),
    *("שלום", "README", "assets", "wiki", "index.md", "[x](y) & <b>*z*", "trailing... "),
)
FOLDERS = ("", "docs/a", "docs", ".", "Wiki")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
_PURGES = 2  # a part of a database that is gone for good is an alarm, and for good, too


@dataclass(frozen=True)
class Event:
    """Something that happens. What the numbers choose depends on what is there by then."""

    what: str
    one: int = 0
    two: int = 0


class Life:
    """A workspace with two databases, and a page outside of both; `folder` is the one that the
    settings give the first database ('' for none). `changes` counts what has happened."""

    def __init__(self) -> None:
        self.clock = Clock(2026, 9, 1)
        self.notion = Workspace("Life", now=self.clock)
        self.folder = ""
        self.changes = 0
        self._state = properties.select("Idea", "Done")
        schema = {"Name": properties.of("title"), "State": self._state}
        self.databases = [self.notion.add_database(each, schema) for each in ("Wiki", "Books")]
        self.attic = self.notion.add_page("", "Attic")
        self.known: list[str] = []  # every page that ever was a row and was not purged
        self._purged = 0
        self._count = 0
        for number, title in enumerate(("Tea", "Cups", "Milk", "Tea", "Tea 2")):
            self._new(number, TITLES.index(title))
        for number in range(5):  # each page refers to the next one
            (self._mention, self._link_to_block)[number % 2](number, number + 1)
        self._picture(0, 0)
        self._picture(3, 1)
        self._attachment(1, 1)
        self._breadcrumb(2, 0)
        self.clock.forward(minutes=5)

    def happen(self, event: Event) -> None:
        """Let it happen; nothing, when there is nobody to whom it could."""
        self.changes += 1
        EVENTS[event.what](self, event.one, event.two)

    def settings(self) -> str:
        """The setting DATABASES."""
        first, second = map(bare_id, self.databases)
        return f"{self.folder} = {first}\n{second}" if self.folder else f"{first}\n{second}"

    def there(self) -> set[str]:
        """The bare ids of the pages that a backup made now would have."""
        found = (row for each in self.databases for row in self._rows(each))
        return {bare_id(row) for row in found if self.notion.visible(row)}

    def undo_disappearances(self) -> None:
        """Everything is shared again, and no database is empty."""
        self.changes += 1
        for id_ in (*self.databases, *self.known):
            self.notion.share(id_)
        for number, database in enumerate(self.databases):
            if not self._rows(database):
                self._new(number, 0)

    def _rows(self, database: str) -> list[str]:
        return [node.id for node in self.notion.children(self.notion.node(self._source(database)))]

    def _source(self, database: str) -> str:
        return self.notion.source(database)

    def _pages(self) -> list[str]:
        return [row for each in self.databases for row in self._rows(each)]

    def _page(self, number: int) -> str:
        pages = self._pages()
        return pages[number % len(pages)] if pages else ""

    def _blocks(self, page: str) -> list[str]:
        return self.notion.listed(page)

    # -- what can happen; each takes two numbers -------------------------------------------------

    def _new(self, one: int, two: int) -> None:
        database = self.databases[one % 2]
        self._count += 1
        body = [blocks.paragraph(f"Page {self._count}.")]
        title = TITLES[two % len(TITLES)]
        self.known.append(
            self.notion.add_page(database, title, {"State": self._options()[0]}, body)
        )

    def _edit(self, one: int, two: int) -> None:
        if page := self._page(one):
            self._count += 1
            self.notion.append(page, [blocks.paragraph(f"Edit {self._count}.")])

    def _rename(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.rename(page, TITLES[two % len(TITLES)])

    def _swap(self, one: int, two: int) -> None:
        if (page := self._page(one)) and (other := self._page(two)):
            title, others = (self.notion.title(self.notion.node(each)) for each in (page, other))
            self.notion.rename(page, others)
            self.notion.rename(other, title)

    def _trash(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.trash(page)

    def _restore(self, one: int, two: int) -> None:
        trashed = [page for page in self.known if self.notion.node(page).trashed]
        if trashed:
            self.notion.restore(trashed[one % len(trashed)])

    def _purge(self, one: int, two: int) -> None:
        if (page := self._page(one)) and self._purged < _PURGES:
            self._purged += 1
            self.notion.purge(page)
            self.known.remove(page)

    def _unshare(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.unshare(page)

    def _share(self, one: int, two: int) -> None:
        hidden = [each for each in (*self.databases, *self.known) if not self._is_shared(each)]
        if hidden:
            self.notion.share(hidden[one % len(hidden)])

    def _is_shared(self, id_: str) -> bool:
        return self.notion.node(id_).shared

    def _unshare_database(self, one: int, two: int) -> None:
        self.notion.unshare(self.databases[one % 2])

    def _archive(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.archive(page) if two % 2 else self.notion.unarchive(page)

    def _move(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.move(page, (*self.databases, self.attic)[two % 3])

    def _move_back(self, one: int, two: int) -> None:
        outside = [each for each in self.notion.listed(self.attic) if each in self.known]
        if outside:
            self.notion.move(outside[one % len(outside)], self.databases[two % 2])

    def _icon(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.set_icon(page, (None, build.emoji("🍵"), build.emoji("🥛"))[two % 3])

    def _mention(self, one: int, two: int) -> None:
        if (page := self._page(one)) and self.known:
            other = self.known[two % len(self.known)]
            self.notion.append(
                page, [blocks.paragraph("See ", build.mention_page(other, "?"), ".")]
            )

    def _link_to_block(self, one: int, two: int) -> None:
        other = self._page(two)
        if other and (inside := self._blocks(other)):
            link = build.url(other) + f"#{bare_id(inside[one % len(inside)])}"
            self.notion.append(self._page(one), [blocks.paragraph(build.text("there", link=link))])

    def _mention_database(self, one: int, two: int) -> None:
        if page := self._page(one):
            mention = build.mention_database(self.databases[two % 2], "?")
            self.notion.append(page, [blocks.paragraph(mention)])

    def _breadcrumb(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.append(page, [build.block("breadcrumb")])

    def _drop(self, one: int, two: int) -> None:
        """Deletes a block: a text, a link or a picture."""
        if (page := self._page(one)) and (inside := self._blocks(page)):
            self.notion.trash(inside[two % len(inside)])

    def _picture(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.append(page, [blocks.media("image", self._file(two), "A cup")])

    def _replace(self, one: int, two: int) -> None:
        """Another content for a picture."""
        page = self._page(one)
        inside = self._blocks(page) if page else []
        pictures = [each for each in inside if self.notion.node(each).data["type"] == "image"]
        if pictures:
            self.notion.edit(pictures[two % len(pictures)], **self._file(two))

    def _attachment(self, one: int, two: int) -> None:
        if page := self._page(one):
            kept = self.notion.files.keep("notes.txt", b"notes %d" % (two % 3))
            self.notion.append(page, [blocks.media("file", build.hosted(kept))])

    def _cover(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.set_cover(page, self._file(two) if two % 2 else None)

    def _file(self, number: int) -> dict[str, object]:
        content = PNG + bytes([number % 5])  # what stands behind the end of a PNG is not looked at
        return build.hosted(self.notion.files.keep("cup.png", content))

    def _set(self, one: int, two: int) -> None:
        if page := self._page(one):
            self.notion.set_property(page, "State", self._options()[two % 2])

    def _options(self) -> list[str]:
        source = self.notion.node(self._source(self.databases[0]))
        column = source.data["properties"]["State"]
        return [option["name"] for option in column["select"]["options"]]

    def _rename_option(self, one: int, two: int) -> None:
        old = self._options()[one % 2]
        new = f"{old.split(' ')[0]} {two % 9}"
        for database in self.databases:
            self.notion.rename_option(self._source(database), "State", old, new)

    def _rename_database(self, one: int, two: int) -> None:
        self.notion.rename(self.databases[one % 2], ("Wiki", "Books", "docs", "Tea")[two % 4])

    def _folder(self, one: int, two: int) -> None:
        self.folder = FOLDERS[one % len(FOLDERS)]

    def _wait(self, one: int, two: int) -> None:
        self.clock.forward(seconds=(10, 25, 60, 600)[one % 4])


_WORDS = (
    *("new", "edit", "rename", "swap", "trash", "restore", "purge", "unshare", "share", "archive"),
    *("unshare_database", "move", "move_back", "icon", "mention", "link_to_block"),
    *("mention_database", "breadcrumb", "drop", "picture", "replace", "attachment", "cover", "set"),
    *("rename_option", "rename_database", "folder", "wait"),
)
EVENTS: dict[str, Callable[[Life, int, int], None]] = {
    word: getattr(Life, f"_{word}") for word in _WORDS
}
