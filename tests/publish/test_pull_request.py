"""Pull requests through the API of a host that answers oddly: what a real one seldom does on demand."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses

from backup.errors import GitError
from backup.publish.pull_request import PullRequest, PullRequests

PULLS = "https://git.example.com/api/v1/repos/acme/wiki/pulls"
OURS = {
    "number": 7,
    "html_url": "https://git.example.com/acme/wiki/pulls/7",
    "head": {"ref": "notion-backup", "repo": {"full_name": "Acme/Wiki"}},
    "base": {"ref": "main", "repo": {"full_name": "acme/wiki"}},
}
FOREIGN = {**OURS, "number": 8}


@pytest.fixture
def pulls() -> PullRequests:
    api = "https://git.example.com/api/v1"
    return PullRequests(api, "acme/wiki", "notion-backup", "main", "token")


@responses.activate
@pytest.mark.parametrize(
    "other",
    [
        {**FOREIGN, "head": {"ref": "notion-backup", "repo": {"full_name": "eve/wiki"}}},
        {**FOREIGN, "head": {"ref": "notion-backup", "repo": None, "user": {"login": "eve"}}},
        {**FOREIGN, "head": {"ref": "other"}},
        {**FOREIGN, "base": {"ref": "next"}},
        {**FOREIGN, "head": None},
        {**FOREIGN, "base": "main"},
        {},
        "text",
        None,
    ],
)
def test_only_one_that_merges_our_branch_is_ours(pulls: PullRequests, other: Any) -> None:
    responses.get(PULLS, json=[other])
    responses.get(PULLS, json=[other, OURS])
    responses.get(PULLS, json=[])
    found = pulls.find()
    assert found == PullRequest(7, "https://git.example.com/acme/wiki/pulls/7")


@responses.activate
@pytest.mark.parametrize("odd", [{**OURS, "number": "seven"}, {**OURS, "number": None}])
def test_an_answer_that_makes_no_sense_ends_in_a_sentence(pulls: PullRequests, odd: Any) -> None:
    responses.get(PULLS, json=[odd])
    with pytest.raises(GitError, match="could not be understood"):
        pulls.find()


@responses.activate
def test_another_job_may_open_it_first(pulls: PullRequests) -> None:
    responses.get(PULLS, json=[])
    responses.post(PULLS, status=409, json={"message": "already exists"})
    responses.get(PULLS, json=[OURS])
    assert pulls.offer("Title", "Text").number == 7


@responses.activate
def test_the_open_one_gets_the_words_of_now(pulls: PullRequests) -> None:
    responses.get(PULLS, json=[OURS])
    patched = responses.patch(f"{PULLS}/7", json=OURS)
    assert pulls.offer("Title", "Text").number == 7
    sent = json.loads(patched.calls[0].request.body or "")
    assert sent == {"title": "Title", "body": "Text"}


@responses.activate
@pytest.mark.parametrize("status", [300, 302])
def test_the_token_follows_no_redirect(pulls: PullRequests, status: int) -> None:
    elsewhere = "https://elsewhere.example.com/pulls"
    responses.get(PULLS, status=status, headers={"Location": elsewhere})
    followed = responses.get(elsewhere, json=[])
    with pytest.raises(GitError, match=f"{status}"):
        pulls.find()
    assert followed.call_count == 0


@responses.activate
def test_a_refusal_is_reported_in_the_words_of_the_host(pulls: PullRequests) -> None:
    errors = ["in words", {"message": "in particular"}, {"field": "base"}]
    responses.get(PULLS, status=422, json={"message": "Refused", "errors": errors})
    with pytest.raises(GitError) as caught:
        pulls.find()
    assert "422: Refused in words in particular {'field': 'base'}" in caught.value.message


@responses.activate
@pytest.mark.parametrize("body", ["<html>", "[]", "[" * 100_000, '{"errors": {"a": 1}}', "null"])
def test_a_refusal_without_words_is_one_too(pulls: PullRequests, body: str) -> None:
    responses.get(PULLS, status=403, body=body)
    with pytest.raises(GitError, match="refused GET pulls with 403") as caught:
        pulls.find()
    assert "pull-requests: write" in caught.value.hint


@responses.activate
def test_a_host_that_does_not_answer_is_named_so(pulls: PullRequests) -> None:
    responses.get(PULLS, body=requests.ConnectionError("reset"))
    with pytest.raises(
        GitError, match="could not be asked for pull requests: the connection failed"
    ):
        pulls.find()
