"""What the environment of a job says on each host, and what it leaves out."""

from __future__ import annotations

import pytest

from backup.publish import host

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_TOKEN": "job",
}
GITEA = {
    **GITHUB,
    "GITEA_ACTIONS": "true",
    "GITHUB_SERVER_URL": "http://gitea:3000/",
    "GITHUB_API_URL": "http://gitea:3000/api/v1",
}
FORGEJO = {**GITEA, "FORGEJO_ACTIONS": "true"}


def test_commits_are_those_of_the_hosts_own_bot() -> None:
    found = [host.bot(environ) for environ in (GITHUB, GITEA, FORGEJO, {})]
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
    assert host.branch({"GITHUB_REF": reference}) == branch


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
    assert host.pulls(environ) is is_pull


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
    assert host.default_branch(event) == branch


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
    assert host.job_token(environ, url) == token


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
    assert host.api(environ, url) == api


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://github.com/acme/wiki.git", ("acme", "wiki")),
        ("https://git.example.com/gitea/acme/wiki/", ("acme", "wiki")),
        ("git@github.com:acme/wiki.git", ("acme", "wiki")),
        ("ssh://git@github.com:22/acme/wiki", ("acme", "wiki")),
        ("https://github.com/wiki", ("", "")),
    ],
)
def test_owner_and_name_stand_at_the_end_of_an_address(url: str, names: tuple[str, str]) -> None:
    assert host.repository_of(url) == names
