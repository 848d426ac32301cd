"""Relations with many rows and to rows that stay, archived rows, long lists of options, what Notion refuses."""

from __future__ import annotations

from pathlib import Path

from backup.model import Json
from backup.restore.losses import Loss, counted_by_kind
from fakenotion import properties
from fakenotion.branches import Branch
from fakenotion.writing import trouble
from tests.restore.test_copy import hold
from tests.restore.test_copy_databases import id_of
from tests.support.copying import Copying, copying, ground
from tests.support.restoring import restore


def paired() -> tuple[Branch, Branch, Branch]:
    """A page with two databases, and a two-way relation between them."""
    notion = ground()
    top = Branch.root(notion, "Top")
    one, two = top.database("One", {}), top.database("Two", {})
    here, there = notion.source(one.id), notion.source(two.id)
    to = properties.relation(two.id, there, ("Back", id_of("Back")))
    notion.put_property(here, properties.named({"To": to}))
    back = properties.relation(one.id, here, ("To", id_of("To")))
    notion.put_property(there, properties.named({"Back": back}))
    return top, one, two


def lost(copy: Copying) -> dict[Loss, int]:
    return dict(counted_by_kind(copy.plan.losses))


def related(copy: Copying, title: str, column: str) -> int:
    """How many rows a row of the copy relates to."""
    found = [node for node in copy.notion.nodes.values() if copy.notion.title(node) == title]
    return len(found[-1].data["properties"][column]["relation"])


def test_more_relations_than_a_request_takes_come_from_the_other_side(tmp_path: Path) -> None:
    top, one, two = paired()
    rows = [two.row(f"T{number}").id for number in range(103)]
    one.row("Hub", {"To": rows})
    one.row("Small", {"To": rows[:2]})
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert lost(copy) == {}
        assert related(copy, "Hub", "To") == 103


def test_one_way_more_relations_than_a_request_takes_are_cut(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    one, two = top.database("One", {}), top.database("Two", {})
    to = properties.relation(two.id, notion.source(two.id))
    notion.put_property(notion.source(one.id), properties.named({"To": to}))
    one.row("Hub", {"To": [two.row(f"T{number}").id for number in range(102)]})
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert lost(copy) == {Loss.RELATION_CUT: 1}


def test_a_two_way_relation_to_a_database_that_stays_becomes_one_way(tmp_path: Path) -> None:
    top, one, two = paired()
    one.row("A", {"To": [two.row("B").id]})
    with copying(tmp_path / "repository", top) as copy:
        copy.choose("One")
        sent = copy.send()
        assert copy.proof(sent).differences == () and copy.proof(sent).unfounded == ()
        assert lost(copy) == {Loss.ONE_WAY: 1}
        assert related(copy, "A", "To") == 1
        assert copy.touched() == set()


def test_a_relation_to_what_notion_does_not_show_is_a_loss(tmp_path: Path) -> None:
    top, one, two = paired()
    one.row("A", {"To": [two.row("B").id]})
    with copying(tmp_path / "repository", top) as copy:
        copy.notion.unshare(two.id)
        said = restore(copy.backup, "top/one", "--json", RESTORE_INTO=copy.goal.id)
        assert said.code == 0, said.out
        codes = {each["code"] for each in said.json["losses"]}
        assert codes == {"relation-outside"}


def test_a_relation_to_a_row_that_was_deleted_costs_only_itself(tmp_path: Path) -> None:
    top, one, two = paired()
    gone = two.row("Gone")
    one.row("A", {"To": [gone.id]})
    one.row("B", {"To": [two.row("Here").id]})
    with copying(tmp_path / "repository", top) as copy:
        copy.notion.trash(gone.id)
        copy.notion.purge(gone.id)
        said = restore(copy.backup, "top/one", RESTORE_INTO=copy.goal.id)
        assert said.code == 1
        assert "top/one/a" in said.out and "Notion refused “To”" in said.out
        assert related(copy, "B", "To") == 1


def archive() -> Branch:
    notion = ground()
    top = Branch.root(notion, "Top")
    database = top.database("Things", {"Next": properties.of("checkbox")})
    notion.archive(database.row("Old", {}, "Words").id)
    database.row("New")
    notion.archive(database.row("Older").id)
    return top


def test_archived_rows_come_back_archived(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", archive()) as copy:
        hold(copy)
        assert lost(copy) == {}


def test_a_run_that_dies_while_rows_are_archived_is_continued(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", archive()) as copy:
        for at in range(copy.writes - 4, copy.writes):
            copy.begin_anew()
            assert copy.killed(at)
            assert copy.proof(copy.send()).differences == (), at


def test_options_that_do_not_fit_into_a_list_come_with_the_rows(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    names = [f"o{number}" for number in range(120)]
    database = top.database(
        "Things",
        {"Kind": properties.select(*names), "State": properties.status(To_do=names)},
    )
    database.row("Cup", {"Kind": "o110", "State": "o110"})
    with copying(tmp_path / "repository", top) as copy:
        sent = copy.send()
        assert copy.proof(sent).differences == ()
        assert lost(copy) == {Loss.DATABASE_EXTRAS: 2, Loss.DEFAULT_STATUS: 1}
        (made,) = copy.notion.listed(copy.goal.id)
        (row,) = copy.notion.node(copy.notion.source(copy.notion.listed(made)[0])).children
        values: Json = copy.notion.node(row).data["properties"]
        assert values["Kind"]["select"]["name"] == "o110"


def test_a_formula_that_notion_refuses_costs_only_itself(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top", "Words")
    schema = {
        "Good": properties.formula("1 + 1"),
        "Bad": properties.formula("2 + 2"),
    }
    top.database("Things", schema).row("Cup")
    with copying(tmp_path / "repository", top) as copy:
        copy.backup.server.writes.plan = lambda write: (
            trouble.Trouble(400) if "2 + 2" in write.text else None
        )
        said = restore(copy.backup, "top", RESTORE_INTO=copy.goal.id)
        assert said.code == 1
        assert "Notion refused “Bad”" in said.out and "“Good”" not in said.out
        assert "that the plan did not foresee" not in said.out
        assert copy.copies == ["Top"]


def test_a_database_in_a_wiki_comes_at_the_end_of_the_page_above(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top", "Words")
    wiki = top.database("Wiki", {})
    wiki.row("Entry").database("In a row", {}).row("Deep")
    wiki.database("In the wiki", {}).row("Other")
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert lost(copy) == {Loss.DATABASE_MOVED: 1}
        (made,) = notion.listed(copy.goal.id)
        last = notion.node(notion.listed(made)[-1])
        assert notion.title(last) == "In the wiki"


def test_a_two_way_relation_of_a_database_with_itself_is_one_pair(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    database = top.database("Things", {})
    here = database.first_source
    for name, other in (("Parent", "Sub"), ("Sub", "Parent")):
        column = properties.relation(database.id, here, (other, id_of(other)))
        notion.put_property(here, properties.named({name: column}))
    one = database.row("One")
    database.row("Two", {"Parent": [one.id]})
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert related(copy, "One", "Sub") == 1
