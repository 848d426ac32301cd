"""What the environment of a job says on each host, and what it leaves out."""

from __future__ import annotations

import pytest

from backup import ci

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_TOKEN": "job",
    "GITHUB_REPOSITORY": "acme/wiki",
    "GITHUB_RUN_ID": "900",
    "GITHUB_RUN_NUMBER": "12",
    "RUNNER_NAME": "runner-1",
}
GITEA = {
    **GITHUB,
    "GITEA_ACTIONS": "true",
    "GITHUB_SERVER_URL": "http://gitea:3000/",
    "GITHUB_API_URL": "http://gitea:3000/api/v1",
}
FORGEJO = {**GITEA, "FORGEJO_ACTIONS": "true"}


def test_commits_are_those_of_the_hosts_own_bot() -> None:
    found = [ci.bot(environ) for environ in (GITHUB, GITEA, FORGEJO, {})]
    assert [each and each.name for each in found] == [
        "github-actions[bot]",
        "gitea-actions",
        "forgejo-actions",
        None,
    ]


@pytest.mark.parametrize(
    ("reference", "branch"),
    [
        ("refs/heads/main", "main"),
        ("refs/heads/feature/x", "feature/x"),
        ("main", "main"),
        ("", ""),
        ("refs/tags/v1", ""),
        ("refs/pull/7/merge", ""),
        ("a" * 40, ""),
    ],
)
def test_the_branch_of_a_job(reference: str, branch: str) -> None:
    assert ci.branch({"GITHUB_REF": reference}) == branch


@pytest.mark.parametrize(
    ("environ", "is_pull"),
    [
        ({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge"}, True),
        ({"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"}, True),
        ({"GITHUB_EVENT_NAME": "workflow_call", "GITHUB_REF": "refs/pull/7/head"}, True),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}, False),
        ({}, False),
    ],
)
def test_a_pull_request_is_known_by_its_event_or_its_reference(
    environ: dict[str, str], is_pull: bool
) -> None:
    assert ci.pulls(environ) is is_pull


@pytest.mark.parametrize(
    ("event", "branch"),
    [
        ('{"repository": {"default_branch": "trunk"}}', "trunk"),
        ('{"repository": null}', ""),
        ("[]", ""),
        ("null", ""),
        ("", ""),
        ("{", ""),
        ('{"repository": {"default_branch": 7}}', ""),
    ],
)
def test_the_default_branch_in_an_event(event: str, branch: str) -> None:
    assert ci.default_branch(event) == branch


@pytest.mark.parametrize(
    ("environ", "url", "token"),
    [
        (GITHUB, "https://github.com/acme/wiki", "job"),
        (GITHUB, "https://github.com.evil.example/acme/wiki", ""),
        (GITHUB, "http://github.com/acme/wiki", ""),
        (GITHUB, "https://git.example.com/acme/wiki", ""),
        (GITHUB, "git@github.com:acme/wiki.git", "job"),
        (GITHUB, "/srv/wiki.git", ""),
        (GITEA, "http://gitea:3000/acme/wiki", "job"),
        (GITEA, "http://gitea:3001/acme/wiki", ""),
        ({**GITHUB, "GITHUB_ACTIONS": ""}, "https://github.com/acme/wiki", ""),
        ({**GITHUB, "GITHUB_SERVER_URL": ""}, "/srv/wiki.git", ""),
    ],
)
def test_the_jobs_token_is_for_the_jobs_host(environ: dict[str, str], url: str, token: str) -> None:
    assert ci.job_token(environ, url) == token


