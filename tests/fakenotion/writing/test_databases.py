"""Databases, data sources and their schemas that are made and changed, as the API does it."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion.workspace import Workspace
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import below, paragraph, text, titled

NAME: dict[str, Any] = {"Name": {"title": {}}}


def database(home: str, title: str = "Data", **columns: Any) -> dict[str, Any]:
    first = {"properties": {**NAME, **columns}}
    return {**below(home), "title": [text(title)], "initial_data_source": first}


class Data:
    """Databases by their data sources."""

    def __init__(self, author: Author, home: str) -> None:
        self.author, self.home = author, home

    def make(self, title: str = "Data", **columns: Any) -> str:
        made = self.author.made("POST", "databases", database(self.home, title, **columns))
        return str(made["data_sources"][0]["id"])

    def schema(self, source: str) -> Any:
        return self.author.json(f"data_sources/{source}")["properties"]

    def change(self, source: str, **columns: Any) -> Any:
        path = f"data_sources/{source}"
        return self.author.made("PATCH", path, {"properties": columns})["properties"]

    def refused(self, source: str, **columns: Any) -> str:
        return self.author.refused("PATCH", f"data_sources/{source}", {"properties": columns})

    def row(self, source: str, **values: Any) -> Any:
        body = {"parent": {"data_source_id": source}, "properties": values}
        return self.author.made("POST", "pages", body)


@pytest.fixture
def data(author: Author, home: str) -> Data:
    return Data(author, home)


def test_a_database_lands_at_the_end_with_its_first_source(author: Author, home: str) -> None:
    body = database(home, Number={"type": "number", "number": {"format": "euro"}})
    body |= {"properties": {"Lost": {"checkbox": {}}}, "is_inline": True}
    body |= {"description": [text("About")], "icon": {"emoji": "🍎"}}
    made = author.made("POST", "databases", body)
    author.append(home, paragraph())
    assert [one["type"] for one in author.children(home)] == ["child_database", "paragraph"]
    assert (made["is_inline"], made["icon"]["emoji"]) == (True, "🍎")
    assert made["created_time"] == "2026-10-01T08:00:00.000+00:00"
    (source,) = made["data_sources"]
    found = author.json(f"data_sources/{source['id']}")
    assert source["name"] == "Data"
    assert set(found["properties"]) == {"Name", "Number"}
    assert found["properties"]["Number"]["number"] == {"format": "euro"}
    assert found["description"][0]["plain_text"] == "About"
    assert len(author.json("views", database_id=made["id"])["results"]) == 1


def test_a_database_stands_below_a_page_alone(author: Author, home: str) -> None:
    (block,) = author.append(home, paragraph())
    body = {**database(home), "parent": {"type": "block_id", "block_id": block["id"]}}
    assert "parent.block_id should be not present" in author.refused("POST", "databases", body)
    at = {"type": "after_block", "after_block": {"id": block["id"]}}
    body = {**database(home), "position": at}
    assert "body.position should be not present" in author.refused("POST", "databases", body)


def test_a_schema_that_is_refused_leaves_nothing_behind(
    author: Author, workspace: Workspace, home: str
) -> None:
    before = (set(workspace.nodes), set(workspace.views), workspace.node(home).edited)
    without = {**database(home), "initial_data_source": {"properties": {"A": {"checkbox": {}}}}}
    assert author.refused("POST", "databases", without) == "Title is not provided"
    wrong = database(home, Sum={"formula": {"expression": 'prop("Nothing")'}})
    assert "undefined property" in author.refused("POST", "databases", wrong)
    assert (set(workspace.nodes), set(workspace.views), workspace.node(home).edited) == before


def test_every_simple_type_can_be_made(data: Data) -> None:
    types = (
        *("rich_text", "number", "select", "multi_select", "status", "date", "people", "files"),
        *("checkbox", "url", "email", "phone_number", "created_time", "created_by"),
        *("last_edited_time", "last_edited_by", "unique_id", "place"),
    )
    source = data.make(**{type_: {"type": type_, type_: {}} for type_ in types})
    schema = data.schema(source)
    assert {name: column["type"] for name, column in schema.items()} == {
        "Name": "title",
        **{type_: type_ for type_ in types},
    }
    assert list(schema)[-1] == "Name"
    row = data.row(source, **titled("Row", "Name"))
    assert set(row["properties"]) == set(schema)
    assert row["properties"]["status"]["status"]["name"] == "Not started"


def test_what_is_not_a_property_is_refused(data: Data) -> None:
    source = data.make(Push={"button": {}})
    assert set(data.schema(source)) == {"Name"}
    for type_ in ("verification", "last_visited_time", "nonsense"):
        assert data.refused(source, Odd={"type": type_, type_: {}})
    assert "one title property" in data.refused(source, Second={"title": {}})
    assert "undefined" in data.refused(source, Odd={})


def test_a_property_is_renamed_by_name_or_id_and_taken_away(data: Data) -> None:
    source = data.make(Old={"checkbox": {}}, Gone={"checkbox": {}})
    row = data.row(source, Old={"checkbox": True})
    id_ = data.schema(source)["Old"]["id"]
    data.change(source, **{id_: {"name": "New"}, "Gone": None, "Name": {"name": "Title"}})
    schema = data.schema(source)
    assert set(schema) == {"Title", "New"}
    assert schema["New"]["id"] == id_
    found = data.author.json(f"pages/{row['id']}")["properties"]
    assert found["New"]["checkbox"] is True
    assert "Cannot delete the title" in data.refused(source, Title=None)
    data.change(source, Old={"checkbox": {}})
    assert data.schema(source)["Old"]["id"] != id_


def test_a_list_of_options_replaces_the_old_one(data: Data) -> None:
    names = [{"name": "A", "color": "red"}, {"name": "B"}]
    source = data.make(
        One={"select": {"options": names}}, Many={"multi_select": {"options": names}}
    )
    row = data.row(source, One={"select": {"name": "A"}}, Many={"multi_select": names})
    kept = data.schema(source)["One"]["select"]["options"][1]
    new = {"options": [{"name": "B"}, {"name": "C", "color": "blue"}]}
    schema = data.change(source, One={"select": new}, Many={"multi_select": new})
    assert [one["name"] for one in schema["One"]["select"]["options"]] == ["B", "C"]
    assert schema["One"]["select"]["options"][0] == kept
    found = data.author.json(f"pages/{row['id']}")["properties"]
    assert found["One"]["select"] is None
    assert [one["name"] for one in found["Many"]["multi_select"]] == ["B"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([{"name": "a"}, {"name": "A"}], "unique names"),
        ([{"name": "a, b"}], "commas not allowed"),
        ([{"name": "B", "color": "red"}], "Cannot update color of select with name: B."),
        ([{"name": "C", "color": "crimson"}], "color should be"),
        ([{"color": "red"}], "name should be defined"),
        ([{"name": "C", "group": "To-do"}], "group should be not present"),
    ],
)
def test_options_are_held_to_their_rules(options: Any, said: str, data: Data) -> None:
    source = data.make(One={"select": {"options": [{"name": "B"}]}})
    assert said in data.refused(source, One={"select": {"options": options}})


def test_options_of_a_status_go_into_notions_three_groups(data: Data) -> None:
    options = [
        {"name": "Idea"},
        {"name": "Doing", "group": "In progress", "color": "blue"},
        {"name": "Shipped", "group": "Complete"},
    ]
    source = data.make(State={"status": {"options": options}})
    state = data.schema(source)["State"]["status"]
    ids = {one["id"]: one["name"] for one in state["options"]}
    groups = {one["name"]: [ids[id_] for id_ in one["option_ids"]] for one in state["groups"]}
    assert groups == {"To-do": ["Idea"], "In progress": ["Doing"], "Complete": ["Shipped"]}
    assert "group should be" in data.refused(
        source, State={"status": {"options": [{"name": "X", "group": "Mine"}]}}
    )
    more = [*state["options"], {"name": "Late", "group": "In progress"}]
    changed = data.change(source, State={"status": {"options": more}})["State"]["status"]
    assert [len(one["option_ids"]) for one in changed["groups"]] == [1, 2, 1]


def test_the_other_side_of_a_relation_gets_a_name_and_can_be_renamed(data: Data) -> None:
    one, other = data.make("One"), data.make("Other")
    config = {"data_source_id": other, "type": "dual_property", "dual_property": {}}
    made = data.change(one, Link={"relation": config})["Link"]["relation"]
    back = data.schema(other)["Related to One (Link)"]
    assert made["dual_property"] == {
        "synced_property_name": "Related to One (Link)",
        "synced_property_id": back["id"],
    }
    assert back["relation"]["dual_property"]["synced_property_name"] == "Link"
    data.change(other, **{back["id"]: {"name": "Back"}})
    there = data.schema(one)["Link"]["relation"]["dual_property"]
    assert (there["synced_property_name"], there["synced_property_id"]) == ("Back", back["id"])
    target = data.row(other)
    row = data.row(one, Link={"relation": [{"id": target["id"]}]})
    found = data.author.json(f"pages/{target['id']}")["properties"]["Back"]
    assert found["relation"] == [{"id": row["id"]}]


def test_both_sides_sent_are_two_pairs(data: Data) -> None:
    one, other = data.make("One"), data.make("Other")
    for here, there in ((one, other), (other, one)):
        config = {"data_source_id": there, "type": "dual_property", "dual_property": {}}
        data.change(here, Link={"relation": config})
    assert len(data.schema(one)) == len(data.schema(other)) == 3


def test_a_relation_to_its_own_source_and_to_none(data: Data) -> None:
    one = data.make("One")
    for kind in ("single_property", "dual_property"):
        data.change(one, **{kind: {"relation": {"data_source_id": one, "type": kind, kind: {}}}})
    assert len(data.schema(one)) == 4
    away = {"data_source_id": "0" * 32, "single_property": {}}
    answer = data.author.send(
        "PATCH", f"data_sources/{one}", {"properties": {"Away": {"relation": away}}}
    )
    assert answer.status_code == 404
    assert len(data.schema(one)) == 4


def test_rollups_and_formulas_need_what_they_use(data: Data) -> None:
    other = data.make("Other", Cost={"number": {}})
    one = data.make("One", N={"number": {}})
    rollup = {"relation_property_name": "Link", "rollup_property_name": "Cost", "function": "sum"}
    assert "a property that exists" in data.refused(one, Sum={"rollup": rollup})
    double = {"expression": 'prop("Sum") * 2'}
    assert "undefined property" in data.refused(one, Double={"formula": double})
    link = {"data_source_id": other, "single_property": {}}
    data.change(one, Double={"formula": double}, Sum={"rollup": rollup}, Link={"relation": link})
    id_ = data.schema(one)["N"]["id"]
    token = {"expression": "{{notion:block_property:" + id_ + ":a:b}} + 1"}
    schema = data.change(one, More={"formula": token})
    assert schema["More"]["formula"] == {"expression": 'prop("N") + 1'}
    rows = [data.row(other, Cost={"number": cost})["id"] for cost in (1, 2)]
    row = data.row(one, N={"number": 4}, Link={"relation": [{"id": id_} for id_ in rows]})
    found = row["properties"]
    assert found["Sum"]["rollup"]["number"] == 3
    assert (found["Double"]["formula"]["number"], found["More"]["formula"]["number"]) == (6, 5)
    assert "a function of rollups" in data.refused(one, Sum={"rollup": {**rollup, "function": "x"}})


def test_a_refused_schema_changes_nothing(data: Data) -> None:
    other = data.make("Other")
    one = data.make("One", N={"number": {}})
    before = data.schema(one), data.schema(other)
    link = {"data_source_id": other, "dual_property": {}}
    bad = {"formula": {"expression": 'prop("Nothing")'}}
    data.refused(one, A={"checkbox": {}}, Link={"relation": link}, Bad=bad, N=None)
    assert (data.schema(one), data.schema(other)) == before


def test_numbers_of_rows_have_a_prefix(data: Data) -> None:
    source = data.make(No={"unique_id": {"prefix": "AB"}})
    assert data.row(source)["properties"]["No"]["unique_id"] == {"prefix": "AB", "number": 1}
    assert data.change(source, No={"unique_id": {"prefix": "CD"}})["No"]["unique_id"] == {
        "prefix": "CD"
    }


def test_a_database_and_its_source_are_changed(author: Author, home: str) -> None:
    made = author.made("POST", "databases", database(home))
    source = made["data_sources"][0]["id"]
    body = {"title": [text("New")], "description": [text("About")], "is_locked": True}
    changed = author.made("PATCH", f"databases/{made['id']}", body)
    assert (changed["title"][0]["plain_text"], changed["is_locked"]) == ("New", True)
    body = {"title": [text("Rows")], "icon": {"emoji": "🍎"}}
    found = author.made("PATCH", f"data_sources/{source}", body)
    assert (found["title"][0]["plain_text"], found["icon"]["emoji"]) == ("Rows", "🍎")
    assert "body.properties should be not present" in author.refused(
        "PATCH", f"databases/{made['id']}", {"properties": {}}
    )


def test_a_database_goes_to_the_trash_and_comes_back(author: Author, home: str) -> None:
    made = author.made("POST", "databases", database(home))
    source = made["data_sources"][0]["id"]
    author.made("PATCH", f"blocks/{made['id']}", {"in_trash": True})
    assert author.children(home) == []
    assert "archived ancestor" in author.refused(
        "PATCH", f"data_sources/{source}", {"properties": {}}
    )
    author.made("PATCH", f"blocks/{made['id']}", {"in_trash": False})
    for path in (f"data_sources/{source}", f"databases/{made['id']}"):
        assert author.made("PATCH", path, {"in_trash": True})["in_trash"] is True
        assert author.made("PATCH", path, {"in_trash": False})["in_trash"] is False
    assert len(author.children(home)) == 1


def test_a_database_may_have_further_sources(author: Author, home: str) -> None:
    made = author.made("POST", "databases", database(home))
    body = {
        "parent": {"type": "database_id", "database_id": made["id"]},
        "properties": {**NAME, "N": {"number": {}}},
        "title": [text("Second")],
    }
    source = author.made("POST", "data_sources", body)
    assert source["parent"] == body["parent"]
    names = [one["name"] for one in author.json(f"databases/{made['id']}")["data_sources"]]
    assert names == ["Data", "Second"]
    page = {"parent": {"database_id": made["id"]}}
    assert "multiple data sources" in author.refused("POST", "pages", page)


def test_a_prefix_may_be_taken(data: Data, workspace: Workspace) -> None:
    numbered = {"unique_id": {"prefix": "AB"}}
    data.make("One", No=numbered)
    other = data.make("Other", No=numbered)
    workspace.unique_prefixes = True
    assert "no other data source has" in data.refused(other, No=numbered)
    assert data.change(other, No={"unique_id": {}})["No"]["unique_id"] == {"prefix": None}
