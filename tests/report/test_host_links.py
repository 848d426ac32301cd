"""What the runners say about where a run takes place, in the forms of each host."""

from __future__ import annotations

import pytest

from backup.report import links

RUNNER = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/wiki",
    "GITHUB_RUN_ID": "900",
    "GITHUB_RUN_NUMBER": "12",
    "RUNNER_NAME": "runner-1",
}
GITEA = {**RUNNER, "GITEA_ACTIONS": "true", "GITHUB_SERVER_URL": "http://gitea:3000/"}
FORGEJO = {**GITEA, "FORGEJO_ACTIONS": "true"}


def test_the_hosts_are_distinguished() -> None:
    found = [links.host_of(environ) for environ in (RUNNER, GITEA, FORGEJO, {}, {"ACT": "true"})]
    assert found == ["github", "gitea", "forgejo", "", ""]


def test_the_address_of_the_run_is_the_hosts() -> None:
    assert links.job(RUNNER).run == "https://github.com/acme/wiki/actions/runs/900"
    assert links.job(GITEA).run == "http://gitea:3000/acme/wiki/actions/runs/900"
    assert links.job(FORGEJO).run == "http://gitea:3000/acme/wiki/actions/runs/12"


def test_people_get_the_address_that_they_can_reach() -> None:
    job = links.job(GITEA, "https://git.example.com/")
    assert (job.server, job.run) == (
        "https://git.example.com",
        "https://git.example.com/acme/wiki/actions/runs/900",
    )


@pytest.mark.parametrize("server", ["", "javascript:alert(1)", "https://a b", "https://x>)[y](z"])
def test_without_a_usable_address_nothing_is_linked(server: str) -> None:
    assert links.job({**RUNNER, "GITHUB_SERVER_URL": server}).run == ""


def test_outside_of_a_workflow_only_the_machine_is_known() -> None:
    job = links.job({}, machine="laptop")
    assert (job.host, job.server, job.run, job.machine) == ("", "", "", "laptop")


@pytest.mark.parametrize(
    ("origin", "repository"),
    [
        ("https://github.com/acme/wiki.git", "acme/wiki"),
        ("https://x-access-token:secret@git.example/sub/acme/wiki", "acme/wiki"),
        ("git@github.com:acme/wiki.git", "acme/wiki"),
        ("ssh://git@git.example:2222/acme/wiki.git", "acme/wiki"),
        ("/srv/git/acme/wiki.git", ""),
        ("file:///srv/acme/wiki.git", ""),
        ("https://[bad", ""),
        ("", ""),
    ],
)
def test_the_repository_is_read_from_its_remote(origin: str, repository: str) -> None:
    assert links.repository_of(origin) == repository
