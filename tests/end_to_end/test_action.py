"""action.yml under a real runner: a user's workflow, a bare remote, the stand-in for Notion."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.sample import edit, sample
from fakenotion.faults import error
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.end_to_end.act_runner import TOKEN, Job, Target
from tests.support.backups import wiki

NOTHING = {
    "changed": "false",
    "commit": "",
    "pull-request": "",
    "failed-pages": "[]",
    "problems": "0",
    "pages-written": "0",
    "pages-removed": "0",
    "pages-failed": "0",
    "files-written": "0",
}


def build(folder: Path, environment: Path, notion: Workspace, address: str) -> Target:
    """A repository whose workflow backs up every database of `notion`."""
    databases = "\n".join(notion.databases())
    return Target.build(folder, environment, databases=databases, **{"notion-api-url": address})


@dataclass(frozen=True)
class Ran:
    """A job, and the repository after it: the commits of the branch, its tip, its pages, and what
    git's status says in the clone."""

    job: Job
    commits: int
    tip: str
    pages: list[str]
    status: str

    @classmethod
    def on(cls, target: Target, event: str = "workflow_dispatch", **inputs: str) -> Ran:
        job = target.run(event, **inputs)
        assert job.succeeded, job.log
        tip = target.git("rev-parse", "main", folder="remote.git")
        pages = [path for path in target.files() if path.endswith("/index.md")]
        return cls(job, target.commits(), tip, pages, target.git("status", "--porcelain"))


@dataclass(frozen=True)
class Days:
    """A repository after four runs: a dry one, the first, one of which nothing was new, and one
    after a morning of edits. `before` and `after`: when the action's files were written."""

    target: Target
    dry: Ran
    first: Ran
    second: Ran
    third: Ran
    before: dict[Path, int]
    after: dict[Path, int]

    def printed(self) -> str:
        return "".join(ran.job.printed for ran in (self.dry, self.first, self.second, self.third))


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Days:
    notion = sample()
    with StandIn(notion).serving() as url:
        target = build(tmp_path_factory.mktemp("days"), environment, notion, url)
        before = target.stamps()
        dry = Ran.on(target, **{"dry-run": "true"})
        first = Ran.on(target, "schedule")
        target.pull()
        second = Ran.on(target)
        edit(notion)
        third = Ran.on(target)
        return Days(target, dry, first, second, third, before, target.stamps())


def test_a_dry_run_started_by_hand_writes_nothing(days: Days) -> None:
    assert days.dry.job.outputs["changed"] == "false"
    assert (days.dry.commits, days.dry.status) == (1, "")


def test_what_changes_in_notion_is_pushed_and_nothing_else(days: Days) -> None:
    """The first one was started by the schedule, the others by hand: one file serves for both."""
    first, second, third = days.first, days.second, days.third
    assert (first.job.outputs["changed"], first.job.outputs["commit"]) == ("true", first.tip)
    assert first.job.outputs["pages-written"] == str(len(first.pages)) == "21"
    expected = {**NOTHING, "pages-unchanged": str(len(first.pages))}
    assert {name: second.job.outputs[name] for name in expected} == expected
    assert second.job.outputs["requests-reading"] == "0"
    assert (third.job.outputs["changed"], third.job.outputs["pages-removed"]) == ("true", "1")
    assert (first.commits, second.commits, third.commits) == (2, 2, 3)


def test_the_commit_is_the_hosts_bots_and_touches_only_the_backup(days: Days) -> None:
    tip = days.first.tip
    author = days.target.git("log", "-1", "--format=%an", tip, folder="remote.git")
    assert author == "github-actions[bot]"
    changed = days.target.git("diff", "--name-only", f"{tip}~1", tip, folder="remote.git")
    assert ".gitea" not in changed
    assert ".notion-sync.json" in changed


def test_the_secret_appears_in_no_log_and_no_file(days: Days) -> None:
    said = days.printed()
    history = days.target.git("log", "-p", "--text", "--all", folder="remote.git")
    assert "Back up Notion" in history and "Listing" in said
    assert TOKEN not in history + said
    assert "X-Amz-Signature" not in history + said


def test_the_action_leaves_its_own_folder_as_it_was(days: Days) -> None:
    assert days.after == days.before


def test_a_shared_config_in_the_environment_gives_each_repository_its_databases(
    tmp_path: Path, environment: Path
) -> None:
    notion = wiki("Tea")
    for title in ("Books", "Plans"):
        notion.add_page(notion.add_database(title, {}), f"One of the {title}")
    inputs = {"notion-token": "", "databases": "", "notion-api-url": ""}
    target = Target.build(tmp_path, environment, **inputs)
    path = target.clone / ".gitea/workflows/notion-backup.yml"
    first, second, _ = notion.databases()
    shared = f"DB1_NOTION_ID={first}\\nDB1_PATH=docs\\nDB1_GIT_REPO=wiki"
    shared += f"\\nDB2_NOTION_ID={second}\\nDB2_GIT_REPO=acme/another"
    settings = {
        "NOTION_TOKEN": "${{ secrets.NOTION_TOKEN }}",
        "CONFIG": f'"{shared}"',
    }
    with StandIn(notion).serving() as settings["NOTION_API_URL"]:
        lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
        text = path.read_text("utf-8").replace("\njobs:\n", f"\nenv:\n{lines}\njobs:\n")
        path.write_text(text)
        job = target.run()
    assert job.succeeded, job.log
    assert {path.split("/")[0] for path in target.files()} == {
        ".gitea",
        ".notion-sync.json",
        "docs",
    }


def test_mistakes_in_the_inputs_fail_the_job_with_their_names_and_nothing_is_carried_out(
    tmp_path: Path, environment: Path
) -> None:
    mark = tmp_path / "carried-out"
    inputs = {
        "databases": f'"; touch {mark}; $(touch {mark}) `touch {mark}`',
        "concurrency": "many",
    }
    target = Target.build(tmp_path, environment, **inputs)
    job = target.run()
    assert not job.succeeded
    assert "CONCURRENCY" in job.log and "DATABASES" in job.log
    assert "Traceback" not in job.log
    assert not mark.exists()


def test_a_page_that_cannot_be_read_fails_the_job_and_the_rest_is_pushed(
    tmp_path: Path, environment: Path
) -> None:
    notion = wiki("Tea", "Milk", "Notes on mud")
    server = StandIn(notion)
    rows = notion.node(notion.source(notion.databases()[0])).children
    (broken,) = (row for row in rows if notion.title(notion.node(row)) == "Notes on mud")
    server.plan = lambda asked: error(400) if f"/blocks/{broken}" in asked.path else None
    with server.serving() as url:
        target = build(tmp_path, environment, notion, url)
        job = target.run()
    assert not job.succeeded
    (failed,) = json.loads(job.outputs["failed-pages"])
    assert (failed["title"], job.outputs["pages-failed"]) == ("Notes on mud", "1")
    assert job.outputs["commit"] == target.git("rev-parse", "main", folder="remote.git")
    pages = [path for path in target.files() if path.endswith("/index.md")]
    assert job.outputs["pages-written"] == str(len(pages)) == "2"
    assert not [path for path in pages if "mud" in path]
    assert TOKEN not in job.printed


def test_a_python_that_is_not_there_is_named(tmp_path: Path, environment: Path) -> None:
    target = Target.build(tmp_path, environment, python="/nowhere/python3")
    job = target.run()
    assert not job.succeeded
    assert "needs Python 3.10 or newer; tried: /nowhere/python3." in job.log
