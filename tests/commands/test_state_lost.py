"""A state that is lost or damaged shows wherever people look: exit code, log, summary, notifications."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakenotion.faults import Fault
from tests.support.backups import Backup, backing_up, wiki
from tests.support.inbox import Inbox, receiving
from tests.support.kitchen import row


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A server that takes messages."""
    with receiving() as box:
        yield box


@pytest.fixture
def noted(tmp_path: Path, inbox: Inbox) -> Iterator[Backup]:
    """A backup of two pages that was made, on a runner with a webhook and Discord."""
    with backing_up(tmp_path / "repository", wiki("Tea", "Milk")) as backup:
        backup.environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "WEBHOOK_URL": f"{inbox.url}/hook",
            "DISCORD_WEBHOOK_URL": f"{inbox.url}/discord",
        }
        assert backup.run(COMMIT="false").code == 0
        (tmp_path / "summary.md").unlink()
        inbox.letters.clear()
        yield backup


def sent(inbox: Inbox) -> dict[str, Any]:
    """The last report as the webhook got it."""
    return [each.json for each in inbox.letters if each.path == "/hook"][-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "is missing"),
        ("", "is empty"),
        ("{", "is damaged"),
        ("<<<<<<< a\n=======\n>>>>>>> b\n", "merge-conflict"),
    ],
)
@pytest.mark.parametrize("dry_run", ["false", "true"])
def test_a_lost_state_is_an_error_in_every_place(
    noted: Backup, inbox: Inbox, tmp_path: Path, text: str | None, words: str, dry_run: str
) -> None:
    at = noted.folder / ".notion-sync.json"
    at.unlink() if text is None else at.write_text(text)
    ran = noted.run(COMMIT="false", DRY_RUN=dry_run)
    assert ran.code == 1
    assert re.search(
        rf"::error title=.notion-sync.json::.*{words}.*Rebuilt from the 2 pages", ran.log
    )
    assert re.search(rf"not saved: .notion-sync.json: (?!.notion-sync).*{words}", ran.log)
    summary = (tmp_path / "summary.md").read_text()
    assert "1 error" in summary.splitlines()[0] and "### Not saved" in summary
    assert "Rebuilt from the 2 pages" in summary
    assert "the state was lost or damaged" in ran.log + summary
    if dry_run == "false":  # a dry run notifies nobody
        (problem,) = sent(inbox)["problems"]
        assert (problem["kind"], problem["where"]) == ("error", ".notion-sync.json")
        assert sent(inbox)["exit_code"] == 1 and not sent(inbox)["ok"]
        discord = next(each.body.decode() for each in inbox.letters if each.path == "/discord")
        assert "Rebuilt from the 2 pages" in discord


def test_an_error_that_ends_the_run_hides_no_lost_state(noted: Backup, inbox: Inbox) -> None:
    (noted.folder / ".notion-sync.json").unlink()
    noted.notion.unshare(row(noted, "Milk"))
    noted.fail("/v1/pages/", Fault(status=401, body=b"{}"))
    assert noted.run(COMMIT="false").code == 2
    kinds = {each["kind"] for each in sent(inbox)["problems"] if "Rebuilt" in each["what"]}
    assert kinds == {"error"}


def test_copies_that_are_left_alone_are_a_warning_in_the_report(
    noted: Backup, inbox: Inbox, tmp_path: Path
) -> None:
    shutil.copytree(noted.folder / "wiki/tea", noted.folder / "zoo/tea")
    (noted.folder / ".notion-sync.json").unlink()
    ran = noted.run(COMMIT="false")
    assert "Left alone" in ran.log
    (warning,) = (each for each in sent(inbox)["problems"] if each["kind"] == "warning")
    assert "zoo/tea/" in warning["what"]
    assert "Left alone" in (tmp_path / "summary.md").read_text()
