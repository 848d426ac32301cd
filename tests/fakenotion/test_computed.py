"""Formulas and rollups as a client sees them."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import properties
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

DAY = {"start": "2026-08-31", "end": None, "time_zone": None}


def worked_out(workspace: Workspace, client: Client, expression: str, **values: Any) -> Any:
    """What a formula gives in a row with these values."""
    columns = {
        "Minutes": properties.number(),
        "Done": properties.of("checkbox"),
        "Day": properties.of("date"),
        "Area": properties.select("Hardware", "Software"),
        "Result": properties.formula(expression),
    }
    row = workspace.add_page(workspace.add_database("Notes", columns), "Tea", values)
    return client.json(f"pages/{row}")["properties"]["Result"]["formula"]


@pytest.mark.parametrize(
    ("expression", "kind", "expected"),
    [
        ("1 + 2 * 3", "number", 7),
        ("(1 + 2) * 3", "number", 9),
        ("10 / 4 - -1", "number", 3.5),
        ("7 % 4", "number", 3),
        ("1 / 0", "number", None),
        ("round(7.5) / 10", "number", 0.8),
        ('prop("Minutes") / 2', "number", 22.5),
        ('prop("Minutes") > 20', "boolean", True),
        ('prop("Minutes") == 45 and not prop("Done")', "boolean", True),
        ('prop("Minutes") < 1 or prop("Done")', "boolean", False),
        ('if(prop("Minutes") > 20, "long", "short")', "string", "long"),
        ('prop("Name") + " in " + prop("Area")', "string", "Tea in Hardware"),
        ('length(prop("Name"))', "number", 3),
        ('empty(prop("Day"))', "boolean", False),
        ('format(prop("Done"))', "string", "false"),
        ('dateAdd(prop("Day"), 6, "months")', "date", {**DAY, "start": "2027-02-28"}),
        ('dateAdd(prop("Day"), 1, "days")', "date", {**DAY, "start": "2026-09-01"}),
        ('"a \\"word\\""', "string", 'a "word"'),
    ],
)
def test_a_formula_is_worked_out(
    expression: str, kind: str, expected: Any, workspace: Workspace, client: Client
) -> None:
    values = {"Minutes": 45, "Day": DAY["start"], "Area": "Hardware"}
    found = worked_out(workspace, client, expression, **values)
    assert found == {"type": kind, kind: expected}


@pytest.mark.parametrize(
    "expression",
    [
        "now()",
        "prop(",
        'prop("Nothing")',
        "1 +",
        "§",
        'round("x")',
        'dateAdd(prop("Day"), "x", "ages")',
    ],
)
def test_what_is_not_understood_has_no_value(
    expression: str, workspace: Workspace, client: Client
) -> None:
    found = worked_out(workspace, client, expression, Day=DAY["start"])
    assert found == {"type": "string", "string": None}


def test_a_value_given_by_hand_stays(workspace: Workspace, client: Client) -> None:
    unsupported = {"type": "unsupported", "unsupported": {}}
    assert worked_out(workspace, client, "1 + 2", Result=unsupported) == unsupported


def test_a_formula_that_asks_for_itself_comes_to_an_end(
    workspace: Workspace, client: Client
) -> None:
    found = worked_out(workspace, client, 'prop("Result") + 1')
    assert found == {"type": "number", "number": None}


def test_an_empty_date_stays_a_date(workspace: Workspace, client: Client) -> None:
    found = worked_out(workspace, client, 'dateAdd(prop("Day"), 6, "months")')
    assert found == {"type": "date", "date": None}


@pytest.fixture
def crowded(workspace: Workspace) -> str:
    """A row that refers to thirty others."""
    columns = {
        "Count": properties.number(),
        "Day": properties.of("date"),
        "Sum": properties.rollup("Rows", "Count", "sum"),
        "Names": properties.rollup("Rows", "Name", "show_original"),
        "Last": properties.rollup("Rows", "Day", "latest_date"),
        "How many": properties.formula('length(prop("Rows"))'),
    }
    database = workspace.add_database("Notes", columns)
    workspace.relate(database, "Rows", database)
    rows = [
        workspace.add_page(database, f"Row {number}", {"Count": 1, "Day": f"2026-01-{number:02}"})
        for number in range(1, 31)
    ]
    return workspace.add_page(database, "Crowded", {"Rows": rows})


def test_a_page_counts_twenty_five_references_and_the_endpoint_all(
    crowded: str, client: Client
) -> None:
    values = client.json(f"pages/{crowded}")["properties"]
    assert values["Sum"]["rollup"]["number"] == 25
    assert values["How many"]["formula"]["number"] == 25
    assert values["Last"]["rollup"]["date"]["start"] == "2026-01-25"
    answer = client.json(f"pages/{crowded}/properties/{values['Sum']['id']}")
    assert (answer["object"], answer["results"]) == ("list", [])
    assert answer["property_item"]["rollup"] == {"type": "number", "number": 30, "function": "sum"}


def test_a_rollup_that_shows_the_originals_comes_in_pages(crowded: str, client: Client) -> None:
    value = client.json(f"pages/{crowded}")["properties"]["Names"]
    assert len(value["rollup"]["array"]) == 25
    path, found, cursor = f"pages/{crowded}/properties/{value['id']}", [], {}
    while True:
        answer = client.json(path, page_size=20, **cursor)
        found += [item["title"]["plain_text"] for item in answer["results"]]
        kind = answer["property_item"]["rollup"]["type"]
        if not answer["has_more"]:
            break
        assert kind == "incomplete"
        cursor = {"start_cursor": answer["next_cursor"]}
    assert (kind, answer["property_item"]["rollup"]["array"]) == ("array", [])
    assert found == [f"Row {number}" for number in range(1, 31)]


def test_rollups_over_rollups_come_to_an_end(workspace: Workspace, client: Client) -> None:
    database = workspace.add_database(
        "Notes", {"Up": properties.rollup("Row", "Up", "show_original")}
    )
    workspace.relate(database, "Row", database)
    row = workspace.add_page(database, "Round")
    workspace.set_property(row, "Row", [row])
    found = client.json(f"pages/{row}")["properties"]["Up"]["rollup"]
    depth = 0
    while found["type"] == "array":
        depth, found = depth + 1, found["array"][0]["rollup"]
    assert (depth, found) == (5, {"type": "unsupported", "unsupported": {}})
