"""What a run says it will do before it does it."""

from __future__ import annotations

from collections.abc import Mapping

from backup.model import Row
from backup.sync import forecast
from backup.sync.plan import STORELESS
from backup.sync.state import Record, State
from backup.sync.steps import Action, Plan, Step


def step(id_: str, action: Action, reason: str = "") -> Step:
    row = Row(id_ * 32, "db", "source", id_, "", "", b"")
    return Step(action, id_ * 32, f"wiki/{id_}", id_, reason, row=row)


def said(steps: Mapping[str, Step], **requests: int) -> list[str]:
    records = {id_ * 32: Record("db", "", "", requests=each) for id_, each in requests.items()}
    return list(forecast.lines(Plan(tuple(steps.values()), {}), State(records), 180))


def test_a_page_that_is_rendered_takes_no_request() -> None:
    steps = {"a": step("a", Action.FETCH), "b": step("b", Action.RENDER)}
    assert said(steps, a=3, b=50) == [
        "1 to read (about 4 requests), 1 to write again without reading, 0 to remove, 0 unchanged"
    ]


def test_a_backup_without_stores_says_what_they_cost() -> None:
    steps = {
        "a": step("a", Action.FETCH, STORELESS),
        "b": step("b", Action.FETCH, STORELESS),
        "c": step("c", Action.FETCH, "edited"),
    }
    first, second = said(steps, a=3, b=50, c=1)
    assert first == "3 to read (about 55 requests), 0 to remove, 0 unchanged"
    assert second.startswith(
        "Without a .notion.json so far: 2 pages, to be read once for it (about 53"
    )


def test_a_run_that_takes_longer_than_a_minute_says_how_long_notion_makes_it_wait() -> None:
    [first] = said({"a": step("a", Action.FETCH)}, a=500)
    assert first.startswith("1 to read (about 501 requests, 3 minutes), ")
