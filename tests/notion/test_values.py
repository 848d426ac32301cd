"""Property values that Notion cuts are completed, at the price of one request each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backup.errors import NotionError
from backup.model import Json, bare_id, packed
from backup.notion import read
from fakenotion import build, faults
from fakenotion import properties as p
from tests.notion.service import Service, at_once, one_page, row_of

Serve = Callable[..., Service]
IDS = [build.dashed_id(f"{number:032x}") for number in range(1, 61)]
PEOPLE = [build.person(id_, f"Person {number}") for number, id_ in enumerate(IDS)]


def _mentions(count: int) -> list[Any]:
    parts: list[Any] = []
    for who in PEOPLE[:count]:
        parts += [build.mention_user(who), ", "]
    return [*parts, "all of them."]


def _completed(service: Service, page: str, schema: Json) -> Json:
    """The page's values after it was read, without the one request for its blocks."""
    row = row_of(service, page)
    properties: Json = read.page(service.client, row, schema, at_once).raw["properties"]
    return properties


def _asked(service: Service) -> list[str]:
    """The property ids that were asked for, as they stood in the path."""
    return [path.rsplit("/", 1)[1] for path in service.paths() if "/properties/" in path]


def _one(serve: Serve, type_: str, plain: Any) -> tuple[Service, str, Json]:
    """A page with one value beside its title."""
    columns = {"Name": p.of("title"), "Value": p.of(type_)}
    workspace, page = one_page(schema=columns, Value=plain)
    service = serve(workspace, most=20)
    return service, page, workspace.schema_of(workspace.node(page))


def test_nothing_is_asked_when_nothing_is_cut(serve: Serve) -> None:
    for type_, plain in (
        ("relation", IDS[:25]),
        ("people", PEOPLE[:24]),
        ("rich_text", _mentions(24)),
        ("rich_text", "word " * 400),
        ("number", 7),
    ):
        service, page, schema = _one(serve, type_, plain)
        before = service.client.page(page)["properties"]
        assert _completed(service, page, schema) == before
        assert _asked(service) == []


def test_a_relation_of_more_than_25_is_completed(serve: Serve) -> None:
    service, page, schema = _one(serve, "relation", IDS[:55])
    assert service.client.page(page)["properties"]["Value"]["has_more"] is True
    value = _completed(service, page, schema)["Value"]
    assert [one["id"] for one in value["relation"]] == IDS[:55]
    assert value["has_more"] is False
    assert len(_asked(service)) == 3  # pages of 20 here


def test_people_beyond_25_are_completed(serve: Serve) -> None:
    service, page, schema = _one(serve, "people", PEOPLE[:30])
    value = _completed(service, page, schema)["Value"]
    assert [one["name"] for one in value["people"]] == [one["name"] for one in PEOPLE[:30]]
    assert set(value) == {"id", "type", "people"}


def test_a_text_with_more_than_25_mentions_is_completed(serve: Serve) -> None:
    service, page, schema = _one(serve, "rich_text", _mentions(40))
    value = _completed(service, page, schema)["Value"]
    assert value["rich_text"] == build.runs(_mentions(40))


def test_a_title_with_more_than_25_mentions_is_completed(serve: Serve) -> None:
    workspace, page = one_page()
    workspace.rename(page, _mentions(30))
    service = serve(workspace)
    row = row_of(service, page)
    found = read.page(service.client, row, {}, at_once)
    assert found.title.endswith("@Person 29, all of them.")


def test_each_value_that_is_cut_is_asked_for_once_by_its_id(serve: Serve) -> None:
    columns = {
        "Name": p.of("title"),
        "Pages: all?": p.of("relation"),
        "People": p.of("people"),
        "Few": p.of("people"),
    }
    values = {"Pages: all?": IDS[:30], "People": PEOPLE[:26], "Few": PEOPLE[:2]}
    workspace, page = one_page(schema=columns, **values)
    service = serve(workspace)
    properties = service.client.page(page)["properties"]
    whole = _completed(service, page, workspace.schema_of(workspace.node(page)))
    assert list(whole) == list(properties)
    wanted = [properties[name]["id"] for name in ("Pages: all?", "People")]
    assert sorted(_asked(service)) == sorted(wanted)