@pytest.mark.parametrize(
    ("environ", "url", "api"),
    [
        (GITHUB, "https://github.com/acme/wiki", "https://api.github.com"),
        (GITEA, "http://gitea:3000/acme/wiki", "http://gitea:3000/api/v1"),
        (GITEA, "https://github.com/acme/wiki", "https://api.github.com"),
        (GITHUB, "https://git.example.com:8443/x/acme/wiki", "https://git.example.com:8443/api/v1"),
        ({}, "git@github.com:acme/wiki.git", "https://api.github.com"),
        ({}, "ssh://git@git.example.com:2222/acme/wiki", "https://git.example.com/api/v1"),
        ({}, "https://ada:pass@git.example.com/acme/wiki", "https://git.example.com/api/v1"),
        ({}, "/srv/wiki.git", ""),
        ({}, "C:/srv/wiki.git", ""),
    ],
)
def test_the_api_is_that_of_the_remotes_host(environ: dict[str, str], url: str, api: str) -> None:
    assert ci.api(environ, url) == api


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.com/acme/wiki.git", "acme/wiki"),
        ("https://git.example.com/gitea/acme/wiki/", "acme/wiki"),
        ("https://x-access-token:secret@git.example/sub/acme/wiki", "acme/wiki"),
        ("git@github.com:acme/wiki.git", "acme/wiki"),
        ("github.com:acme/wiki", "acme/wiki"),
        ("ssh://git@github.com:22/acme/wiki", "acme/wiki"),
        ("ssh://git@git.example:2222/acme/wiki.git", "acme/wiki"),
        ("git://git.example/acme/wiki.git", "acme/wiki"),
        ("https://github.com/wiki", ""),
        ("https://github.com/acme/a wiki", ""),
        ("/srv/git/acme/wiki.git", ""),
        ("C:/srv/acme/wiki.git", ""),
        ("file:///srv/acme/wiki.git", ""),
        ("https://[bad", ""),
        ("", ""),
    ],
)
def test_owner_and_name_stand_at_the_end_of_an_address(url: str, repository: str) -> None:
    assert ci.repository_of(url) == repository


@pytest.mark.parametrize(
    ("url", "is_about"),
    [
        ("https://github.com/Acme/wiki.git", True),
        ("git@github.com:acme/wiki.git", True),
        ("https://github.com/acme/notes", False),
        ("/srv/acme/wiki.git", False),
        ("https://[bad", False),
        ("", True),
    ],
)
def test_a_job_is_about_the_repository_that_it_names(url: str, is_about: bool) -> None:
    assert ci.is_about(GITHUB, url) is is_about
    assert ci.is_about({}, url)


@pytest.mark.parametrize("url", ["https://[bad", "ssh://[bad/acme/wiki"])
def test_what_is_not_an_address_has_no_host(url: str) -> None:
    assert (ci.api(GITHUB, url), ci.job_token(GITHUB, url)) == ("", "")


def test_the_hosts_are_told_apart() -> None:
    found = [ci.product(environ) for environ in (GITHUB, GITEA, FORGEJO, {}, {"ACT": "true"})]
    assert found == ["github", "gitea", "forgejo", "", ""]


def test_the_address_of_the_run_is_the_hosts() -> None:
    assert ci.job(GITHUB).run == "https://github.com/acme/wiki/actions/runs/900"
    assert ci.job(GITEA).run == "http://gitea:3000/acme/wiki/actions/runs/900"
    assert ci.job(FORGEJO).run == "http://gitea:3000/acme/wiki/actions/runs/12"


def test_people_get_the_address_that_they_can_reach() -> None:
    job = ci.job(GITEA, "https://git.example.com/")
    assert (job.server, job.run) == (
        "https://git.example.com",
        "https://git.example.com/acme/wiki/actions/runs/900",
    )


@pytest.mark.parametrize("server", ["", "javascript:alert(1)", "https://a b", "https://x>)[y](z"])
def test_without_a_usable_address_nothing_is_linked(server: str) -> None:
    assert ci.job({**GITHUB, "GITHUB_SERVER_URL": server}).run == ""


def test_outside_of_a_workflow_only_the_machine_is_known() -> None:
    job = ci.job({}, machine="laptop")
    assert (job.host, job.server, job.run, job.machine) == ("", "", "", "laptop")
