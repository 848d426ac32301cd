"""A database as README.md and database.csv: what is shown, in which order, on both hosts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from backup import exact_json
from backup.markdown.context import Context
from backup.markdown.database import (
    Overview,
    Rows,
    TableRow,
    TableSource,
    is_our_csv,
    is_ours,
    listed,
    render,
    spreadsheet,
    views_used,
)
from backup.markdown.lint import complaints
from backup.model import Files, Json, LocalFile, MissingFile, Target, Targets
from tests.oracles import gitea, github, select
from tests.support.notion_shapes import rich

GOLDEN = Path(__file__).parent.parent / "golden" / "database"
Part: TypeAlias = "tuple[TableSource, tuple[TableRow, ...]]"
SOURCE = "0000000000000000000000000000000a"
OPTIONS = [{"id": "o1", "name": "Later"}, {"id": "o2", "name": "Now"}]
SCHEMA: Json = {
    "Notes": {"id": "no%3Ate", "type": "rich_text"},
    "State": {"id": "st", "type": "select", "select": {"options": OPTIONS}},
    "Cost": {"id": "co", "type": "number"},
    "Done": {"id": "do", "type": "checkbox"},
    "When": {"id": "wh", "type": "date"},
    "Files": {"id": "fi", "type": "files"},
    "Go": {"id": "go", "type": "button"},
    "Name": {"id": "title", "type": "title"},
}


INVISIBLE = ("\u00a0", "\u200b", "\u3164", "\ufe0f", " \u2060\n\u00ad")


def entry(number: int, title: str, files: Files | None = None, **values: Any) -> TableRow:
    """A row; a value is what stands under its type's key."""
    properties = {
        name: {"id": config["id"], "type": config["type"], config["type"]: values.get(name)}
        for name, config in SCHEMA.items()
    }
    properties["Name"]["title"] = rich(title)
    raw = {"created_time": f"2026-09-01T08:{59 - number:02}:00.000Z", "properties": properties}
    target = Target(f"wiki/row-{number}/index.md", title)
    return TableRow(f"{number:032x}", target, raw, files or {})


def source(*entries: TableRow, **view: Any) -> Part:
    """The data source, as its view has it, with its rows."""
    raw = {"id": SOURCE, "title": rich("Cups"), "properties": SCHEMA}
    return TableSource(raw, view), entries


def gathered(*parts: Part, targets: Targets | None = None) -> Rows:
    rows = Rows([each for each, _ in parts], Context("wiki/README.md", targets=targets or {}))
    for each, entries in parts:
        for one in entries:
            rows.add(each.id, one)
    return rows


def csv_of(*parts: Part) -> str:
    return spreadsheet(gathered(*parts))


def columns(*names: str, hidden: str = "") -> Json:
    """A view's columns."""
    ids = {name: config["id"].replace("%3A", ":") for name, config in SCHEMA.items()}
    shown = [{"property_id": ids[name], "visible": name != hidden} for name in names]
    return {"type": "table", "properties": shown}


def shown(*parts: Part, icon: str = "", targets: Targets | None = None) -> dict[str, str]:
    overview = Overview("Wiki", icon, rich("What we *know*."))
    return render(overview, gathered(*parts, targets=targets))


def cells(text: str) -> list[list[str]]:
    """The first table as GitHub shows it; Gitea must show the same."""
    found = []
    for host in (github, gitea):
        rows = select(host(text), "tr")
        found.append([[cell.get_text() for cell in row.select("th, td")] for row in rows])
    assert found[0] == found[1]
    return found[0]


def titles(*entries: TableRow, **sort: str) -> list[str]:
    text = shown(source(*entries, sorts=[{"direction": "ascending", **sort}]))["README.md"]
    return re.findall(r"\[(\w+)\]\(row", text)


def option(name: str) -> Json:
    return next(each for each in OPTIONS if each["name"] == name)


def example() -> Part:
    """Rows with a value of each kind."""
    picture = LocalFile("row-1/assets/1-cup.png", "cup.png", 2048, 4000, 3000)
    first = entry(
        1,
        "Blue | cup",
        {f"{1:032x}/fi/0": picture, f"{1:032x}/fi/1": MissingFile("plan.pdf", "gone")},
        Notes=rich("One\ntwo " + "long " * 60),
        State=option("Now"),
        Cost=1.5,
        Done=True,
        When={"start": "2026-01-01", "end": "2026-02-01"},
        Files=[{"name": "cup.png", "file": {}}, {"name": "plan.pdf", "file": {}}],
    )
    return source(
        first,
        entry(2, "=1+1", Notes=rich('a,b"c'), State=option("Later"), Cost=-2, Done=False),
        entry(3, "", Notes=[]),
        sorts=[{"property": "State", "direction": "descending"}],
        configuration=columns("State", "Name", "Notes", "Cost", "Done", "Files", hidden="Cost"),
    )


