"""What hosts say when they refuse, and what a person is told to do then."""

from __future__ import annotations

import re

import pytest

from backup.publish import refusals
from backup.settings import SETTINGS

DECLINED = "! abc:refs/heads/main [remote rejected] (pre-receive hook declined)"
WORDS = {
    # Gitea and Forgejo; before 1.27 the hook finds no user for a job, and gives no reason.
    f"remote: Not allowed to push to protected branch main\n{DECLINED}": "PULL_REQUEST=true",
    f"remote: branch main is protected from force push\n{DECLINED}": "PULL_REQUEST=true",
    f"remote: branch main is protected from unverified commit\n{DECLINED}": "signed commits",
    f"remote: User permission denied for writing.\n{DECLINED}": "contents: write",
    DECLINED: "PULL_REQUEST=true",
    # GitHub
    "remote: error: GH006: Protected branch update failed for refs/heads/main.": "PULL_REQUEST=true",
    "remote: error: GH013: Repository rule violations found\n- Changes must be made through a pull "
    "request.": "PULL_REQUEST=true",
    "remote: error: GH013: Repository rule violations found for refs/heads/main.\n- Commits must have "
    "verified signatures.": "signed commits",
    "remote: Permission to acme/wiki.git denied to github-actions[bot].\nfatal: unable to access: The "
    "requested URL returned error: 403": "contents: write",
    "remote: Write access to repository not granted.": "contents: write",
    "remote: error: GH001: Large files detected.": "MAX_FILE_MB",
    "refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without "
    "`workflows` permission": "workflow files",
    "remote: This repository was archived so it is read-only.": "archived",
    # GitLab, Bitbucket, Azure
    "GitLab: You are not allowed to push code to protected branches on this project.": "BRANCH",
    "remote: Branch refs/heads/main can only be modified through pull requests.": "PULL_REQUEST=true",
    "TF402455: Pushes to this branch are not permitted; you must use a pull request": "PULL_REQUEST",
    # git, ssh and curl
    "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled": "git-token",
    "remote: Invalid username or password.\nfatal: Authentication failed for 'https://x/'": "git-token",
    "git@git.example.com: Permission denied (publickey).": "known_hosts",
    "Host key verification failed.": "known_hosts",
    "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nsend-pack: unexpected "
    "disconnect while reading sideband packet": "client_max_body_size",
    "! [remote rejected] main (shallow update not allowed)": "fetch-depth: 0",
    "remote: error: refusing to update checked out branch: refs/heads/main": "bare repository",
    "fatal: unable to access 'https://x/': Could not resolve host: x": "could not be reached",
}


@pytest.mark.parametrize("words", WORDS)
def test_a_refusal_is_not_repeated_and_names_the_way_out(words: str) -> None:
    assert WORDS[words] in refusals.hint(words)
    assert not refusals.passing(words)


@pytest.mark.parametrize(
    "words",
    [
        "! abc:refs/heads/main [rejected] (fetch first)",
        "! abc:refs/heads/main [rejected] (non-fast-forward)",
        "! abc:refs/heads/main [rejected] (stale info)",
        "! abc:refs/heads/main [remote rejected] (cannot lock ref 'refs/heads/main': is at a but expected b)",
        "! abc:refs/heads/main [remote rejected] (failed to update ref)",
        "fatal: couldn't find remote ref refs/heads/main",
        "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502",
        "error: RPC failed; curl 56 Recv failure: Connection reset by peer",
        "fatal: early EOF",
    ],
)
def test_what_passes_by_itself_is_tried_again(words: str) -> None:
    assert refusals.passing(words)


def test_words_that_nobody_knows_get_no_advice() -> None:
    assert refusals.hint("fatal: something else") == ""
    assert not refusals.passing("fatal: something else")


def test_the_settings_that_are_advised_exist() -> None:
    names = {setting.name for setting in SETTINGS} | {setting.input for setting in SETTINGS}
    advice = " ".join(refusals.hint(words) for words in WORDS)
    advised = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b|\bBRANCH\b|\bgit-token\b", advice))
    assert advised and advised <= names
