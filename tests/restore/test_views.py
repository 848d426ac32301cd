"""Views come back with their names, types, sorts and filters; what else they say is a loss."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from backup.model import Json, bare_id
from backup.restore.losses import Loss, counted_by_kind
from backup.restore.steps import MakeViews
from fakenotion import properties
from fakenotion.branches import Branch
from fakenotion.workspace import Workspace
from fakenotion.writing import trouble
from tests.support.backups import backing_up
from tests.support.copying import Copying, copying, ground
from tests.support.restoring import restore


def shown() -> Branch:
    """A page with a database that has a table, a board of it, a list without a filter, and a chart."""
    notion = ground()
    top = Branch.root(notion, "Top", "Words")
    schema = {"Size": properties.number(), "Kind": properties.select("big", "small")}
    database = top.database("Things", schema)
    source, cup = database.first_source, database.row("Cup", {"Size": 3, "Kind": "big"})
    columns = notion.node(source).data["properties"]
    (table,) = notion.views_of(database.id)
    big: Json = {"property": columns["Kind"]["id"], "select": {"equals": "big"}}
    made = {"timestamp": "created_time", "created_time": {"after": "2026-01-01"}}
    sorts = [{"property": "Size", "direction": "descending"}]
    notion.change_view(table, name="All", sorts=sorts, where={"and": [big, {"or": [made]}]})
    board = notion.add_view(database.id, source, "By kind", "board")
    group = {"type": "select", "property_id": columns["Kind"]["id"], "sort": {"type": "manual"}}
    notion.views[bare_id(board)]["configuration"] = {"type": "board", "group_by": group}
    notion.add_view(database.id, source, "Bare", "list", columns=["Size"])
    notion.add_view(database.id, source, "Sums", "chart")
    cup.text("In a cup")
    return top


def views(notion: Workspace, database: str) -> list[Json]:
    return [notion.views[bare_id(id_)] for id_ in notion.views_of(database)]


def copied(copy: Copying) -> list[Json]:
    (made,) = copy.notion.listed(copy.goal.id)
    return views(copy.notion, copy.notion.listed(made)[1])


def test_views_keep_name_type_sorts_and_filters(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", shown()) as copy:
        sent = copy.send()
        assert copy.proof(sent).differences == ()
        assert copy.requests == copy.plan.requests
        found = copied(copy)
        assert [(one["name"], one["type"]) for one in found] == [
            ("All", "table"),
            ("By kind", "board"),
            ("Bare", "list"),
        ]
        big = {"property": "Kind", "select": {"equals": "big"}}
        assert found[0]["filter"]["and"][0] == big
        assert found[0]["sorts"] == [{"property": "Size", "direction": "descending"}]
        columns = copy.notion.node(found[1]["data_source_id"]).data["properties"]
        assert found[1]["configuration"]["group_by"]["property_id"] == unquote(
            columns["Kind"]["id"]
        )
        lost = dict(counted_by_kind(copy.plan.losses))
        assert lost == {Loss.VIEWS: 1, Loss.VIEW_EXTRAS: 1}
        assert copy.proof(sent).unfounded == ()


def test_the_second_time_nothing_of_a_view_is_lost(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", shown()) as copy:
        copy.send()
        notion, attic = copy.notion, Branch.root(copy.notion, "Attic")
        with backing_up(tmp_path / "second", notion, git=False) as again:
            assert again.run(DATABASES=copy.goal.id).code == 0
            said = restore(again, bare_id(copy.goal.id), "--json", RESTORE_INTO=attic.id)
        assert (said.code, said.json["losses"]) == (0, []), said.out


def test_a_run_that_dies_at_any_view_makes_none_twice(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", shown()) as copy:
        writes = copy.writes
        (step,) = (step for step in copy.plan.steps if isinstance(step, MakeViews))
        for at in range(writes - len(step.views) - 1, writes):
            copy.begin_anew()
            assert copy.killed(at)
            assert copy.proof(copy.send()).differences == (), at
            assert len(copied(copy)) == 3


def test_a_view_that_notion_refuses_costs_only_itself(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", shown()) as copy:
        copy.backup.server.writes.plan = lambda write: (
            trouble.Trouble(400) if write.path == "/v1/views" and "board" in write.text else None
        )
        said = restore(copy.backup, "top", RESTORE_INTO=copy.goal.id)
        assert said.code == 1
        assert "Notion refused the view “By kind”" in said.out
        assert len(copied(copy)) == 2 and "is not in the copy" not in said.out


def test_a_filter_by_a_column_that_is_not_made_is_left_out(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top")
    database = top.database("Things", {"Press": properties.of("button")})
    (table,) = notion.views_of(database.id)
    notion.change_view(table, where={"property": "Press", "rich_text": {"is_empty": True}})
    with copying(tmp_path / "repository", top) as copy:
        sent = copy.send()
        assert copy.proof(sent).differences == ()
        assert Loss.VIEW_EXTRAS in dict(counted_by_kind(copy.plan.losses))
