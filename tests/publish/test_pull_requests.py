"""Pull requests instead of pushes: one that is opened once and kept up to date, on every host."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakenotion.server import Asked
from tests.support.backups import Backup
from tests.support.git_server import GitServer
from tests.support.kitchen import read_since
from tests.support.publishing import (
    PAGES,
    at_remote,
    clone,
    later,
    move,
    page,
    push,
    remote_commits,
    remote_files,
    remote_text,
    runner,
    write,
)

FORGES = {"github": "/api/v3", "gitea": "/api/v1", "forgejo": "/api/v1"}
ACTIONS = {
    "gitea": {"GITEA_ACTIONS": "true"},
    "forgejo": {"FORGEJO_ACTIONS": "true", "GITEA_ACTIONS": "true"},
}


@pytest.mark.parametrize("forge", FORGES)
def test_a_pull_request_is_opened_then_updated_and_the_branch_below_it_is_left_alone(
    target: Backup, host: GitServer, forge: str
) -> None:
    job = runner(host, FORGES[forge], PULL_REQUEST="true", **ACTIONS.get(forge, {}))
    for number in range(5):
        host.pulls.add(f"other-{number}")
    host.pulls.add("notion-backup", owner="somebody-with-a-fork")
    host.pulls.add("notion-backup", base="next")
    host.hook("update", '[ "$1" = refs/heads/main ] && exit 1 || exit 0')
    ran = target.run(**job)
    assert ran.code == 0, ran.log
    assert remote_files(target) == ["code.py"]
    assert remote_files(target, "notion-backup") == [".notion-sync.json", "code.py", *PAGES]
    ours = host.pulls.open[-1]
    assert (ours["head"]["ref"], ours["base"]["ref"]) == ("notion-backup", "main")
    assert ours["title"] == "Back up Notion: 2 new" and "- new: `Tea`" in ours["body"]
    assert ours["html_url"] in ran.log

    count = len(host.pulls.open)
    write(target, "Tea", "News.")
    target.notion.rename(page(target, "Milk"), "Cocoa")
    assert target.run(**job).code == 0
    assert len(host.pulls.open) == count
    assert "- new: `Cocoa`" in ours["body"] and "Milk" not in ours["body"]
    assert remote_commits(target, "notion-backup") == 3
    assert "News." in remote_text(target, "wiki/tea/index.md", "notion-backup")


def test_the_outputs_name_the_pull_request(target: Backup, host: GitServer, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    job = runner(host, PULL_REQUEST="true", GITHUB_OUTPUT=str(outputs))
    assert target.run(**job).code == 0
    assert host.pulls.open[0]["html_url"] in outputs.read_text()


def test_when_a_pull_request_was_merged_the_next_one_begins_with_the_branch_below(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    """Also when the host squashed its commits, so that the old branch is no part of main."""
    job = runner(host, PULL_REQUEST="true")
    assert target.run(**job).code == 0
    host.pulls.open.clear()
    merger = clone(target, tmp_path / "merger")
    merger.git("merge", "-q", "--squash", "origin/notion-backup")
    (merger.folder / "more.py").write_text("x = 1\n")
    push(merger, "more.py")
    write(target, "Tea", "News.")
    fresh = move(clone(target, tmp_path / "fresh"), host)
    ran = fresh.run(**job)
    assert ran.code == 0, ran.log
    assert at_remote(target, "rev-list", "--count", "main..notion-backup") == "1"
    assert at_remote(target, "diff", "--name-only", "main", "notion-backup").splitlines() == [
        *(".notion-sync.json", "wiki/tea/.notion.json", "wiki/tea/index.md"),
    ]
    assert len(host.pulls.open) == 1


def test_a_host_that_cannot_be_asked_costs_nothing_of_an_open_pull_request(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    """What reviewers have added to the branch is there alone."""
    job = runner(host, PULL_REQUEST="true")
    assert target.run(**job).code == 0
    reviewer = clone(target, tmp_path / "reviewer", "--branch=notion-backup")
    (reviewer.folder / "review.md").write_text("Fine.\n")
    push(reviewer, "review.md", branch="notion-backup")
    write(target, "Tea", "News.")
    host.pulls.down = True
    ran = target.run(**job)
    assert ran.code == 1 and "Bad Gateway" in ran.log
    assert remote_text(target, "review.md", "notion-backup") == "Fine."
    assert "News." in remote_text(target, "wiki/tea/index.md", "notion-backup")
    host.pulls.down = False
    assert target.run(**job).code == 0
    assert len(host.pulls.open) == 1


def test_of_two_jobs_that_recreate_the_branch_the_slower_one_continues_it(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    job = runner(host, PULL_REQUEST="true")
    assert target.run(**job).code == 0
    host.pulls.open.clear()  # turned down
    write(target, "Tea", "News.")  # else the same second gives the same commit
    target.notion.add_page(target.notion.add_database("Books", {}), "Sea level")
    wiki, books = target.notion.databases()
    other = move(clone(target, tmp_path / "other"), host)

    def publish_other() -> None:
        host.before_push = None
        assert other.run(**job, DATABASES=books).code == 0

    host.before_push = publish_other
    ran = target.run(**job, DATABASES=wiki)
    assert ran.code == 0, ran.log
    found = remote_files(target, "notion-backup")
    assert {*PAGES, "books/sea-level/index.md"} <= set(found)
    assert at_remote(target, "rev-list", "--count", "main..notion-backup") == "2"


def test_a_branch_that_another_job_recreated_while_this_one_read_is_continued(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    job = runner(host, PULL_REQUEST="true")
    assert target.run(**job).code == 0
    host.pulls.open.clear()  # turned down
    write(target, "Tea", "News.")
    target.notion.add_page(target.notion.add_database("Books", {}), "Sea level")
    wiki, books = target.notion.databases()
    other = move(clone(target, tmp_path / "other"), host)
    codes: list[int] = []
    others = iter([other])

    def meanwhile(asked: Asked) -> None:
        """The moment after a run has looked at the branch, and before it has read a page."""
        if asked.path.endswith("/children"):
            codes.extend(each.run(**job, DATABASES=books).code for each in others)

    target.server.plan = meanwhile
    assert target.run(**job, DATABASES=wiki).code == 0
    assert codes == [0]
    found = remote_files(target, "notion-backup")
    assert {*PAGES, "books/sea-level/index.md"} <= set(found)


def test_two_jobs_share_one_pull_request(target: Backup, host: GitServer, tmp_path: Path) -> None:
    target.notion.add_page(target.notion.add_database("Books", {}), "Sea level")
    wiki, books = target.notion.databases()
    job = runner(host, PULL_REQUEST="true")
    other = move(clone(target, tmp_path / "other"), host)

    def publish_other() -> None:
        host.before_push = None
        assert other.run(**job, DATABASES=books).code == 0

    host.before_push = publish_other
    ran = target.run(**job, DATABASES=wiki)
    assert ran.code == 0, ran.log
    found = remote_files(target, "notion-backup")
    assert {*PAGES, "books/sea-level/index.md"} <= set(found)
    assert len(host.pulls.open) == 1
    assert host.pulls.open[0]["title"] == "Back up Notion: 3 new"


def test_nothing_new_opens_no_pull_request(target: Backup, host: GitServer) -> None:
    assert target.run().code == 0
    ran = target.run(**runner(host, PULL_REQUEST="true"))
    assert ran.code == 0 and "nothing to commit" in ran.log
    assert host.pulls.open == []
    assert at_remote(target, "branch", "--list", "notion-backup") == ""


def test_a_host_that_lets_no_job_open_pull_requests_is_explained_and_the_branch_is_there(
    target: Backup, host: GitServer
) -> None:
    words = "GitHub Actions is not permitted to create or approve pull requests."
    host.pulls.refusal = (403, words)
    ran = target.run(**runner(host, "/api/v3", PULL_REQUEST="true"))
    assert ran.code == 1 and words in ran.log and "pull-requests: write" in ran.log
    assert set(PAGES) <= set(remote_files(target, "notion-backup"))
    assert host.token not in ran.log
    host.pulls.refusal = None
    write(target, "Tea", "News.")
    assert target.run(**runner(host, "/api/v3", PULL_REQUEST="true")).code == 0
    assert len(host.pulls.open) == 1


def test_pull_requests_into_another_branch_come_from_another_branch(
    target: Backup, host: GitServer
) -> None:
    at_remote(target, "branch", "next", "main")
    job = runner(host, PULL_REQUEST="true", PULL_REQUEST_BRANCH="from-notion", BRANCH="next")
    assert target.run(**job).code == 0
    (pull,) = host.pulls.open
    assert (pull["head"]["ref"], pull["base"]["ref"]) == ("from-notion", "next")


def test_pull_requests_without_a_token_or_a_host_are_a_mistake_in_the_settings(
    target: Backup, host: GitServer
) -> None:
    ran = target.run(PULL_REQUEST="true", GIT_TOKEN="")
    assert ran.code == 2 and "PULL_REQUEST needs a token" in ran.log
    target.git("remote", "remove", "origin")
    ran = target.run(PULL_REQUEST="true")
    assert ran.code == 2 and "PULL_REQUEST needs a remote" in ran.log
    target.git("checkout", "-q", "-b", "notion-backup")
    ran = target.run(PULL_REQUEST="true")
    assert ran.code == 2 and "cannot be merged into itself" in ran.log


def test_runs_of_fresh_clones_go_on_with_the_open_pull_request(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    job = runner(host, PULL_REQUEST="true", ALLOW_MASS_DELETE="true")
    later(target)
    assert target.run(**job).code == 0
    asked = len(target.server.requests)
    quiet = move(clone(target, tmp_path / "quiet", "--depth=1"), host).run(**job)
    assert quiet.code == 0 and "nothing to commit" in quiet.log, quiet.log
    assert read_since(target, asked) == set()
    assert host.pulls.open[0]["title"] == "Back up Notion: 2 new"
    target.notion.trash(page(target, "Milk"))
    later(target)
    ran = move(clone(target, tmp_path / "trashed", "--depth=1"), host).run(**job)
    assert ran.code == 0 and "1 removed" in ran.log, ran.log
    assert "wiki/milk/index.md" not in remote_files(target, "notion-backup")
    (pull,) = host.pulls.open
    assert pull["title"] == "Back up Notion: 1 new"
    assert "Tea" in pull["body"] and "Milk" not in pull["body"]


def test_a_page_that_is_on_the_default_branch_and_was_renamed_is_reported_as_renamed(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    later(target)
    assert target.run().code == 0
    target.notion.rename(page(target, "Milk"), "Oat milk")
    later(target)
    job = runner(host, PULL_REQUEST="true")
    for name in ("one", "two"):
        assert move(clone(target, tmp_path / name), host).run(**job).code == 0
        (pull,) = host.pulls.open
        updated = "1 updated, " if name == "two" else ""
        assert pull["title"] == f"Back up Notion: {updated}1 renamed"
        write(target, "Tea", "News.")
    assert at_remote(target, "rev-list", "--count", "main..notion-backup") == "2"
