"""What happens in trees: pages in pages, databases in pages, and how they change their places."""

from __future__ import annotations

from collections.abc import Callable

from fakenotion.branches import PLACES, Branch
from tests.histories.life import TITLES, Life

_DATABASES = 5  # in all


def begin(life: Life) -> None:
    """Some pages in pages, a database in one of them, with a row in which a page lies."""
    for number in range(4):
        _child(life, number * 2, number)
    _nest(life, 2, 1)
    _child(life, len(life.pages()) - 1, 2)


def _child(life: Life, one: int, two: int) -> None:
    """A new page in a page, or in a toggle, column, … in it."""
    if page := life.page(one):
        at = Branch(life.notion, page).place(PLACES[two % len(PLACES)])
        life.write(at.id, TITLES[(one + two) % len(TITLES)])


def _nest(life: Life, one: int, two: int) -> None:
    """A new database in a page, with a row."""
    if (page := life.page(one)) and len(life.databases) < _DATABASES:
        at = Branch(life.notion, page).place(PLACES[(two * 5) % len(PLACES)])
        database = life.add_database(at.id, TITLES[two % 5], is_inline=bool(two % 2))
        life.write(life.sources(database)[0], TITLES[two % len(TITLES)])


def _move_into(life: Life, one: int, two: int) -> None:
    """A page into another page, whatever it lay in."""
    if (page := life.movable(one)) and (other := life.page(two)):
        life.move(page, other)


def _move_deep(life: Life, one: int, two: int) -> None:
    """A page into a block of another page."""
    if (page := life.movable(one)) and (other := life.page(two)) and _may_go(life, page, other):
        life.move(page, Branch(life.notion, other).place(PLACES[two % len(PLACES)]).id)


def _move_quietly(life: Life, one: int, two: int) -> None:
    """A page into a page or database, and no time moves by it."""
    targets = [*life.pages(), *life.databases]
    if page := life.movable(one):
        life.move(page, targets[two % len(targets)], quiet=True)


def _move_row(life: Life, one: int, two: int) -> None:
    """A page into a database: it becomes a row, or one of another database."""
    if page := life.movable(one):
        life.move(page, life.database(two))


def _move_database(life: Life, one: int, two: int) -> None:
    """A database that lies in a page goes into another one."""
    nested = [each for each in life.databases if each not in life.tops]
    if nested and (page := life.page(two)):
        life.move(nested[one % len(nested)], page)


def _change_places(life: Life, one: int, two: int) -> None:
    """A page and the one above it."""
    page = life.movable(one)
    above = life.notion.node(page).parent if page else ""
    if above in life.known and above not in (*life.tops, life.attic):
        life.notion.swap(above, page)


def _link_view(life: Life, one: int, two: int) -> None:
    """A view of a database in a page."""
    if page := life.page(one):
        shows = life.sources(life.database(two))[0]
        life.views.append(life.notion.add_linked(page, shows, f"View {two}"))


def _mirror(life: Life, one: int, two: int) -> None:
    """A synced block with a page in it, and a copy of it in another page."""
    if (page := life.page(one)) and (other := life.page(two)):
        original = Branch(life.notion, page).place("synced").text("Everywhere the same.")
        life.write(original.id, TITLES[two % len(TITLES)])
        Branch(life.notion, other).copy_of(original)


def _may_go(life: Life, page: str, other: str) -> bool:
    return page not in (each.id for each in life.notion.upwards(life.notion.node(other)))


EVENTS: dict[str, Callable[[Life, int, int], None]] = {
    function.__name__[1:]: function
    for function in (
        *(_child, _nest, _link_view, _mirror),
        *(_move_into, _move_deep, _move_quietly, _move_row, _move_database, _change_places),
    )
}
