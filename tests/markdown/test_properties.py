"""Golden files: property values as Notion gives them, and how a page shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from backup.markdown.lint import complaints
from backup.markdown.page import render
from backup.markdown.properties import VALUES
from backup.model import Page
from tests.support.notion_shapes import context

GOLDEN = Path(__file__).parent.parent / "golden" / "properties"
BOTH = {"properties": "both", "front_matter": "true"}
CASES = sorted(GOLDEN.glob("*.json"))


def load(case: Path) -> dict[str, Any]:
    return json.loads(case.read_text(encoding="utf-8"))


def rendered(case: dict[str, Any]) -> str:
    raw = case["page"]
    page = Page(raw["id"], raw, (), case.get("schema", {}))
    return render(page, context({"options": BOTH, **case.get("context", {})}))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_properties_become_the_expected_markdown(
    case: Path, golden: Callable[[Path, str], None]
) -> None:
    golden(case.with_suffix(".md"), rendered(load(case)))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_expected_markdown_has_nothing_that_a_host_misreads(case: Path) -> None:
    assert complaints(case.with_suffix(".md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_front_matter_is_yaml_with_the_properties_under_one_key(case: Path) -> None:
    head = rendered(load(case)).split("---\n")[1]
    keys = yaml.safe_load(head)
    fixed = {"title", "notion_id", "notion_url", "created", "edited", "archived"}
    assert set(keys) <= {*fixed, "properties"}
    assert all(isinstance(keys[key], str) for key in fixed & keys.keys())
    assert isinstance(keys["properties"], dict)


def test_every_property_type_has_a_case() -> None:
    def types(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            yield str(value.get("type"))
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, (dict, list)):
                yield from types(item)

    found = {type_ for case in CASES for type_ in types(load(case)["page"]["properties"])}
    assert VALUES.keys() <= found


def test_a_second_function_for_a_type_is_refused() -> None:
    from backup.markdown.properties.shown import Shown, shows

    with pytest.raises(ValueError, match="two functions for the property type 'number'"):
        shows("number")(lambda value, at: Shown())
