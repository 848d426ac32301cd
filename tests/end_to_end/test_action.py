"""action.yml under a real runner: a user's workflow, a bare remote, the stand-in for Notion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from act_runner import TOKEN, Job, Target

from backup.demo.faults import error
from backup.demo.sample import edit, sample
from backup.demo.server import StandIn
from backup.demo.workspace import Workspace

NOTHING = {
    "changed": "false",
    "commit": "",
    "pull-request": "",
    "failed-pages": "[]",
    "pages-written": "0",
    "pages-removed": "0",
    "pages-failed": "0",
    "files-written": "0",
}


@pytest.fixture
def notion() -> Workspace:
    return sample()


@pytest.fixture
def address(notion: Workspace) -> Iterator[str]:
    with StandIn(notion).serving() as url:
        yield url


def build(folder: Path, environment: Path, notion: Workspace, address: str) -> Target:
    """A repository whose workflow backs up every database of `notion`."""
    databases = "\n".join(notion.databases())
    return Target.build(folder, environment, databases=databases, **{"notion-api-url": address})


@pytest.fixture
def target(tmp_path: Path, environment: Path, notion: Workspace, address: str) -> Target:
    return build(tmp_path, environment, notion, address)


@dataclass(frozen=True)
class Once:
    """A repository after its first run. `before` and `after`: when the action's files were written."""

    target: Target
    job: Job
    before: dict[Path, int]
    after: dict[Path, int]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Once:
    """For tests that only look."""
    notion = sample()
    with StandIn(notion).serving() as url:
        target = build(tmp_path_factory.mktemp("once"), environment, notion, url)
        before, job, after = target.stamps(), target.run(), target.stamps()
    assert job.succeeded, job.log
    return Once(target, job, before, after)


def test_what_changes_in_notion_is_pushed_and_nothing_else(
    target: Target, notion: Workspace
) -> None:
    first = target.run()
    assert first.succeeded, first.log
    tip = target.git("rev-parse", "main", folder="remote.git")
    assert (first.outputs["changed"], first.outputs["commit"]) == ("true", tip)
    pages = [path for path in target.files() if path.endswith("/index.md")]
    assert first.outputs["pages-written"] == str(len(pages))
    assert target.commits() == 2

    target.pull()
    second = target.run()
    assert second.succeeded, second.log
    assert second.outputs == {**NOTHING, "pages-unchanged": str(len(pages))}
    assert target.commits() == 2

    edit(notion)
    third = target.run()
    assert (third.outputs["changed"], third.outputs["pages-removed"]) == ("true", "1")
    assert target.commits() == 3


def test_the_commit_is_the_hosts_bots_and_touches_only_the_backup(once: Once) -> None:
    author = once.target.git("log", "-1", "--format=%an", "main", folder="remote.git")
    assert author == "github-actions[bot]"
    changed = once.target.git("diff", "--name-only", "main~1", "main", folder="remote.git")
    assert ".gitea" not in changed
    assert ".notion-sync.json" in changed


def test_the_secret_appears_in_no_log_and_no_file(once: Once) -> None:
    told = once.job.printed
    history = once.target.git("log", "-p", "--text", "--all", folder="remote.git")
    assert "Back up Notion" in history and "Listing" in told
    assert TOKEN not in history + told
    assert "X-Amz-Signature" not in history + told


def test_the_action_leaves_its_own_folder_as_it_was(once: Once) -> None:
    assert once.after == once.before


def test_a_dry_run_started_by_hand_writes_nothing(target: Target) -> None:
    job = target.run(**{"dry-run": "true"})
    assert job.succeeded, job.log
    assert job.outputs["changed"] == "false"
    assert (target.commits(), target.git("status", "--porcelain")) == (1, "")


def test_a_schedule_runs_with_the_same_file(target: Target) -> None:
    job = target.run("schedule")
    assert job.succeeded, job.log
    assert target.commits() == 2


def test_a_shared_config_in_the_environment_gives_each_repository_its_databases(
    tmp_path: Path, environment: Path, notion: Workspace, address: str
) -> None:
    inputs = {"notion-token": "", "databases": "", "notion-api-url": ""}
    target = Target.build(tmp_path, environment, **inputs)
    path = target.clone / ".gitea/workflows/notion-backup.yml"
    (first, second, *_) = notion.databases()
    shared = f"DB1_NOTION_ID={first}\\nDB1_PATH=docs\\nDB1_GIT_REPO=wiki"
    shared += f"\\nDB2_NOTION_ID={second}\\nDB2_GIT_REPO=acme/another"
    settings = {
        "NOTION_TOKEN": "${{ secrets.NOTION_TOKEN }}",
        "CONFIG": f'"{shared}"',
        "NOTION_API_URL": address,
    }
    lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
    path.write_text(path.read_text("utf-8").replace("\njobs:\n", f"\nenv:\n{lines}\njobs:\n"))
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
    notion = sample()
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
    assert job.outputs["pages-written"] == str(len(pages)) != "0"
    assert not [path for path in pages if "mud" in path]
    assert TOKEN not in job.printed


def test_a_python_that_is_not_there_is_named(tmp_path: Path, environment: Path) -> None:
    target = Target.build(tmp_path, environment, python="/nowhere/python3")
    job = target.run()
    assert not job.succeeded
    assert "needs Python 3.10 or newer, and none of these is one: /nowhere/python3." in job.log
