"""The action on each kind of host: as its runner sets up the job, over HTTP with the job's own token."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakenotion import blocks, build
from fakenotion.server import Asked, StandIn
from fakenotion.storage import PNG
from tests.end_to_end.act_runner import TOKEN, Target
from tests.support.backups import wiki
from tests.support.git_server import GitServer

LFS = Path(__file__).parents[1] / "support" / "lfs_program.py"
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
    notion: StandIn

    def secrets_in(self, said: str) -> list[str]:
        """Which secrets stand in what was printed, or in anything that was committed."""
        history = self.target.git("log", "-p", "--text", "--all", folder="remote.git")
        return [each for each in (TOKEN, self.server.token) if each in said + history]


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
    api = StandIn(notion)
    with api.serving() as address, server.serving():
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
        yield Hosted(request.param, target, server, api)


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
    assert "Not allowed to push to the protected branch main. Set `pull-request: true`" in job.log
    assert hosted.secrets_in(job.printed) == []


@pytest.fixture
def crowded(hosted: Hosted) -> Hosted:
    """A clone of depth 1 with work of its user in it, where images belong into Git LFS, line ends
    are converted and texts are ignored. The second page takes its time."""
    target, notion = hosted.target, hosted.notion.workspace
    (target.clone / ".gitattributes").write_text("*.png filter=lfs diff=lfs merge=lfs -text\n")
    (target.clone / ".gitignore").write_text("*.md\n")
    workflow = target.clone / ".gitea/workflows/notion-backup.yml"
    inputs = '          commit: page\n          publish-every: "1"\n          databases:'
    workflow.write_text(workflow.read_text().replace("          databases:", inputs))
    target.git("add", "-A")
    target.git("commit", "-qm", "Crowd it")
    target.git("push", "-q", "../remote.git", "HEAD:main")
    shutil.rmtree(target.clone)
    target.git("clone", "-q", "--depth=1", f"file://{target.root}/remote.git", "clone", folder=".")
    target.git("remote", "set-url", "origin", hosted.server.remote)
    target.git("checkout", "-q", "--detach")
    target.git("config", "core.autocrlf", "true")
    (target.clone / "draft.txt").write_text("not yet")
    (target.clone / "staged.txt").write_text("staged")
    target.git("add", "staged.txt")
    program = target.root / "bin/git-lfs"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{LFS}" "$@"\n')
    program.chmod(0o755)
    tea, milk = notion.children(notion.node(notion.source(notion.databases()[0])))
    kept = notion.files.keep("view.png", PNG)
    notion.append(tea.id, [blocks.media("image", build.hosted(kept), "A view")])

    def slowly(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{milk.id}/children":
            end = time.monotonic() + 50  # the program waits for a minute
            while not hosted.server.pushes() and time.monotonic() < end:
                time.sleep(0.05)

    hosted.notion.plan = slowly
    return hosted


@pytest.mark.parametrize("hosted", ["gitea"], indirect=True)
def test_a_job_in_a_crowded_clone_publishes_each_page_as_it_goes(crowded: Hosted) -> None:
    target = crowded.target
    job = target.run()
    assert job.succeeded, job.log
    said = target.git("log", "--format=%an: %s", "main", folder="remote.git").splitlines()
    assert said[:4] == [
        "gitea-actions: Back up Notion: 1 new",
        "Ada Lindqvist: Add “##[error]Milk”",
        "gitea-actions: Back up Notion: 1 new",
        "Ada Lindqvist: Add “Tea @ all”",
    ]
    assert len(crowded.server.pushes()) == 2, "the quick page did not wait for the slow one"
    shown = "wiki/tea-all/assets/1-a-view.png"
    pointer = target.git("show", f"main:{shown}", folder="remote.git")
    assert pointer.startswith("version https://git-lfs.github.com/spec/v1")
    assert "\r" not in target.git("show", "main:wiki/tea-all/index.md", folder="remote.git")
    listed = target.git("ls-tree", "-r", "--name-only", "main", folder="remote.git")
    assert not {"draft.txt", "staged.txt"} & set(listed.splitlines())
    assert crowded.secrets_in(job.printed) == []