def test_the_table_is_as_the_view_has_it(golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / "README.md", shown(example(), icon="📚")["README.md"])


def test_the_csv_has_all(golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / "database.csv", csv_of(example()))


def test_both_hosts_show_the_same_table_and_nothing_is_misread() -> None:
    text = shown(example())["README.md"]
    assert complaints(text) == []
    head, *rows = cells(text)
    assert head == ["State", "Name", "Notes", "Done", "Files"]
    assert [row[1] for row in rows] == ["📄 Blue | cup", "📄 =1+1", "📄 Untitled"]
    assert (
        rows[0][2].startswith("One two long")
        and rows[0][2].endswith("…")
        and len(rows[0][2]) <= 120
    )


def test_without_a_view_the_title_comes_first_then_what_notion_lists() -> None:
    head, *_ = cells(shown(source(entry(1, "A")))["README.md"])
    assert head == ["Name", "Notes", "State", "Cost", "Done", "When", "Files"]


def test_no_more_than_eight_columns_and_the_title_is_one() -> None:
    many = {f"P{n}": {"id": f"p{n}", "type": "number"} for n in range(20)}
    raw = {"id": SOURCE, "properties": {**many, **SCHEMA}}
    order = {"properties": [{"property_id": f"p{n}", "visible": True} for n in range(20)]}
    text = shown((TableSource(raw, {"configuration": order}), (entry(1, "A"),)))["README.md"]
    assert cells(text)[0] == ["Name", *(f"P{n}" for n in range(7))]


def test_options_sort_as_the_schema_has_them_and_empty_ones_come_last_either_way() -> None:
    rows = (entry(1, "A", State=option("Now")), entry(2, "B"), entry(3, "C", State=option("Later")))
    assert titles(*rows, property="State") == ["C", "A", "B"]
    assert titles(*rows, property="st", direction="descending") == ["A", "C", "B"]


def test_equal_values_sort_by_title_then_by_id_and_numbers_by_their_value() -> None:
    rows = (entry(3, "b"), entry(2, "a"), entry(1, "b"), entry(4, "a10"), entry(5, "a9"))
    assert titles(*rows, property="Cost") == ["a", "a9", "a10", "b", "b"]
    costs = [entry(n, title, Cost=cost) for n, (title, cost) in enumerate((("x", 10), ("y", 9.5)))]
    assert titles(*costs, property="Cost") == ["y", "x"]
    exact = exact_json.loads("0.10000000000000000001")
    assert titles(*costs, entry(9, "z", Cost=exact), property="Cost") == ["z", "y", "x"]


def test_times_sort_as_moments_and_formulas_by_their_result() -> None:
    zones = ("2026-01-01T10:00:00.000+05:00", "2026-01-01T06:00:00.000Z")
    rows = [entry(n, f"t{n}", When={"start": start}) for n, start in enumerate(zones)]
    assert titles(*rows, property="When") == ["t0", "t1"]
    assert titles(*rows, timestamp="created_time") == ["t1", "t0"]
    assert titles(*rows, property="Unknown") == ["t0", "t1"]


def test_many_rows_are_divided_and_each_file_leads_to_the_others() -> None:
    files = shown(source(*(entry(n % 60, f"R{n}") for n in range(1001))))
    assert list(files) == ["README.md", "README-2.md", "README-3.md"]
    counts = [text.count("](row-") for text in files.values()]
    assert counts == [500, 500, 1]
    assert "[README-2.md](README-2.md) · [README-3.md](README-3.md)" in files["README.md"]
    assert all("[README.md](README.md)" in files[name] for name in list(files)[1:])
    assert all(is_ours(text) for text in files.values())
    assert "What we" in files["README.md"] and "What we" not in files["README-2.md"]


