"""One bad thing costs only itself, and what is finished is published however a run ends."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backup.model import Json, bare_id
from fakenotion import blocks as b
from fakenotion import faults
from fakenotion.build import block
from fakenotion.faults import Fault, Reply
from fakenotion.server import Asked, StandIn
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, Hasty, backing_up, wiki
from tests.support.kitchen import later, row, rows

HIDDEN = "Insufficient permissions for this endpoint."
HALF = "\ud83d"  # of a pair that stands for one character
MANY = tuple(f"Page {number:02}" for number in range(30))


class Changing(StandIn):
    """A stand-in that sends something else: `change` is given the path and the JSON of good answers."""

    change: Callable[[str, Any], Any] = staticmethod(lambda path, sent: sent)

    def reply(self, method: str, target: str, *rest: Any) -> Reply:
        made = super().reply(method, target, *rest)
        if made.status != 200 or not target.startswith("/v1/"):
            return made
        return replace(made, body=json.dumps(self.change(target, json.loads(made.body))).encode())


def folded(*titles: str) -> Workspace:
    """Pages that each have a toggle with something inside."""
    notion = wiki(*titles)
    for id_ in rows(notion):
        notion.append(id_, [block("toggle", "Fold", children=[b.paragraph("Inside")])])
        notion.append(id_, [b.paragraph("After")])
    later(notion)
    return notion


def toggle(backup: Backup, title: str) -> str:
    return backup.notion.listed(row(backup, title))[0]


def published(backup: Backup) -> set[str]:
    """The folders of the pages that the last commit has."""
    names = backup.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()
    return {name.split("/")[1] for name in names if name.endswith("/index.md")}


# -- one object that Notion refuses --------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.error(403, HIDDEN), HIDDEN),
        (faults.error(400, "Block is corrupt."), "Block is corrupt."),
        (faults.error(500), "status 500"),
        (faults.error(504), "status 504"),
    ],
)
def test_a_block_whose_content_is_refused_leaves_a_line_in_its_page(
    tmp_path: Path, fault: Fault, reason: str
) -> None:
    with backing_up(tmp_path / "repository", folded("Milk", "Tea")) as backup:
        backup.stop = Hasty()
        backup.fail(f"{toggle(backup, 'Tea')}/children", fault)
        ran = backup.run()
        assert ran.code == 1 and reason in ran.log, ran.log
        assert published(backup) == {"milk", "tea"}
        text = backup.text("wiki/tea/index.md")
        assert "Fold" in text and reason in text and "After" in text
        assert "Inside" in backup.text("wiki/milk/index.md")
        again = backup.run()
        assert again.code == 1 and reason in again.log, "it is not forgotten"
        backup.heal()
        assert backup.run().code == 0
        assert "Inside" in backup.text("wiki/tea/index.md")


def test_content_that_is_not_shown_is_asked_for_again_and_then_in_every_seventh_run(
    tmp_path: Path,
) -> None:
    with backing_up(tmp_path / "repository", folded("Milk", "Tea")) as backup:
        inside = f"{toggle(backup, 'Tea')}/children"
        backup.fail(inside, faults.error(404))

        def asked(number: int) -> bool:
            before = len(backup.server.requests)
            ran = backup.run(GITHUB_RUN_NUMBER=str(number))
            assert ran.code == (1 if number == 0 else 0), ran.log
            found = any(inside in each.path for each in backup.server.requests[before:])
            assert found == ("does not show its content to this integration" in ran.log)
            return found

        assert [asked(number) for number in (0, 1)] == [True, True]
        assert "does not show its content" in backup.text("wiki/tea/index.md")
        commits = backup.commits()
        assert sum(asked(number) for number in range(2, 9)) == 1
        assert backup.commits() == commits
        backup.heal()
        for number in range(9, 16):
            assert backup.run(GITHUB_RUN_NUMBER=str(number)).code == 0
        assert "Inside" in backup.text("wiki/tea/index.md")


def test_content_that_was_not_shown_once_is_there_after_the_next_run(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", folded("Milk", "Tea")) as backup:
        backup.fail(f"{toggle(backup, 'Tea')}/children", faults.error(404))
        assert backup.run().code == 1
        backup.heal()
        assert backup.run().code == 0
        assert "Inside" in backup.text("wiki/tea/index.md")


def test_a_synced_copy_of_what_nobody_shared_is_a_warning_and_shows_it_once_it_is_shared(
    tmp_path: Path,
) -> None:
    notion = wiki("Tea")
    other = notion.add_page("", "Other")
    shared = block("synced_block", children=[b.paragraph("Shared")])
    (original,) = notion.append(other, [shared])
    notion.append(rows(notion)[0], [b.synced_copy(original)])
    later(notion)
    with backing_up(tmp_path / "repository", notion) as backup:
        notion.unshare(other)
        ran = backup.run()
        assert ran.code == 0 and "does not show its content to this integration" in ran.log
        notion.share(other)
        assert backup.run().code == 0
        assert "Shared" in backup.text("wiki/tea/index.md")


def test_a_page_that_is_refused_costs_only_itself(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", folded("Milk", "Tea")) as backup:
        backup.fail(f"{row(backup, 'Tea')}/children", faults.error(403, HIDDEN))
        ran = backup.run()
        assert ran.code == 1 and HIDDEN in ran.log
        assert published(backup) == {"milk"}


def test_a_database_that_is_refused_costs_only_itself(tmp_path: Path) -> None:
    notion = folded("Milk", "Tea")
    other = notion.add_database("Secret", {})
    with backing_up(tmp_path / "repository", notion) as backup:
        backup.fail(bare_id(other), faults.error(403, HIDDEN))
        ran = backup.run()
        assert ran.code == 1 and HIDDEN in ran.log
        assert published(backup) == {"milk", "tea"}


def test_a_row_that_vanished_and_whose_page_is_refused_is_kept(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", folded("Milk", "Tea")) as backup:
        assert backup.run().code == 0
        tea = row(backup, "Tea")
        backup.notion.unshare(tea)
        backup.fail(f"pages/{tea}", faults.error(403, HIDDEN))
        backup.run()
        assert published(backup) == {"milk", "tea"}


def test_when_all_is_refused_the_token_is_to_blame(tmp_path: Path) -> None:
    notion = folded("Milk")
    notion.add_database("Other", {})
    with backing_up(tmp_path / "repository", notion) as backup:
        backup.fail("/v1/", faults.error(403, HIDDEN))
        ran = backup.run()
        assert ran.code == 2
        assert "Give the integration the capability to read content." in ran.log
        assert backup.files() == {}


def test_it_is_said_at_once_when_notion_cannot_be_reached(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", folded("Milk")) as backup:
        backup.stop = Hasty()
        ran = backup.run(NOTION_API_URL="http://127.0.0.1:9")
    assert ran.code == 1
    assert ran.log.count("Notion cannot be reached: the connection failed") == 1
    assert "Trying 5 more times, for about 31 s." in ran.log


# -- a run that ends early -----------------------------------------------------------------------


def _after(count: int, fault: Fault) -> Callable[[Asked], Fault | None]:
    """Every answer is spoiled, once so many lists of blocks were given."""
    given: list[Asked] = []

    def plan(asked: Asked) -> Fault | None:
        if asked.path.endswith("/children"):
            given.append(asked)
        return fault if len(given) > count else None

    return plan


def test_pages_that_were_finished_before_the_token_died_are_published(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki(*MANY)) as backup:
        later(backup.notion)
        backup.server.plan = _after(10, faults.error(401, "API token is invalid."))
        ran = backup.run()
        assert ran.code == 2 and "API token is invalid. Check NOTION_TOKEN." in ran.log
        assert len(published(backup)) == 10
        assert "20 pages were not read" in ran.log
        assert ran.log.count("API token is invalid") < 4, "it is said, but not for each page"
        backup.heal()
        assert backup.run().code == 0
        assert len(published(backup)) == 30


def test_a_bug_between_two_pages_does_not_cost_those_that_are_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(delivery: object) -> None:
        raise KeyError("secret words")

    monkeypatch.setattr("backup.publish.publications.Publications.between", stumble)
    with backing_up(tmp_path / "repository", wiki(*MANY)) as backup:
        later(backup.notion)
        backup.server.knobs.latency = 0.02
        ran = backup.run()
        assert ran.code == 1 and "KeyError" in ran.log and "secret words" not in ran.log
        pages = {path.split("/")[1] for path in backup.pages()}
        assert pages == published(backup)


def test_pages_that_were_finished_before_the_disk_was_full_are_published(tmp_path: Path) -> None:
    """The pages lie on a disk of their own, which has room for the first ones only."""
    disk = tmp_path / "repository"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1200k", "none", disk]
    if not shutil.which("mount") or subprocess.run(command, check=False).returncode:
        pytest.skip("only root may mount a disk")
    notion = wiki(*MANY)
    for id_ in rows(notion):
        notion.append(id_, [b.paragraph("Long. " * 1000) for _ in range(8)])
    later(notion)
    try:
        with backing_up(disk, notion, git=False) as backup:
            backup.git("init", "-q", "-b", "main", f"--separate-git-dir={tmp_path / 'git'}")
            ran = backup.run(CONCURRENCY="1")
            assert ran.code == 1 and "No space left on device. Make room" in ran.log, ran.log
            assert "pages were not read" in ran.log
            assert 5 < len(published(backup)) < 30
    finally:
        subprocess.run(["umount", disk], check=True)


# -- what makes no sense -------------------------------------------------------------------------


def _tea(backup: Backup, change: Callable[[Json], None]) -> Callable[[str, Any], Any]:
    """Changes the row of 'Tea' wherever it is listed, or asked for."""
    tea = row(backup, "Tea")

    def changed(path: str, sent: Any) -> Any:
        for each in [sent, *sent.get("results", [])]:
            if isinstance(each, dict) and each.get("object") == "page" and each.get("id") == tea:
                change(each)
        return sent

    return changed


ODD_ROWS: dict[str, Json] = {
    "half a character as icon": {"icon": {"type": "emoji", "emoji": HALF}},
    "half a character in the time": {"last_edited_time": f"2026-09-01T00:00{HALF}"},
    "a time without a zone": {"last_edited_time": "2026-09-01T00:00:00"},
    "a time that is none": {"last_edited_time": "yesterday"},
    "a time far away": {"last_edited_time": "0001-01-01T00:00:00+14:00"},
    "a time as a number": {"last_edited_time": 7},
    "an icon that is a list": {"icon": ["x"]},
    "an emoji that is a list": {"icon": {"type": "emoji", "emoji": [HALF]}},
    "a cover without an address": {"cover": {"type": "external", "external": {"url": 7}}},
    "a cover of half a character": {
        "cover": {"type": "external", "external": {"url": f"https://x.invalid/{HALF}"}}
    },
    "a parent that is none": {"parent": HALF},
    "people that are none": {"created_by": [HALF], "last_edited_by": 7},
    "a url that is none": {"url": [HALF]},
}


@pytest.mark.parametrize("name", ODD_ROWS)
def test_an_odd_row_costs_at_most_itself(tmp_path: Path, name: str) -> None:
    with backing_up(tmp_path / "r", folded("Milk", "Tea"), stand_in=Changing) as backup:
        assert isinstance(backup.server, Changing)
        backup.server.change = _tea(backup, lambda raw: raw.update(ODD_ROWS[name]))
        ran = backup.run()
        assert "Traceback" not in ran.log and ran.code in (0, 1), ran.log
        assert "milk" in published(backup)
        assert "tea" in published(backup), ran.log


ODD_TEXT: dict[str, Json] = {
    "annotations that are a text": {"annotations": "bold"},
    "annotations that are a list": {"annotations": [["bold", True]]},
    "annotations that are a number": {"annotations": 7},
    "a colour that is none": {"annotations": {"color": {"bold": True}, "bold": []}},
    "half a character": {"plain_text": HALF, "text": {"content": HALF}},
    "a link that is none": {"href": 7, "text": {"content": "x", "link": ["y"]}},
    "a mention of nothing": {"type": "mention", "mention": {"type": "page", "page": [HALF]}},
    "a date without a start": {
        "type": "mention",
        "mention": {"type": "date", "date": {"start": 7, "end": []}},
    },
    "an equation that is none": {"type": "equation", "equation": []},
    "a number so large": {"plain_text": 10**400},
}


@pytest.mark.parametrize("name", ODD_TEXT)
def test_an_odd_text_costs_at_most_its_page(tmp_path: Path, name: str) -> None:
    with backing_up(tmp_path / "r", folded("Milk", "Tea"), stand_in=Changing) as backup:
        tea = bare_id(row(backup, "Tea"))
        assert isinstance(backup.server, Changing)

        def change(path: str, sent: Any) -> Any:
            if tea in bare_id(path):
                for each in sent["results"]:
                    each[each["type"]]["rich_text"][0].update(ODD_TEXT[name])
            return sent

        backup.server.change = change
        ran = backup.run()
        assert "Traceback" not in ran.log and ran.code in (0, 1), ran.log
        assert published(backup) == {"milk", "tea"}, ran.log


def test_a_bug_in_one_page_costs_that_page_and_is_reported_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backup.markdown import page

    def render(found: Any, context: Any) -> str:
        if found.title == "Tea":
            raise IndexError("https://s3.invalid/?X-Amz-Signature=secret")
        return whole(found, context)

    whole = page.render
    monkeypatch.setattr(page, "render", render)
    with backing_up(tmp_path / "repository", folded("Milk", "Tea")) as backup:
        ran = backup.run()
        assert ran.code == 1 and published(backup) == {"milk"}
        assert "IndexError" in ran.log and "backup.pipeline.stored:" in ran.log
        assert "Signature" not in ran.log


@pytest.mark.parametrize(
    "odd", [{"data_sources": [7]}, {"data_sources": "none"}, {"title": [[HALF]]}, {"icon": [7]}]
)
def test_an_odd_database_costs_at_most_itself(tmp_path: Path, odd: Json) -> None:
    notion = folded("Milk", "Tea")
    other = notion.add_database("Other", {})
    notion.add_page(other, "Salt")
    later(notion)
    with backing_up(tmp_path / "repository", notion, stand_in=Changing) as backup:
        assert isinstance(backup.server, Changing)
        backup.server.change = lambda path, sent: (
            {**sent, **odd} if path.endswith(f"databases/{bare_id(other)}") else sent
        )
        ran = backup.run()
        assert "Traceback" not in ran.log and ran.code in (0, 1), ran.log
        assert {"milk", "tea"} <= published(backup)


def test_a_view_that_is_nested_too_deeply_costs_itself_alone(tmp_path: Path) -> None:
    """Python reads its JSON, and nothing writes it down."""
    deep: Json = {}
    for _ in range(350):
        deep = {"and": [deep]}
    with backing_up(tmp_path / "r", folded("Milk", "Tea"), stand_in=Changing) as backup:
        assert isinstance(backup.server, Changing)
        backup.server.change = lambda path, sent: (
            {**sent, "filter": deep} if path.startswith("/v1/views/") else sent
        )
        ran = backup.run()
        assert published(backup) == {"milk", "tea"}, ran.log
        assert ran.code == 0 and "nested too deeply" in ran.log
        assert "Milk" in backup.text("wiki/database.csv")


def test_a_workflow_without_a_token_is_given_the_name_of_its_input(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki("Tea")) as backup:
        backup.server.plan = lambda asked: faults.error(401, "API token is invalid.")
        said = "Notion does not accept the token: API token is invalid. Check"
        assert f"{said} NOTION_TOKEN." in backup.run().log
        assert f"{said} `notion-token`." in backup.run(GITHUB_ACTIONS="true").log
