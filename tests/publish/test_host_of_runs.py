"""Publishing to a host: tokens, refusals and pull requests, over real HTTP."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.backups import TOKEN as NOTION_TOKEN
from tests.support.backups import Backup, Hasty
from tests.support.git_server import GitServer
from tests.support.publishing import PAGES, remote_files, remote_text, runner, state_of, write


def persist(target: Backup, host: GitServer, token: str) -> None:
    """What actions/checkout leaves in the clone."""
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    target.git("config", f"http.{host.url}/.extraheader", f"AUTHORIZATION: basic {basic}")


def everything(folder: Path) -> bytes:
    """Every byte of every file, git's objects unpacked too."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_given_token_pushes_and_is_found_nowhere_afterwards(
    target: Backup, host: GitServer
) -> None:
    host.private = True
    ran = target.run()
    assert ran.code == 0, ran.log
    assert set(PAGES) <= set(remote_files(target))
    basic = base64.b64encode(f"x-access-token:{host.token}".encode())
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(command, cwd=target.folder, capture_output=True, check=True).stdout
    for secret in (host.token.encode(), basic, NOTION_TOKEN.encode()):
        assert secret not in ran.log.encode() + everything(target.folder) + objects


def test_a_given_token_wins_over_what_checkout_left_and_only_one_is_sent(
    target: Backup, host: GitServer
) -> None:
    persist(target, host, "an old one")
    assert target.run().code == 0
    assert all(len(asked.authorization) < 2 for asked in host.requests)


def test_what_checkout_left_is_used_and_the_jobs_own_token_is_not(
    target: Backup, host: GitServer
) -> None:
    persist(target, host, host.token)
    ran = target.run(**runner(host, GITHUB_TOKEN="another"))
    assert ran.code == 0, ran.log


def test_where_checkout_left_nothing_the_jobs_own_token_pushes(
    target: Backup, host: GitServer
) -> None:
    host.private = True
    ran = target.run(**runner(host))
    assert ran.code == 0, ran.log


@pytest.mark.parametrize("server", ["https://git.example.com", "http://127.0.0.1:1"])
def test_the_jobs_own_token_is_sent_to_no_other_host(
    target: Backup, host: GitServer, server: str
) -> None:
    ran = target.run(**runner(host, GITHUB_SERVER_URL=server))
    assert ran.code == 1 and "persist-credentials" in ran.log
    assert {asked.authorization for asked in host.requests} == {()}


def test_outside_of_a_workflow_a_token_in_the_environment_is_not_used(
    target: Backup, host: GitServer
) -> None:
    ran = target.run(**runner(host, GITHUB_ACTIONS=""))
    assert ran.code == 1
    assert {asked.authorization for asked in host.requests} == {()}


def test_git_and_its_children_see_no_secret_but_in_its_own_settings(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    """A git in front of the real one writes down what it is started with."""
    seen = tmp_path / "seen"
    seen.mkdir()
    real = os.path.realpath(
        next(
            Path(folder, "git")
            for folder in os.environ["PATH"].split(":")
            if Path(folder, "git").exists()
        )
    )
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nenv > "{seen}/$$.env"\nprintf "%s\\n" "$@" > "{seen}/$$.argv"\n'
        f'exec "{real}" "$@"\n'
    )
    script.chmod(0o755)
    path = f"{script.parent}:{os.environ['PATH']}"
    assert target.run(PATH=path).code == 0
    arguments = "".join(each.read_text() for each in seen.glob("*.argv"))
    variables = "".join(each.read_text() for each in seen.glob("*.env"))
    assert "push" in arguments
    basic = base64.b64encode(f"x-access-token:{host.token}".encode()).decode()
    for secret in (host.token, basic, NOTION_TOKEN):
        assert secret not in arguments
    assert host.token not in variables and NOTION_TOKEN not in variables
    places = {line.partition("=")[0] for line in variables.splitlines() if basic in line}
    assert places and all(place.startswith("GIT_CONFIG_VALUE_") for place in places)
    assert "GIT_TERMINAL_PROMPT=0" in variables


def test_without_any_token_the_run_ends_at_once_and_names_the_ways_in(
    target: Backup, host: GitServer
) -> None:
    ran = target.run(**runner(host, GITHUB_TOKEN=""))
    assert ran.code == 1
    assert "persist-credentials: true" in ran.log and "or set `git-token`." in ran.log
    ran = target.run(GIT_TOKEN="")
    assert ran.code == 1 and "git has no token for 127.0.0.1. Sign in, so that" in ran.log
    assert not pages_read(target)


def test_a_token_in_the_address_is_never_shown(target: Backup, host: GitServer) -> None:
    address = host.remote.replace("://", "://somebody:planted_password@")
    target.git("remote", "set-url", "origin", address)
    ran = target.run(GIT_TOKEN="")
    assert ran.code == 1 and "planted_password" not in ran.log


def pages_read(target: Backup) -> list[str]:
    """What was asked of Notion about the text of pages."""
    return [each.path for each in target.server.requests if "/children" in each.path]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("given", "he token in `git-token`"),
        ("job", "he job's own token"),
        ("checkout", "he job's own token"),
        ("other", "he token that actions/checkout keeps in the clone"),
    ],
)
def test_a_token_that_may_not_push_is_named_before_any_page_is_read(
    target: Backup, host: GitServer, who: str, refused: str, status: int
) -> None:
    """Reading is free, as in every public repository: only a push shows it."""
    host.wrong = status
    given = runner(host, GITHUB_TOKEN="ghs_wrong_token", GIT_TOKEN="bad_one" * (who == "given"))
    if who in ("checkout", "other"):
        persist(target, host, "ghs_wrong_token" if who == "checkout" else "another_wrong_one")
    ran = target.run(**given)
    said = (
        f"does not accept t{refused}."
        if status == 401
        else f"T{refused} may not push to acme/wiki."
    )
    assert ran.code == 1 and said in ran.log, ran.log
    assert ran.log.count("error") == 1 and "git push failed" not in ran.log
    assert not pages_read(target) and not host.pushes()


