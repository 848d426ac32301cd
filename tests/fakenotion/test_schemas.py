"""What changes when the properties of a database do, and databases that go elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import properties
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

MADE = "2026-10-01T08:00:00.000Z"
LATER = "2026-10-01T08:05:00.000Z"


class Shop:
    """Orders that refer to customers, both ways; two of each, made at 08:00, seen at 08:05."""

    def __init__(self, workspace: Workspace, clock: Clock, client: Client) -> None:
        self.workspace, self.client = workspace, client
        self.home = workspace.add_page("", "Home")
        columns = {
            "Sum": properties.number(),
            "No": properties.unique_id("OR"),
            "Double": properties.formula('prop("Sum") * 2'),
            "Town": properties.rollup("Customer", "Town", "show_original"),
        }
        self.orders = workspace.add_database("Orders", columns, parent=self.home)
        towns = {
            "Town": properties.of("rich_text"),
            "Spent": properties.rollup("Orders", "Sum", "sum"),
        }
        self.customers = workspace.add_database("Customers", towns, parent=self.home)
        workspace.relate(self.orders, "Customer", self.customers, "Orders")
        self.ada = workspace.add_page(self.customers, "Ada", {"Town": "Hull"})
        self.ben = workspace.add_page(self.customers, "Ben", {"Town": "Kiel"})
        self.one = workspace.add_page(self.orders, "One", {"Sum": 10, "Customer": [self.ada]})
        self.two = workspace.add_page(self.orders, "Two", {"Sum": 5.5, "Customer": [self.ada]})
        clock.forward(minutes=5)

    def value(self, page: str, name: str) -> Any:
        found = self.client.json(f"pages/{page}")["properties"][name]
        return found[found["type"]]

    def related(self, page: str, name: str) -> list[str]:
        return [one["id"] for one in self.value(page, name)]

    def edited(self, page: str) -> str:
        return str(self.client.json(f"pages/{page}")["last_edited_time"])

    def schema(self, database: str) -> Any:
        return self.client.json(f"data_sources/{self.workspace.source(database)}")["properties"]


@pytest.fixture
def shop(workspace: Workspace, clock: Clock, client: Client) -> Shop:
    return Shop(workspace, clock, client)


def test_a_relation_is_seen_from_the_other_side_which_is_not_edited(shop: Shop) -> None:
    assert shop.related(shop.ada, "Orders") == [shop.one, shop.two]
    shop.workspace.set_property(shop.one, "Customer", [shop.ben])
    assert shop.related(shop.ada, "Orders") == [shop.two]
    assert shop.related(shop.ben, "Orders") == [shop.one]
    assert (shop.edited(shop.one), shop.edited(shop.ben)) == (LATER, MADE)
    shop.workspace.set_property(shop.ben, "Orders", [])
    assert shop.related(shop.one, "Customer") == []


def test_what_is_worked_out_follows_its_data_without_an_edit(shop: Shop) -> None:
    assert shop.value(shop.ada, "Spent") == {"type": "number", "number": 15.5, "function": "sum"}
    shop.workspace.set_property(shop.one, "Sum", 20)
    assert shop.value(shop.ada, "Spent")["number"] == 25.5
    assert shop.value(shop.one, "Double") == {"type": "number", "number": 40}
    (town,) = shop.value(shop.two, "Town")["array"]
    assert town["rich_text"][0]["plain_text"] == "Hull"
    shop.workspace.set_property(shop.ada, "Town", "York")
    (town,) = shop.value(shop.two, "Town")["array"]
    assert town["rich_text"][0]["plain_text"] == "York"
    assert (shop.edited(shop.two), shop.edited(shop.ada)) == (MADE, LATER)


def test_what_is_deleted_leaves_relations_and_rollups(shop: Shop) -> None:
    shop.workspace.purge(shop.one)
    assert shop.related(shop.ada, "Orders") == [shop.two]
    assert shop.value(shop.ada, "Spent")["number"] == 5.5


def test_a_page_that_moves_out_leaves_its_relations_behind(shop: Shop) -> None:
    shop.workspace.move(shop.one, shop.home)
    assert shop.related(shop.ada, "Orders") == [shop.two]
    assert list(shop.client.json(f"pages/{shop.one}")["properties"]) == ["title"]


def test_a_relation_to_what_is_not_shared_is_left_out(shop: Shop) -> None:
    shop.workspace.unshare(shop.customers)
    assert "Customer" not in shop.schema(shop.orders)
    assert "Customer" not in shop.client.json(f"pages/{shop.one}")["properties"]
    assert shop.value(shop.one, "Town")["array"] == []
    shop.workspace.share(shop.customers)
    assert shop.related(shop.one, "Customer") == [shop.ada]


@pytest.mark.parametrize(
    ("function", "number"),
    [
        ("count", 2),
        ("count_values", 2),
        ("not_empty", 2),
        ("empty", 0),
        ("unique", 2),
        ("average", 7.75),
        ("median", 7.75),
        ("min", 5.5),
        ("max", 10),
        ("range", 4.5),
        ("percent_not_empty", 1),
    ],
)
def test_another_function_gives_another_rollup_and_no_edit(
    function: str, number: float, shop: Shop
) -> None:
    shop.workspace.change_property(shop.customers, "Spent", function=function)
    expected = {"type": "number", "number": number, "function": function}
    assert shop.value(shop.ada, "Spent") == expected
    assert shop.schema(shop.customers)["Spent"]["rollup"]["function"] == function
    assert shop.edited(shop.ada) == MADE


def test_another_prefix_or_expression_shows_in_every_row(shop: Shop) -> None:
    assert shop.value(shop.one, "No")["prefix"] == "OR"
    shop.workspace.change_property(shop.orders, "No", prefix="ORD")
    shop.workspace.change_property(shop.orders, "Double", expression='prop("Sum") * 3')
    assert [shop.value(row, "No")["prefix"] for row in (shop.one, shop.two)] == ["ORD", "ORD"]
    assert shop.value(shop.one, "Double")["number"] == 30
    assert shop.edited(shop.one) == MADE


def test_a_property_comes_with_a_value_and_goes_with_all_of_them(shop: Shop) -> None:
    shop.workspace.add_property(shop.orders, "Paid", properties.of("checkbox"), True)
    assert [shop.value(row, "Paid") for row in (shop.one, shop.two)] == [True, True]
    assert "Paid" in shop.schema(shop.orders)
    shop.workspace.remove_property(shop.orders, "Paid")
    assert "Paid" not in shop.client.json(f"pages/{shop.one}")["properties"]
    assert "Paid" not in shop.schema(shop.orders)
    assert shop.edited(shop.one) == MADE
    with pytest.raises(ValueError, match="title"):
        shop.workspace.remove_property(shop.orders, "Name")


def test_one_side_of_a_relation_goes_alone(shop: Shop) -> None:
    shop.workspace.remove_property(shop.customers, "Orders")
    assert shop.schema(shop.orders)["Customer"]["relation"]["type"] == "single_property"
    assert shop.related(shop.one, "Customer") == [shop.ada]
    shop.workspace.set_property(shop.one, "Customer", [shop.ben])
    assert shop.value(shop.ada, "Spent")["number"] == 0


def test_a_renamed_property_is_renamed_wherever_it_is_named(shop: Shop) -> None:
    shop.workspace.rename_property(shop.orders, "Customer", "Buyer")
    shop.workspace.rename_property(shop.orders, "Sum", "Total")
    twin = shop.schema(shop.customers)["Orders"]["relation"]["dual_property"]
    assert twin["synced_property_name"] == "Buyer"
    assert shop.schema(shop.orders)["Town"]["rollup"]["relation_property_name"] == "Buyer"
    assert shop.schema(shop.customers)["Spent"]["rollup"]["rollup_property_name"] == "Total"
    assert shop.value(shop.ada, "Spent")["number"] == 15.5
    shop.workspace.set_property(shop.one, "Buyer", [])
    assert shop.related(shop.ada, "Orders") == [shop.two]


def test_a_schema_comes_in_an_order_of_its_own_with_the_title_last(shop: Shop) -> None:
    names = list(shop.schema(shop.orders))
    assert names[-1] == "Name"
    assert set(names[:-1]) == {"Sum", "No", "Double", "Town", "Customer"}
    assert names[:-1] != ["Sum", "No", "Double", "Town", "Customer"]
    before = shop.client.json(f"pages/{shop.one}")
    shop.workspace.reorder_properties(shop.orders, "another")
    after = shop.client.json(f"pages/{shop.one}")
    assert list(shop.schema(shop.orders)) == list(after["properties"])
    assert list(after["properties"]) != list(before["properties"])
    assert after["properties"] == before["properties"]


# -- whole databases -----------------------------------------------------------------------------


def test_a_database_moves_with_its_rows(shop: Shop) -> None:
    attic = shop.workspace.add_page("", "Attic")
    shop.workspace.move(shop.orders, attic)
    assert [one["id"] for one in shop.client.children(attic)] == [shop.orders]
    assert [one["id"] for one in shop.client.children(shop.home)] == [shop.customers]
    parent = shop.client.json(f"databases/{shop.orders}")["parent"]
    assert parent == {"type": "page_id", "page_id": attic}
    assert len(shop.client.rows(shop.workspace.source(shop.orders))["results"]) == 2


def test_a_trashed_database_comes_back_and_a_dropped_one_does_not(shop: Shop) -> None:
    shop.workspace.trash(shop.orders)
    assert shop.client.json(f"databases/{shop.orders}")["in_trash"] is True
    assert shop.client.json(f"pages/{shop.one}")["in_trash"] is True
    assert shop.client.rows(shop.workspace.source(shop.orders))["results"] == []
    shop.workspace.restore(shop.orders)
    assert len(shop.client.rows(shop.workspace.source(shop.orders))["results"]) == 2
    shop.workspace.purge(shop.orders)
    paths = (f"databases/{shop.orders}", f"pages/{shop.one}")
    assert [shop.client.get(path).status_code for path in paths] == [404, 404]
    assert shop.related(shop.ada, "Orders") == []


def test_one_data_source_of_several_goes_and_moves(shop: Shop) -> None:
    second = shop.workspace.add_source(shop.orders, "Old orders", {})
    row = shop.workspace.add_page(second, "Very old")
    shop.workspace.trash(second)
    names = [one["name"] for one in shop.client.json(f"databases/{shop.orders}")["data_sources"]]
    assert names == ["Orders"]
    assert shop.client.json(f"pages/{row}")["in_trash"] is True
    shop.workspace.restore(second)
    shop.workspace.move(second, shop.customers)
    sources = shop.client.json(f"databases/{shop.customers}")["data_sources"]
    assert [one["name"] for one in sources] == ["Customers", "Old orders"]
    assert shop.client.json(f"pages/{row}")["parent"]["database_id"] == shop.customers
