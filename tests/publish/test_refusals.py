"""What git and hosts say when they refuse, and the two sentences that a person reads then."""

from __future__ import annotations

import re

import pytest

from backup.errors import GitError
from backup.publish import refusals
from backup.publish.refusals import GIVEN, JOB, Attempt
from backup.settings import SETTINGS

JOBS = Attempt("main", "git.example.com", "acme/wiki", JOB, workflow=True)
LAPTOPS = Attempt("main", "git.example.com", "acme/wiki", GIVEN)
DECLINED = "! abc:refs/heads/main [remote rejected] (pre-receive hook declined)"
PROTECTED = "Not allowed to push to the protected branch main. Set `pull-request: true`, and"
SIGNED = "The branch main accepts only signed commits, and those of the backup are not signed. Set"
MAY_NOT = (
    "The job's own token may not push to acme/wiki. Give the job `permissions: contents: write`"
)
SSH = "git.example.com did not let git in over ssh. An ssh remote needs its key and known_hosts"
WORDS = {
    # Gitea and Forgejo; before 1.27 the hook finds no user for a job, and gives no reason.
    f"remote: Not allowed to push to protected branch main\n{DECLINED}": PROTECTED,
    f"remote: branch main is protected from force push\n{DECLINED}": PROTECTED,
    f"remote: branch main is protected from unverified commit\n{DECLINED}": SIGNED,
    f"remote: User permission denied for writing.\n{DECLINED}": MAY_NOT,
    DECLINED: "git.example.com refused the push to main without a reason, most likely because it is "
    "protected. Set `pull-request: true`",
    f"remote: Ticket missing: you are not allowed to push.\nremote: Ask Ada.\n{DECLINED}": "A hook of "
    "git.example.com refused the push to main: Ticket missing: you are not allowed to push; Ask Ada. Do",
    # GitHub
    "remote: error: GH006: Protected branch update failed for refs/heads/main.": PROTECTED,
    "remote: error: GH013: Repository rule violations found\n- Changes must be made through a pull "
    "request.": PROTECTED,
    "remote: error: GH013: Repository rule violations found for refs/heads/main.\n- Commits must have "
    "verified signatures.": SIGNED,
    "remote: Permission to acme/wiki.git denied to github-actions[bot].\nfatal: unable to access: The "
    "requested URL returned error: 403": MAY_NOT,
    "remote: Write access to repository not granted.": MAY_NOT,
    "remote: error: GH001: Large files detected.": "git.example.com does not accept files of this size. "
    "Set a smaller `max-file-mb`.",
    "refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without "
    "`workflows` permission": "The job's own token may not touch the workflow files that the branch main "
    "has. Set `git-token` to a token that may.",
    "remote: This repository was archived so it is read-only.": "The repository is archived: nobody",
    # GitLab, Bitbucket, Azure
    "GitLab: You are not allowed to push code to protected branches on this project.": PROTECTED,
    "remote: Branch refs/heads/main can only be modified through pull requests.": PROTECTED,
    "TF402455: Pushes to this branch are not permitted; you must use a pull request": PROTECTED,
    # git, ssh and curl
    "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled": "git.example"
    ".com does not accept the job's own token. Set `git-token` to a token that may push.",
    "remote: Invalid username or password.\nfatal: Authentication failed for 'https://x/'": "git.example"
    ".com does not accept the job's own token. Set `git-token`",
    "git@git.example.com: Permission denied (publickey).": SSH,
    "Host key verification failed.": SSH,
    "remote: Repository not found.\nfatal: repository 'https://x/acme/wiki/' not found": "git.example.com "
    "shows no repository acme/wiki to the job's own token. Check its address",
    "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nsend-pack: unexpected "
    "disconnect while reading sideband packet": "A proxy in front of git.example.com limits how much one "
    "push may hold. Raise its limit (nginx: client_max_body_size)",
    "! [remote rejected] main (shallow update not allowed)": "git.example.com does not accept pushes from a "
    "shallow clone. Set fetch-depth: 0",
    "remote: error: refusing to update checked out branch: refs/heads/main": "The remote is a working "
    "clone, not a bare repository. Push",
    "fatal: unable to access 'https://x/': Could not resolve host: x": "git.example.com could not be "
    "reached from here. Nothing is lost; the next run tries again.",
}