def test_a_dry_run_needs_no_leave_to_push(target: Backup, host: GitServer) -> None:
    host.wrong = 403
    ran = target.run("--dry-run", GIT_TOKEN="a_wrong_one")
    assert ran.code == 0, ran.log


def test_a_host_that_cannot_be_reached_ends_the_run_before_any_page_is_read(
    target: Backup, host: GitServer
) -> None:
    target.git("remote", "set-url", "origin", "http://127.0.0.1:1/acme/wiki.git")
    ran = target.run()
    assert ran.code == 1
    assert (
        "127.0.0.1 could not be reached from here. Nothing is lost; the next run tries" in ran.log
    )
    assert not pages_read(target)


REFUSALS = {
    "error: Not allowed to push to protected branch main": "Not allowed to push to the protected branch "
    "main. Set PULL_REQUEST=true",
    "User permission denied for writing.": "The token in GIT_TOKEN may not push to acme/wiki. Give it",
    "No ticket, no push.": "A hook of 127.0.0.1 refused the push to main: No ticket, no push. Do what",
}


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_of_the_host_ends_in_its_words_and_a_way_out(
    target: Backup, host: GitServer, words: str
) -> None:
    host.hook("pre-receive", f'for one in 1 2 3; do echo "{words}" >&2; done\nexit 1')
    ran = target.run()
    assert ran.code == 1
    assert ran.log.count(REFUSALS[words]) == 2, "where it happens, and in the last lines"
    assert "nothing was published, 2 new" in ran.log and "[remote rejected]" not in ran.log
    assert len(host.pushes()) == 1, "a refusal is no reason to try again"
    assert target.git("status", "--porcelain") != ""
    host.hook("pre-receive", "")
    write(target, "Tea", "News.")
    ran = target.run()
    assert ran.code == 0, ran.log
    assert {record["title"] for record in state_of(target).values()} == {"Tea", "Milk"}
    assert "News." in remote_text(target, "wiki/tea/index.md")
    assert target.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    "status, advice", [(413, "client_max_body_size"), (403, "write access to the repository")]
)
def test_a_refusal_before_git_is_explained(
    target: Backup, host: GitServer, status: int, advice: str
) -> None:
    host.refusal = status
    ran = target.run()
    assert ran.code == 1 and advice in ran.log


def test_a_host_that_is_busy_for_a_moment_is_asked_again(target: Backup, host: GitServer) -> None:
    def recover() -> None:
        host.refusal = 0

    target.stop = hasty = Hasty()
    host.refusal, host.after_refusal = 503, recover
    ran = target.run()
    assert ran.code == 0, ran.log
    assert len(host.pushes()) == 2
    assert len(hasty.waits) == 1 and hasty.waits[0] > 0


def test_pull_requests_are_refused_as_a_place_to_publish_to_unless_a_branch_is_named(
    target: Backup, host: GitServer
) -> None:
    event = runner(host, GITHUB_EVENT_NAME="pull_request", GITHUB_REF="refs/pull/7/merge")
    target.git("checkout", "-q", "--detach")
    ran = target.run(**event, GITHUB_HEAD_REF="feature")
    assert ran.code == 1 and "Name the branch to publish to with `branch`." in ran.log
    assert not host.pushes()
    assert target.run(**event, BRANCH="main").code == 0


def test_tags_are_refused_as_a_place_to_publish_to_unless_a_branch_is_named(
    target: Backup, host: GitServer
) -> None:
    event = runner(host, GITHUB_REF="refs/tags/v1", GITHUB_REF_NAME="v1")
    target.git("checkout", "-q", "--detach")
    ran = target.run(**event)
    assert ran.code == 1 and "Name the branch to publish to with `branch`." in ran.log
    assert target.run(**event, BRANCH="main").code == 0


def test_a_detached_job_without_a_branch_publishes_to_the_default_branch(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    """Scheduled runs of Gitea before 1.21.4 name no branch at all."""
    target.git("checkout", "-q", "--detach")
    nameless = runner(host, GITHUB_REF="", GITHUB_REF_NAME="")
    assert target.run(**nameless).code == 0
    assert set(PAGES) <= set(remote_files(target))
    event = tmp_path / "event.json"
    event.write_text('{"repository": {"default_branch": "notes"}}')
    write(target, "Tea", "News.")
    assert target.run(**nameless, GITHUB_EVENT_PATH=str(event)).code == 0
    assert "News." in remote_text(target, "wiki/tea/index.md", "notes")


@pytest.mark.parametrize("busy", [1, 3, 100])
def test_a_host_that_is_busy_when_a_run_begins_is_asked_again_eight_times(
    target: Backup, host: GitServer, busy: int
) -> None:
    target.stop = hasty = Hasty()
    host.busy = busy
    ran = target.run()
    assert len(hasty.waits) == min(busy, 7) and all(hasty.waits)
    assert ran.code == (0 if busy < 8 else 1), ran.log
    assert ("503" in ran.log) == (busy > 8)
    assert (len(remote_files(target)) > 1) == (busy < 8)


def test_a_host_that_lets_nobody_read_without_a_token_ends_the_run_with_a_way_in(
    target: Backup, host: GitServer
) -> None:
    target.stop = hasty = Hasty()
    host.private = True
    ran = target.run(GIT_TOKEN="")
    assert ran.code == 1 and "git has no token for 127.0.0.1. Sign in" in ran.log
    assert hasty.waits == [], "asking again lets nobody in"
