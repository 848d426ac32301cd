"""The action on each kind of host: as its runner sets up the job, over HTTP with the job's own token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from act_runner import TOKEN, Target

from backup.demo.server import StandIn
from backup.demo.workspace import Workspace
from tests.backups import wiki
from tests.end_to_end.git_server import GitServer

BOTS = {
    "github": "github-actions[bot]",
    "gitea": "gitea-actions",
    "forgejo": "forgejo-actions",
}


@dataclass
class Hosted:
    """A repository on a host of some kind, and the Notion that its workflow backs up."""

    kind: str
    target: Target
    server: GitServer
    notion: Workspace

    def secrets_in(self, told: str) -> list[str]:
        """Which secrets stand in what was told, or in anything that was committed."""
        history = self.target.git("log", "-p", "--text", "--all", folder="remote.git")
        return [each for each in (TOKEN, self.server.token) if each in told + history]


def variables(kind: str, url: str) -> dict[str, str]:
    """What the runner of such a host sets, where that differs from act."""
    if kind == "github":
        return {"GITHUB_SERVER_URL": url, "GITHUB_API_URL": f"{url}/api/v3"}
    shared = {
        "GITEA_ACTIONS": "true",
        "GITHUB_SERVER_URL": f"{url}/",  # as `${{ github.server_url }}` has it there
        "GITHUB_API_URL": f"{url}/api/v1",
        "GITHUB_REF": "main",  # of scheduled runs before 1.25.1
        "GITHUB_REF_NAME": "",
    }
    return shared | ({"FORGEJO_ACTIONS": "true"} if kind == "forgejo" else {})


@pytest.fixture(params=BOTS)
def hosted(tmp_path: Path, environment: Path, request: pytest.FixtureRequest) -> Iterator[Hosted]:
    """Reading needs the token too, and checkout has left none; the head is detached."""
    notion = wiki("Tea @all", "##[error]Milk")
    server = GitServer(tmp_path / "host")
    (server.root / "acme").mkdir(parents=True)
    with StandIn(notion).serving() as address, server.serving():
        inputs = {"databases": notion.databases()[0], "notion-api-url": address}
        if request.param == "forgejo":
            inputs["pull-request"] = "true"
        target = Target.build(tmp_path, environment, **inputs)
        server.repository.symlink_to(tmp_path / "remote.git")
        server.git("config", "http.receivepack", "true")
        server.private = True
        target.git("remote", "set-url", "origin", server.remote)
        target.git("checkout", "-q", "--detach")
        target.token = server.token
        target.variables = variables(request.param, server.url)
        yield Hosted(request.param, target, server, notion)


def test_a_job_publishes_with_its_own_token_beside_others_and_shows_it_to_nobody(
    hosted: Hosted,
) -> None:
    kind, target, server = hosted.kind, hosted.target, hosted.server
    branch = "notion-backup" if kind == "forgejo" else "main"

    def push_another() -> None:
        server.before_push = None
        tree = target.git("rev-parse", "main^{tree}", folder="remote.git")
        other = target.git("commit-tree", tree, "-p", "main", "-m", "other", folder="remote.git")
        target.git("update-ref", "refs/heads/main", other, folder="remote.git")

    server.before_push = push_another
    job = target.run()
    assert job.succeeded, job.log
    assert target.git("log", "-1", "--format=%an", branch, folder="remote.git") == BOTS[kind]
    listed = target.git("ls-tree", "-r", "--name-only", branch, folder="remote.git")
    assert "wiki/tea-all/index.md" in listed
    assert "other" in target.git("log", "--format=%s", "main", folder="remote.git")
    assert len(server.pushes()) == (1 if kind == "forgejo" else 2)
    assert hosted.secrets_in(job.printed) == []
    pulls = [pull["html_url"] for pull in server.pulls.open]
    assert job.outputs["pull-request"] == (pulls[0] if kind == "forgejo" else "")

    if kind != "github":  # the same there as on Gitea
        again = target.run()
        assert again.succeeded, again.log
        assert again.outputs["commit"] == "", "the clone is behind; the remote has it all"


@pytest.mark.parametrize("hosted", ["gitea"], indirect=True)
def test_a_branch_that_is_protected_fails_the_job_with_the_way_out(hosted: Hosted) -> None:
    words = "Not allowed to push to protected branch"
    hosted.server.hook("pre-receive", f'echo "{words}" >&2\nexit 1')
    job = hosted.target.run()
    assert not job.succeeded
    assert words in job.log and "PULL_REQUEST=true" in job.log
    assert hosted.secrets_in(job.printed) == []
