"""What people do in Notion and in the settings, as values: an event is a word and two numbers, so that
a history of them can be drawn at random, shrunk, printed, and lived again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backup.model import bare_id
from fakenotion import blocks, build, properties
from tests.histories import growth
from tests.histories.life import NUMBER, RELATED, STATE, TITLES, Life

FOLDERS = ("", "docs/a", "docs", ".", "Wiki")
_PURGES = 2  # a part of a database that is gone for good is an alarm, and for good, too


@dataclass(frozen=True)
class Event:
    """Something that happens. What the numbers choose depends on what is there by then."""

    what: str
    one: int = 0
    two: int = 0


def happen(life: Life, event: Event) -> None:
    """Let it happen; nothing, when there is nobody to whom it could."""
    life.changes += 1
    EVENTS[event.what](life, event.one, event.two)


def begun(roots: str = "database") -> Life:
    """A life with some pages, which refer to each other; what is not a root of databases has pages and
    a database in pages, too."""
    life = Life(roots)
    for number, title in enumerate(("Tea", "Cups", "Milk", "Tea", "Tea 2")):
        _new(life, number, TITLES.index(title))
    for number in range(5):  # each page refers to the next one
        (_mention, _link_to_block)[number % 2](life, number, number + 1)
    _picture(life, 0, 0)
    _picture(life, 3, 1)
    _attachment(life, 1, 1)
    _breadcrumb(life, 2, 0)
    if roots != "database":
        growth.begin(life)
    life.clock.forward(minutes=5)
    return life


# -- pages -----------------------------------------------------------------------------------------


def _new(life: Life, one: int, two: int) -> None:
    sources = life.sources(life.database(one))
    life.write(sources[two % len(sources)], TITLES[two % len(TITLES)])


def _crowd(life: Life, one: int, two: int) -> None:
    """So many pages that they would be a mass if they went."""
    for number in range(4):
        _new(life, one, two + number)


def _edit(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        _write(life, page)


def _write(life: Life, page: str) -> None:
    life.count += 1
    life.notion.append(page, [blocks.paragraph(f"Edit {life.count}.")])


def _rename(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        life.notion.rename(page, TITLES[two % len(TITLES)])


def _swap(life: Life, one: int, two: int) -> None:
    if (page := life.page(one)) and (other := life.page(two)):
        title, others = (life.notion.title(life.notion.node(each)) for each in (page, other))
        life.notion.rename(page, others)
        life.notion.rename(other, title)


def _trash(life: Life, one: int, two: int) -> None:
    if page := life.movable(one):
        life.notion.trash(page)


def _trash_many(life: Life, one: int, two: int) -> None:
    rows = life.rows(life.database(one))
    for page in rows[two % 2 :]:
        life.notion.trash(page)


def _restore(life: Life, one: int, two: int) -> None:
    if trashed := life.trashed():
        life.notion.restore(trashed[one % len(trashed)])


def _purge(life: Life, one: int, two: int) -> None:
    page = life.movable(one)
    below = [each.kind for each in life.below(page)]
    if page and "database" not in below and life.purged + below.count("page") <= _PURGES:
        life.purged += below.count("page")
        life.purge(page)


def _unshare(life: Life, one: int, two: int) -> None:
    if page := life.movable(one):
        life.notion.unshare(page)


def _share(life: Life, one: int, two: int) -> None:
    if hidden := life.hidden():
        life.share(hidden[one % len(hidden)])


def _archive(life: Life, one: int, two: int) -> None:
    """One that lies in a page is edited as well: no list of blocks shows anything but that."""
    if page := life.page(one):
        life.notion.archive(page) if two % 2 else life.notion.unarchive(page)
        if not life.source_of(page):
            _write(life, page)


def _move(life: Life, one: int, two: int) -> None:
    if page := life.movable(one):
        life.move(page, (*life.databases[:2], life.attic)[two % 3])


def _move_back(life: Life, one: int, two: int) -> None:
    outside = [each for each in life.notion.listed(life.attic) if each in life.known]
    if outside:
        life.move(outside[one % len(outside)], life.database(two))


# -- what stands in pages --------------------------------------------------------------------------


def _icon(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        life.notion.set_icon(page, (None, build.emoji("🍵"), build.emoji("🥛"))[two % 3])


def _mention(life: Life, one: int, two: int) -> None:
    if (page := life.page(one)) and life.known:
        other = life.known[two % len(life.known)]
        life.notion.append(page, [blocks.paragraph("See ", build.mention_page(other, "?"), ".")])


def _link_to_block(life: Life, one: int, two: int) -> None:
    other = life.page(two)
    if other and (inside := life.inside(other)):
        link = build.url(other) + f"#{bare_id(inside[one % len(inside)])}"
        life.notion.append(life.page(one), [blocks.paragraph(build.text("there", link=link))])


def _mention_database(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        mention = build.mention_database(life.database(two), "?")
        life.notion.append(page, [blocks.paragraph(mention)])


def _breadcrumb(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        life.notion.append(page, [build.block("breadcrumb")])


def _drop(life: Life, one: int, two: int) -> None:
    """Deletes a block with the pages in it, but not the first, by which a page is known."""
    page = life.page(one)
    inside = [each for each in life.inside(page)[1:] if not holds(life, each)] if page else []
    if inside:
        life.notion.trash(inside[two % len(inside)])


def holds(life: Life, block: str) -> bool:
    """Whether a database lies in a block, or in a page in it. It stays when the block goes."""
    return any(each.kind == "database" for each in life.below(block))


def _picture(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        life.notion.append(page, [blocks.media("image", life.picture(two), "A cup")])


def _replace(life: Life, one: int, two: int) -> None:
    """Another content for a picture."""
    page = life.page(one)
    inside = life.inside(page) if page else []
    pictures = [each for each in inside if life.notion.node(each).data["type"] == "image"]
    if pictures:
        life.notion.edit(pictures[two % len(pictures)], **life.picture(two))


def _attachment(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        kept = life.notion.files.keep("notes.txt", b"notes %d" % (two % 3))
        life.notion.append(page, [blocks.media("file", build.hosted(kept))])


def _cover(life: Life, one: int, two: int) -> None:
    if page := life.page(one):
        life.notion.set_cover(page, life.picture(two) if two % 2 else None)


# -- properties ------------------------------------------------------------------------------------


def _comment(life: Life, one: int, two: int) -> None:
    """About a page, or one of its blocks."""
    if page := life.page(one):
        about = (page, *life.inside(page))
        life.notion.add_comment(about[two % len(about)], f"Said {one}, {two}.")


def _answer(life: Life, one: int, two: int) -> None:
    if said := life.notion.comments:
        life.notion.reply(said[one % len(said)]["id"], f"Answered {two}.")


def _resolve(life: Life, one: int, two: int) -> None:
    """A discussion is done with, or goes on again; or a comment goes."""
    if said := life.notion.comments:
        id_ = said[one % len(said)]["id"]
        notion = life.notion
        (notion.resolve, notion.reopen, notion.remove_comment)[two % 3](id_)


def _set(life: Life, one: int, two: int) -> None:
    if (page := life.row(one)) and (options := life.options(life.source_of(page))):
        life.notion.set_property(page, STATE, options[two % 2])


def _rename_option(life: Life, one: int, two: int) -> None:
    for source in (each for database in life.databases for each in life.sources(database)):
        if options := life.options(source):
            old = options[one % 2]
            new = f"{old.split(' ')[0]} {two % 9}"
            life.notion.rename_option(source, STATE, old, new)


def _relate(life: Life, one: int, two: int) -> None:
    page = life.row(one)
    if page and (other := life.row(two)) and life.column(life.source_of(page), RELATED):
        life.notion.set_property(page, RELATED, [other])


def _column(life: Life, one: int, two: int) -> None:
    """A column comes, or goes."""
    sources = life.sources(life.databases[one % 2])
    source = sources[two % len(sources)]
    columns = life.notion.node(source).data["properties"]
    if NUMBER in columns:
        del columns[NUMBER]
    else:
        columns |= properties.named({NUMBER: properties.number()})
    for row in life.rows_with(source):
        row.data["properties"].pop(NUMBER, None)
        if NUMBER in columns:
            row.data["properties"][NUMBER] = properties.value(columns[NUMBER], two)


def _rename_column(life: Life, one: int, two: int) -> None:
    """The title's column is called otherwise."""
    source = life.sources(life.databases[one % 2])[0]
    columns = life.notion.node(source).data["properties"]
    old = next(name for name, each in columns.items() if each["type"] == "title")
    if (new := ("Name", "Title", "Was")[two % 3]) not in columns:
        life.notion.rename_property(source, old, new)