# -- rollups -------------------------------------------------------------------------------------


def _rolled(serve: Serve, related: int, result: Any) -> tuple[Service, str, Json]:
    columns = {
        "Name": p.of("title"),
        "Pages": p.of("relation"),
        "Sum": p.rollup("Pages", "Hours", "sum"),
    }
    workspace, page = one_page(schema=columns, Pages=IDS[:related], Sum=result)
    service = serve(workspace)
    return service, page, workspace.schema_of(workspace.node(page))


def _listing(service: Service, result: Json, *items: Json) -> None:
    """Makes the property endpoint give the rollup as a list, one item an answer."""
    rollup = {"id": "x", "type": "rollup", "rollup": result, "next_url": None}
    envelope = {"object": "list", "type": "property_item", "property_item": rollup}
    answers = [
        {**envelope, "results": [item], "has_more": number < len(items), "next_cursor": str(number)}
        for number, item in enumerate(items, 1)
    ] or [{**envelope, "results": [], "has_more": False, "next_cursor": None}]
    left = iter(answers)
    rollups = {_rollup_id(service)}

    def change(path: str, sent: Json) -> object:
        is_rollup = any(f"/properties/{id_}" in path for id_ in rollups)
        return next(left) if is_rollup else sent

    service.stand_in.change = change


def _rollup_id(service: Service) -> str:
    page = next(node for node in service.workspace.nodes.values() if node.kind == "page")
    return str(page.data["properties"]["Sum"]["id"])


def test_a_rollup_over_a_whole_relation_is_taken_as_it_is(serve: Serve) -> None:
    service, page, schema = _rolled(serve, 25, 12.5)
    assert _completed(service, page, schema)["Sum"]["rollup"]["number"] == 12.5
    assert _asked(service) == []


def test_a_rollup_over_a_cut_relation_is_asked_for(serve: Serve) -> None:
    service, page, schema = _rolled(serve, 30, 12.5)
    result = {"type": "number", "number": 99, "function": "sum"}
    _listing(service, result)
    whole = _completed(service, page, schema)
    assert whole["Sum"]["rollup"] == result
    assert len(whole["Pages"]["relation"]) == 30
    assert len(_asked(service)) == 2


def test_the_last_answer_has_the_final_aggregate(serve: Serve) -> None:
    service, page, schema = _rolled(serve, 30, 12.5)
    item = {"object": "property_item", "id": "y", "type": "number", "number": 1}
    _listing(service, {"type": "number", "number": 99, "function": "sum"}, item, item, item)
    assert _completed(service, page, schema)["Sum"]["rollup"]["number"] == 99


def test_a_rollup_that_shows_the_originals_is_put_together_from_its_items(serve: Serve) -> None:
    service, page, schema = _rolled(serve, 30, [])
    head = {"object": "property_item", "id": "y"}
    _listing(
        service,
        {"type": "array", "array": [], "function": "show_original"},
        {**head, "type": "title", "title": build.text("One")},
        {**head, "type": "number", "number": 2},
        {**head, "type": "people", "people": PEOPLE[0]},
        {**head, "type": "date", "date": None},
    )
    assert _completed(service, page, schema)["Sum"]["rollup"]["array"] == [
        {"type": "title", "title": [build.text("One")]},
        {"type": "number", "number": 2},
        {"type": "people", "people": [PEOPLE[0]]},
        {"type": "date", "date": None},
    ]


def test_a_rollup_that_comes_in_one_piece_is_taken_as_it_is(serve: Serve) -> None:
    """Also one that shows the originals: its array must not be wrapped again."""
    titles = [{"type": "title", "title": build.runs(f"Row {number}")} for number in range(30)]
    service, page, schema = _rolled(serve, 30, titles)
    one = {"object": "property_item", "id": "x", "type": "rollup"}
    rollup = {"type": "array", "array": titles, "function": "show_original"}
    service.stand_in.change = lambda path, sent: (
        {**one, "rollup": rollup} if path.split("?")[0].endswith(_rollup_id(service)) else sent
    )
    assert _completed(service, page, schema)["Sum"]["rollup"] == rollup


