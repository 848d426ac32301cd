"""Listings, records and plans in few words, for tests of what a run decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from backup.model import Row
from backup.sync.plan import plan
from backup.sync.state import Place, Record, State
from backup.sync.steps import Listed, Listing, Plan, Rules, Step, Verdict

TIME = "2026-09-01T08:00:00.000Z"
RENDER_KEYS = {"source": "one"}


def row(id_: str, title: str, edited: str = TIME, source: str = "source") -> Row:
    return Row(id_ * 32, "db", source, title, "", edited, b"")


def record(title: str, **more: Any) -> Record:
    base = Record("db", f"wiki/{title.lower()}", title, edited=TIME, render_key="one")
    return replace(base, **more)


def listed(*rows: Row, **more: Any) -> Listed:
    base = replace(Listed("db", "Wiki", "", "wiki", (), True, ("source",)), **more)
    return replace(base, rows=tuple(replace(each, parent=base.id) for each in rows))


def listing(*databases: Listed, **more: Any) -> Listing:
    return Listing(databases, {}, (), datetime(2026, 9, 3, tzinfo=timezone.utc), **more)


def state(**pages: Record) -> State:
    return State({id_ * 32: each for id_, each in pages.items()}, {"db": Place("wiki", "Wiki")})


def decide(
    found: Listed,
    known: State,
    verdicts: dict[str, Verdict] | None = None,
    rules: Rules | None = None,
) -> Plan:
    given = {id_ * 32: verdict for id_, verdict in (verdicts or {}).items()}
    rules = replace(rules or Rules(), render_keys=RENDER_KEYS)
    return plan(listing(found, verdicts=given), known, rules)


def only(decided: Plan) -> Step:
    (step,) = decided.steps
    return step