# -- databases and their settings ------------------------------------------------------------------


def _rename_database(life: Life, one: int, two: int) -> None:
    life.notion.rename(life.database(one), ("Wiki", "Books", "docs", "Tea")[two % 4])


def _unshare_root(life: Life, one: int, two: int) -> None:
    """Also a database that lies in a page."""
    life.notion.unshare(life.root(one))


def _trash_root(life: Life, one: int, two: int) -> None:
    life.notion.trash(life.root(one))


def _source(life: Life, one: int, two: int) -> None:
    """A second data source, with a page."""
    database = life.databases[one % 2]
    if len(life.sources(database)) == 1:
        schema = {"Title": properties.of("title"), STATE: properties.select("Idea", "Done")}
        source = life.notion.add_source(database, "More", schema)
        life.write(source, TITLES[two % len(TITLES)])


def _name(life: Life, one: int, two: int) -> None:
    """One of the tops is dropped from the settings, or named again."""
    left = [each for each in life.tops if (each in life.named) != (each == life.tops[one % 2])]
    life.named = left if left or life.roots == "workspace" else life.named


def _folder(life: Life, one: int, two: int) -> None:
    folder = FOLDERS[one % len(FOLDERS)]
    life.folder = "all" if folder == "." and life.roots == "page" else folder


def _wait(life: Life, one: int, two: int) -> None:
    life.clock.forward(seconds=(10, 25, 60, 600)[one % 4])


EVENTS: dict[str, Callable[[Life, int, int], None]] = {
    function.__name__[1:]: function
    for function in (
        *(_new, _crowd, _edit, _rename, _swap, _trash, _trash_many, _restore, _purge),
        *(_unshare, _share, _archive, _move, _move_back),
        *(_icon, _mention, _link_to_block, _mention_database, _breadcrumb, _drop),
        *(_picture, _replace, _attachment, _cover, _comment, _answer, _resolve),
        *(_set, _rename_option, _relate, _column, _rename_column),
        *(_rename_database, _unshare_root, _trash_root, _source, _name, _folder, _wait),
    )
} | growth.EVENTS