@pytest.mark.parametrize("kind", ["unsupported", "incomplete"])
def test_a_rollup_that_notion_does_not_work_out_is_not_a_wrong_number(
    kind: str, serve: Serve
) -> None:
    service, page, schema = _rolled(serve, 30, 12.5)
    _listing(service, {"type": kind, kind: {}})
    assert _completed(service, page, schema)["Sum"]["rollup"] == {"type": kind, kind: {}}


# -- trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", [None, "text", {}, {"type": "people"}, {"people": None}])
def test_half_a_value_is_not_taken_for_the_value(item: object, serve: Serve) -> None:
    service, page, schema = _one(serve, "people", PEOPLE[:30])

    def change(path: str, sent: Json) -> object:
        return {**sent, "results": [*sent["results"][1:], item]} if "properties" in path else sent

    service.stand_in.change = change
    with pytest.raises(NotionError, match=f"no whole value of property .* of page {page}"):
        _completed(service, page, schema)


@pytest.mark.parametrize("item", [None, "text", [], {}, {"rollup": None}])
def test_a_rollup_without_its_result_is_an_error(item: object, serve: Serve) -> None:
    service, page, schema = _rolled(serve, 30, 12.5)
    empty = {"object": "list", "results": [], "has_more": False, "property_item": item}
    service.stand_in.change = lambda path, sent: (
        empty if f"/properties/{_rollup_id(service)}" in path else sent
    )
    with pytest.raises(NotionError, match="no whole value"):
        _completed(service, page, schema)


@pytest.mark.parametrize("id_", [None, "", 7])
def test_a_cut_value_without_an_id_is_an_error(id_: object, serve: Serve) -> None:
    service, page, schema = _one(serve, "people", PEOPLE[:30])
    row = row_of(service, page)
    raw = row.raw
    raw["properties"]["Value"]["id"] = id_
    row = replace(row, packed=packed(raw))
    with pytest.raises(NotionError, match="without its id"):
        read.page(service.client, row, schema, at_once)


def test_a_refused_property_fails_the_page(serve: Serve) -> None:
    service, page, schema = _one(serve, "people", PEOPLE[:30])
    service.stand_in.fail_next(faults.error(400), path="/properties/")
    with pytest.raises(NotionError):
        _completed(service, page, schema)


ODD = (None, 7, "text", [], [None], {}, {"rollup": 3}, {"rollup": {"relation_property_name": []}})


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_schema_changes_nothing_about_other_values(odd: Any, serve: Serve) -> None:
    service, page, _ = _rolled(serve, 30, 12.5)
    whole = _completed(service, page, {"Pages": odd, "Sum": odd})
    assert len(whole["Pages"]["relation"]) == 30
    assert whole["Sum"]["rollup"]["number"] == 12.5


@pytest.mark.parametrize(
    "odd", [None, 7, "text", [1], {"type": "people", "people": "x"}, {"type": 3}]
)
def test_odd_values_stay_as_they_are(odd: object, serve: Serve) -> None:
    service, page, schema = _one(serve, "number", 7)
    row = row_of(service, page)
    raw = row.raw
    raw["properties"]["Odd"] = odd
    row = replace(row, packed=packed(raw))
    found = read.page(service.client, row, schema, at_once)
    assert found.raw["properties"]["Odd"] == odd
    assert found.id == bare_id(page)


@pytest.mark.parametrize("odd", [None, 7, "text", [1]])
def test_a_page_with_odd_properties_has_none(odd: object, serve: Serve) -> None:
    service, page, schema = _one(serve, "number", 7)
    row = row_of(service, page)
    row = replace(row, packed=packed({**row.raw, "properties": odd}))
    assert read.page(service.client, row, schema, at_once).raw["properties"] == {}