def test_several_sources_have_a_table_each_and_their_names_lead_there() -> None:
    other = (
        TableSource({"id": "b" * 32, "title": rich("Jugs"), "properties": SCHEMA}),
        (entry(2, "B"),),
    )
    text = shown(source(entry(1, "A")), other)["README.md"]
    for host in (github, gitea):
        page = host(text)
        assert [each.get_text() for each in select(page, "h2")] == ["Cups", "Jugs"]
        aims = [link["href"] for link in select(page, "p > a[href]")]
        assert aims == ["#b-0000000a", "#b-bbbbbbbb"] and len(select(page, "table")) == 2
    assert 'id="b-bbbbbbbb"' in text


@pytest.mark.parametrize("title", INVISIBLE)
def test_a_row_whose_title_nobody_sees_has_a_link_with_a_word(title: str) -> None:
    row = entry(1, title)
    assert "[Untitled](" in render(Overview(title), gathered(source(row)))["README.md"]


def test_a_database_without_pages_or_title_has_a_readme_all_the_same() -> None:
    text = render(Overview(""), Rows((), Context("README.md")))["README.md"]
    assert text.startswith("# Untitled\n") and is_ours(text)


def test_a_readme_of_ours_is_known_again_and_no_other_is() -> None:
    assert not is_ours("# Wiki\n\n- 📄 [A](a.md)\n")


def test_hostile_titles_stay_one_cell_each() -> None:
    hostile = ["a\n- b", "[x](y)", "<b>", "`", "| c |", "1. d", "![](x)", "\\|"]
    text = shown(source(*(entry(n, title) for n, title in enumerate(hostile))))["README.md"]
    for host in (github, gitea):
        links = select(host(text), "td > a")
        assert len(links) == len(hostile)
        assert {link.get_text() for link in links} == {" ".join(each.split()) for each in hostile}


def test_rows_of_which_only_the_title_is_known_are_listed() -> None:
    text = shown(source(TableRow("c" * 32, Target("wiki/c/index.md", "C"))))["README.md"]
    assert "[C](c/index.md)" in text and not any(cells(text)[1][1:])
    assert shown((TableSource({}), (TableRow("c" * 32, Target("wiki/c/index.md", "C")),)))[
        "README.md"
    ]


def test_an_archived_row_says_so() -> None:
    row = entry(1, "Old")
    row.raw["is_archived"] = True
    assert "*(archived)*" in shown(source(row))["README.md"]


def test_a_relation_is_a_link_to_its_page_under_the_title_that_this_has_now() -> None:
    schema = {"Name": SCHEMA["Name"], "To": {"id": "to", "type": "relation"}}
    row = entry(1, "A")
    row.raw["properties"]["To"] = {"id": "to", "type": "relation", "relation": [{"id": "c" * 32}]}
    part = (TableSource({"id": SOURCE, "properties": schema}), (row,))
    aims = {"c" * 32: Target("jugs/big/index.md", "Big jug")}
    assert "[Big jug](../jugs/big/index.md)" in shown(part, targets=aims)["README.md"]
    assert ",Big jug\n" in spreadsheet(gathered(part, targets=aims))


def test_a_column_that_was_renamed_since_keeps_its_values() -> None:
    schema = {"Name": SCHEMA["Name"], "Price": SCHEMA["Cost"]}
    part = (TableSource({"id": SOURCE, "properties": schema}), (entry(1, "A", Cost=7),))
    assert cells(shown(part)["README.md"])[1] == ["📄 A", "7"]


def test_the_csv_read_back_is_the_rows_in_the_order_of_their_making() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(example()))))
    assert [row["Name"] for row in rows] == ["", "=1+1", "Blue | cup"]
    assert rows[1]["path"] == "row-2/index.md" and rows[1]["id"].count("-") == 4
    assert (rows[1]["Notes"], rows[1]["Cost"], rows[1]["Done"]) == ('a,b"c', "-2", "false")
    assert rows[2]["Files"] == "row-1/assets/1-cup.png, plan.pdf"
    assert rows[2]["When"] == "2026-01-01/2026-02-01"


def test_a_new_row_is_one_more_line_and_numbers_have_all_their_digits() -> None:
    number = exact_json.loads("12345678901234567890.12345678901234567890")
    before = [entry(n, f"R{n}", Cost=number) for n in (30, 20)]
    texts = [csv_of(source(*rows)) for rows in (before, [entry(10, "New"), *before])]
    old, new = (text.splitlines() for text in texts)
    assert [line for line in new if line not in old] == [new[3]] and len(new) == len(old) + 1
    assert "12345678901234567890.12345678901234567890" in texts[0] and "\r" not in texts[0]