def said(words: str, where: Attempt = JOBS, command: str = "push") -> str:
    return str(refusals.explained(GitError(f"git {command} failed: {words}"), where))


@pytest.mark.parametrize("words", WORDS)
def test_a_refusal_is_not_repeated_and_is_reported_with_what_to_do(words: str) -> None:
    assert said(words).startswith(WORDS[words])
    assert said(words).endswith(".") and ".." not in said(words)
    assert not refusals.passing(words)


def test_a_missing_folder_as_remote_is_not_reported_as_a_wrong_token() -> None:
    words = "fatal: '/mnt/nas/wiki.git' does not appear to be a git repository"
    assert said(words, Attempt("main"), "ls-remote").startswith(
        "There is no repository at the remote's address. Check its address"
    )


def test_who_was_refused_is_named_as_it_was_given() -> None:
    forbidden, unknown = "error: 403", "could not read Username"
    assert said(forbidden, LAPTOPS).startswith(
        "The token in GIT_TOKEN may not push to acme/wiki. Give it"
    )
    given = Attempt("main", "git.example.com", "acme/wiki", GIVEN, workflow=True)
    assert said(forbidden, given).startswith("The token in `git-token` may not push to acme/wiki.")
    assert said(forbidden, given, "ls-remote").startswith(
        "The token in `git-token` may not read acme/wiki."
    )
    assert said(unknown, given).endswith(
        "It may be incomplete, expired or revoked: set another `git-token`."
    )
    nobody = Attempt("main", "git.example.com", "acme/wiki")
    assert said(unknown, nobody) == (
        "git has no token for git.example.com. Sign in, so that `git push` works here, or set GIT_TOKEN."
    )
    nobody = Attempt("main", "git.example.com", "acme/wiki", workflow=True)
    assert "(persist-credentials: true, as it is by default), or set `git-token`." in said(
        unknown, nobody
    )


def test_a_laptop_reads_the_names_of_variables() -> None:
    assert "Set PULL_REQUEST=true, and each run" in said(DECLINED, LAPTOPS)
    assert "with BRANCH; or set GIT_TOKEN" in said(DECLINED, LAPTOPS)


def test_words_that_nobody_knows_are_tidied_and_get_no_advice() -> None:
    thrice = "\n".join(
        ["remote: error: Odd thing.", *["!\tabc:refs/heads/main\t[remote rejected] (odd)"] * 3]
    )
    assert said(thrice) == "git push failed: Odd thing; [remote rejected] (odd)."
    assert not refusals.passing("fatal: something else")


def test_an_error_that_has_its_advice_stays_as_it_is() -> None:
    error = GitError("error: 403", hint="Do this.")
    assert str(refusals.explained(error, JOBS)) == "error: 403. Do this."


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
        "error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500",
        "fatal: unable to access 'https://x/': The requested URL returned error: 408",
        "error: RPC failed; curl 56 Recv failure: Connection reset by peer",
        "fatal: early EOF",
    ],
)
def test_what_passes_by_itself_is_tried_again(words: str) -> None:
    assert refusals.passing(words)


def test_a_branch_below_another_one_is_not_tried_again() -> None:
    words = (
        "! abc:refs/heads/main/x [remote rejected] (failed to update ref)\nremote: error: cannot lock ref "
        "'refs/heads/main/x': 'refs/heads/main' exists; cannot create 'refs/heads/main/x'"
    )
    assert not refusals.passing(words)
    assert "beside one whose name" in said(words) and "Choose another name" in said(words)


def test_the_settings_that_are_advised_exist() -> None:
    names = {setting.name for setting in SETTINGS}
    advice = " ".join(said(words, LAPTOPS) for words in WORDS)
    advised = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b|\bBRANCH\b", advice))
    assert {"BRANCH", "GIT_TOKEN", "MAX_FILE_MB"} < advised <= names
