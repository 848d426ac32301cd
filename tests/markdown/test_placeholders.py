"""What cannot be shown is reported: one line per kind, with a count."""

from __future__ import annotations

from backup.markdown.placeholders import problems
from backup.model import Json
from tests.support.notion_shapes import block, page


def said(*blocks: Json, **raw: object) -> list[str]:
    return [problem.what for problem in problems(page("A page", *blocks, **raw))]


def test_a_page_that_is_shown_whole_has_no_problem() -> None:
    assert said(block("paragraph", "Words"), block("toggle", "t", block("divider", None))) == []


def test_each_kind_is_reported_once_with_its_count() -> None:
    button = block("unsupported", None, block_type="button")
    assert said(button, block("quote", "q", button), block("hologram", "x"), {"type": ""}) == [
        "Notion's API does not give blocks of the type 'button' (2×)",
        "Notion's API does not give blocks of the type 'hologram'",
        "a block that the integration may not read",
    ]


def test_children_that_were_not_read_are_reported_with_the_reason() -> None:
    assert said({**block("toggle", "t"), "unread": "too deep"}) == [
        "the content of a block of the type 'toggle' was not read: too deep"
    ]


def test_property_values_that_notion_does_not_work_out_are_reported() -> None:
    properties = {
        "Formula": {"id": "a", "type": "formula", "formula": {"type": "unsupported"}},
        "Rollup": {"id": "b", "type": "rollup", "rollup": {"type": "incomplete"}},
        "Fine": {"id": "c", "type": "formula", "formula": {"type": "string", "string": None}},
        "New": {"id": "d", "type": "hologram"},
    }
    assert said(properties=properties) == [
        "properties of the type 'hologram' are not known",
        "the formula 'Formula' is too large for Notion's API",
        "the rollup 'Rollup' is too large for Notion's API",
    ]


def test_a_problem_names_its_page() -> None:
    (problem,) = problems(page("A page", block("hologram", "")))
    assert (problem.where, problem.page_id) == ("A page", "0123456789abcdef0123456789abcdef")
