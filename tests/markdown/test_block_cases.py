"""What a block becomes in HTML on both hosts, held to CSS selectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backup.markdown.lint import complaints
from tests.markdown.block_cases import CASES
from tests.oracles import gitea, github, select

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "block-cases.json"
# No block of Notion can be in a table cell: nothing to render for this one.
NOT_OURS = {"html-table-fallback"}


def failures(markdown: str, checks: dict[str, int]) -> list[str]:
    """What is not as it should be, on which host."""
    return [
        f"{host.__name__}: {css} found {found} times"
        for host in (github, gitea)
        for css, count in checks.items()
        if (found := len(select(host(markdown), css))) != count
    ]


@pytest.mark.parametrize("name", CASES)
def test_a_block_becomes_the_right_html_on_both_hosts(name: str) -> None:
    case = CASES[name]
    markdown = case.markdown()
    assert failures(markdown, case.checks) == []
    assert complaints(markdown) == []


def test_every_case_of_the_reference_holds() -> None:
    if not REFERENCE.exists():
        pytest.skip(f"no {REFERENCE.name} beside this repository")
    found = {}
    for case in json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"]:
        if case["id"] not in NOT_OURS:
            checks = {check["css"]: check["count"] for check in case["checks"]}
            found[case["id"]] = failures(CASES[case["id"]].markdown(), checks)
    assert {name: failed for name, failed in found.items() if failed} == {}
    assert len(found) >= 50
