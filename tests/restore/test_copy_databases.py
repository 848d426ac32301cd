"""Copies of databases: schema, rows and values come back, relations and what is worked out of them too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from backup.restore.losses import Loss
from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from fakenotion.writing import trouble
from tests.restore.test_copy import hold
from tests.support.copying import Copying, copying, ground
from tests.support.kitchen import PNG


def id_of(column: str) -> str:
    """The id of a column, as the other side of a relation names it."""
    return unquote(properties.sent_id(column, "relation"))


def library() -> Branch:
    """Two databases that refer to each other, with rows that hold values of every kind."""
    notion = ground()
    top = Branch.root(notion, "Library", "Before")
    schema = {
        "Size": properties.number("euro"),
        "Kind": properties.select("Big", "Small"),
        "Tags": properties.multi_select("a", "b"),
        "State": properties.status(To_do=["Open"], In_progress=[], Complete=["Done"]),
        "When": properties.of("date"),
        "Who": properties.of("people"),
        "Done": properties.of("checkbox"),
        "Web": properties.of("url"),
        "Mail": properties.of("email"),
        "Phone": properties.of("phone_number"),
        "Note": properties.of("rich_text"),
        "Paper": properties.of("files"),
        "Number": properties.unique_id("BK"),
        "Made": properties.of("created_time"),
    }
    books = top.database("Books", schema, icon=build.emoji("📚"))
    top.text("Between")
    people = top.database("Writers", {"Born": properties.number()}, inline=True)
    top.text("After")
    source, other = notion.source(books.id), notion.source(people.id)
    notion.put_property(
        source,
        properties.named(
            {
                "Writer": properties.relation(people.id, other),
                "Follows": properties.relation(books.id, source),
                "Twice": properties.formula('prop("Size") * 2'),
            }
        ),
    )
    notion.put_property(
        source,
        properties.named(
            {
                "Ages": properties.rollup("Writer", "Born", "sum"),
                "Four times": properties.formula('prop("Twice") * 2'),
            }
        ),
    )
    anna = people.row("Anna", {"Born": 1970})
    picture = notion.files.keep("p.png", PNG)
    first = books.row(
        "One",
        {
            "Size": 12.5,
            "Kind": "Big",
            "Tags": ["a", "b"],
            "State": "Done",
            "Done": True,
            "Web": "https://a.example/x",
            "Mail": "a@example.com",
            "Phone": "123",
            "Note": "Words",
            "Writer": [anna.id],
            "Paper": [{"name": "p.png", **build.hosted(picture)}],
        },
        "Some words",
        icon=build.emoji("📗"),
    )
    books.row("Two", {"Follows": [first.id], "Size": 3})
    books.row("Two", {}, "another of that name")
    first.page("Inside", "a row")
    first.block(blocks.link_to_page(people.id, "database_id"))
    return top


@pytest.fixture(params=["page", "database"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copying]:
    top = library()
    with copying(tmp_path / "repository", top) as made:
        if request.param == "database":
            made.choose("Books")
        yield made


def test_databases_with_their_rows_come_back(copy: Copying) -> None:
    hold(copy)


def test_a_run_that_dies_among_databases_is_continued(copy: Copying) -> None:
    for at in range(copy.writes - 1, 0, -max(1, copy.writes // 8)):
        copy.begin_anew()
        assert copy.killed(at)
        sent = copy.send()
        assert sent.finished, sent.problem
        assert copy.proof(sent).differences == ()
        assert copy.copies == [copy.top.title]


def test_lost_answers_among_databases_make_nothing_twice(copy: Copying) -> None:
    copy.backup.server.writes.spoil(trouble.lost(), every=2)
    sent = copy.send()
    assert sent.finished, sent.problem
    assert copy.proof(sent).differences == ()


def test_a_two_way_relation_is_made_once(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    one, two = top.database("One", {}), top.database("Two", {})
    here, there = notion.source(one.id), notion.source(two.id)
    notion.put_property(
        here, properties.named({"To": properties.relation(two.id, there, ("Back", id_of("Back")))})
    )
    back = properties.named({"Back": properties.relation(one.id, here, ("To", id_of("To")))})
    notion.put_property(there, back)
    target = two.row("B")
    one.row("A", {"To": [target.id]})
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)


def test_what_of_a_database_does_not_come_back_is_listed(tmp_path: Path) -> None:
    top = library()
    with copying(tmp_path / "repository", top) as copy:
        found = {lost.kind for lost in copy.plan.losses}
        assert found == {Loss.UNIQUE_NUMBER}


TITLES = {
    "a text": (properties.of("rich_text"), "words"),
    "a choice": (properties.select("a"), "a"),
    "a formula": (properties.formula('prop("Size")'), None),
    "a rollup": (properties.rollup("Up", "Size", "sum"), None),
}


@pytest.mark.parametrize("kind", TITLES)
def test_a_column_that_has_the_name_of_every_titles_id_is_named(kind: str, tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    column, value = TITLES[kind]
    things = top.database("Things", {"Size": properties.number()})
    notion.relate(things.id, "Up", things.id, "Down")
    notion.add_property(things.first_source, "title", column)
    things.row("Cup", {"Size": 3, **({"title": value} if value else {})}, "Words")
    with copying(tmp_path / "repository", top) as copy:
        lost = {(lost.kind, lost.where) for lost in copy.plan.losses}
        assert lost == {(Loss.PROPERTY, "title")}
        hold(copy)


@pytest.mark.parametrize("names", [("title", "Back"), ("To", "title"), ("title", "")])
def test_so_is_a_relation_of_that_name(names: tuple[str, str], tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    one, two = top.database("One"), top.database("Two")
    notion.relate(one.id, names[0], two.id, names[1])
    one.row("A", {names[0]: [two.row("B").id]})
    with copying(tmp_path / "repository", top) as copy:
        assert Loss.PROPERTY in {lost.kind for lost in copy.plan.losses}
        hold(copy)