def test_a_csv_of_ours_is_known_by_the_rows_that_it_names() -> None:
    text = csv_of(example())
    assert is_our_csv(text, {f"{3:032x}"})
    assert not is_our_csv(text, {"f" * 32})
    assert is_our_csv(text, None) and not is_our_csv("id,path\n1,2\n", None)
    assert is_our_csv(csv_of(source()), ())
    assert not any(is_our_csv(each, {"1"}) for each in ("", "name,id\n1,2\n", 'x"\0'))


def test_the_first_table_view_of_a_source_counts() -> None:
    views = [
        {"id": "1", "type": "board", "data_source_id": SOURCE},
        {"id": "2", "type": "table", "data_source_id": "d" * 32},
        {"id": "3", "type": "table", "data_source_id": SOURCE},
        {"id": "4", "type": "table", "data_source_id": SOURCE},
    ]
    assert views_used(views, [{"id": SOURCE}]) == {SOURCE: views[2]}
    assert views_used([{}, {"type": "table"}], [{"id": SOURCE}]) == {}


def test_values_of_the_wrong_kind_and_numbers_without_end_sort_all_the_same() -> None:
    odd: list[Any] = [10**400, -(10**400), "x", {"id": "o1"}, [], None, True]
    rows = [entry(n, f"t{n}", Cost=value) for n, value in enumerate(odd)]
    rows[3].raw["properties"]["Cost"].update(type="select", select={"id": "o1", "name": "Later"})
    rows[4].raw["properties"]["Cost"].update(type="rich_text", rich_text=rich("words"))
    assert titles(*rows, property="Cost") == ["t1", "t6", "t0", "t4", "t3", "t2", "t5"]


def test_where_only_titles_are_known_the_pages_are_a_list_in_the_order_given() -> None:
    entries = [
        Target("wiki/b (2)/index.md", "B [2]", "🗓️"),
        Target("wiki/a/index.md", ""),
        Target("wiki/計画/index.md", "計画"),
        *(Target("wiki/a/index.md", unseen) for unseen in INVISIBLE),
    ]
    assert listed(Overview("Wiki *1*", "📚"), entries, Context("wiki/README.md")).startswith(
        "# 📚 Wiki \\*1\\*\n\n"
        "- 🗓️ [B \\[2\\]](b%20%282%29/index.md)\n"
        "- 📄 [Untitled](a/index.md)\n"
        "- 📄 [計画](計画/index.md)\n" + "- 📄 [Untitled](a/index.md)\n" * len(INVISIBLE)
    )


def test_hostile_titles_stay_one_entry_of_a_list_each() -> None:
    hostile = ["a\n- b", "[x](y)", "<b>", "`", "| c |", "1. d"]
    entries = [Target(f"w/{n}/index.md", title) for n, title in enumerate(hostile)]
    text = listed(Overview("T"), entries, Context("w/README.md"))
    assert is_ours(text)
    for host in (github, gitea):
        links = select(host(text), "ul > li > a")
        assert [link["href"] for link in links] == [f"{n}/index.md" for n in range(len(hostile))]
        assert [link.get_text() for link in links] == [
            *("a - b", "[x](y)", "<b>", "`", "| c |", "1. d")
        ]


def test_databases_in_a_wiki_are_listed_below_its_rows() -> None:
    inside = (Target("wiki/tasks/README.md", "Tasks [new]", "🧰"), Target("wiki/x/README.md", ""))
    text = render(Overview("Wiki", inside=inside), gathered(source(entry(1, "A"))))["README.md"]
    assert "|\n\n- 🧰 [Tasks \\[new\\]](tasks/README.md)\n- 🗂️ [Untitled](x/README.md)\n" in text
    assert complaints(text) == []


def test_a_page_that_the_description_mentions_is_called_as_notion_called_it_then() -> None:
    """Nobody tells the list when that page is renamed: it would say something else for no reason."""
    mention = {
        "type": "mention",
        "mention": {"type": "page", "page": {"id": "c" * 32}},
        "plain_text": "Old name",
        "href": f"https://app.notion.com/p/{'c' * 32}",
    }
    rows = gathered(source(), targets={"c" * 32: Target("wiki/c/index.md", "New name")})
    text = render(Overview("Wiki", description=[mention]), rows)["README.md"]
    assert "Old name" in text and "New name" not in text
