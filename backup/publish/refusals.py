"""Explains why git or a host refused, and what to do, from their messages: two sentences in place of theirs.

The wordings are those of Gitea's and Forgejo's hooks (1.22 to 1.27), of GitHub (its error codes GH001,
GH006 and GH013), of GitLab and Bitbucket, of git 2.31 to 2.47 and of curl.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backup.errors import GitError, may_pass
from backup.settings import named

JOB = "the job's own token"
GIVEN = "the token in GIT_TOKEN"
_MOST = 400  # characters of what a host says

# Somebody else was faster, or the line broke: to be tried again.
_PASSING = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref"
    r"|reference already exists|incorrect old value|couldn't find remote ref"
    r"|connection reset|early EOF|unexpected disconnect",
    re.IGNORECASE,
)
# Git reports a broken line, too, when the host has said no.
_FINAL = re.compile(r"hook declined|exists; cannot create")
_STATUS = re.compile(r"(?:HTTP|error:) ([45]\d\d)\b")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried: `host` and `repository` are '' for a folder; `token` is what git shows itself with,
    in words, '' when it has nothing; `workflow` says whether a runner's job tried."""

    branch: str = ""
    host: str = ""
    repository: str = ""
    token: str = ""
    workflow: bool = False


_PULL_REQUEST = "Set PULL_REQUEST=true, and each run opens a pull request or adds to the open one"
_WAYS_OUT = (
    f"{_PULL_REQUEST}; or publish to another branch with BRANCH; or set GIT_TOKEN to a token of somebody "
    "who may push; or, on Gitea and Forgejo, exempt the backup's folder from the protection "
    "(unprotected file patterns)."
)
_MAY_WRITE = {
    JOB: "Give the job `permissions: contents: write` (on Gitea also look at the repository's Actions "
    "settings), or set GIT_TOKEN to a token of somebody who may push."
}
_ANOTHER = "Give it write access to the repository, or set GIT_TOKEN to a token that has it."
_SIGN_IN = {
    JOB: "Set GIT_TOKEN to a token that may push.",
    GIVEN: "It may be incomplete, expired or revoked: set another GIT_TOKEN.",
}
_CHECK_OUT = (
    "Let actions/checkout keep its credentials (persist-credentials: true, as it is by default), or set "
    "GIT_TOKEN."
)
_ON_A_LAPTOP = "Sign in, so that `git push` works here, or set GIT_TOKEN."
# What fits first counts: words of git or a host, what they mean, and what to do.
_KINDS = (
    (
        r"refusing to allow .* workflow",
        "{Token} may not touch the workflow files that the branch {branch} has.",
        "Set GIT_TOKEN to a token that may.",
    ),
    (
        r"unverified commit|verified signatures|must be signed",
        "The branch {branch} accepts only signed commits, and those of the backup are not signed.",
        f"{_PULL_REQUEST} (the host signs the merge); or publish to another branch with BRANCH; or give "
        "git a key of its own (commit.gpgsign, user.signingkey).",
    ),
    (
        r"GH001|file size limit|exceeds the maximum file size",
        "{Host} does not accept files of this size.",
        "Set a smaller MAX_FILE_MB.",
    ),
    (r"archived", "The repository is archived: nobody can push to it.", ""),
    (
        r"protected branch|is protected|GH006|GH013|rule violations|must use a pull request"
        r"|through (?:a )?pull requests?|TF402455",
        "Not allowed to push to the protected branch {branch}.",
        _WAYS_OUT,
    ),
    (
        r"\b413\b|(?:entity|content) too large",
        "A proxy in front of {host} limits how much one push may hold.",
        "Raise its limit (nginx: client_max_body_size), or publish more often with a smaller PUBLISH_EVERY.",
    ),
    (
        r"git (?:fetch|ls-remote)[\s\S]*\b403\b",
        "{Token} may not read {repository}.",
        "{allow}",
    ),
    (
        r"permission denied for writing|write access to repository not granted|permission to \S+ denied to"
        r"|not allowed to push code to this|error: 403|HTTP 403",
        "{Token} may not push to {repository}.",
        "{allow}",
    ),
    (
        r"permission denied \(publickey|host key verification failed",
        "{Host} did not let git in over ssh.",
        "An ssh remote needs its key and known_hosts here.",
    ),
    (
        r"could not read (?:username|password)|authentication failed|error: 401|unauthorized",
        "{unknown}.",
        "{sign_in}",
    ),
    (
        r"repository .* not found|error: 404|does not appear to be a git repository",
        "{nothing}.",
        "Check its address (`git remote -v`), and whether it may be read.",
    ),
    (
        r"exists; cannot create",
        "There can be no branch {branch} beside one whose name is the beginning of it, or begins with it.",
        "Choose another name.",
    ),
    (
        r"shallow update not allowed",
        "{Host} does not accept pushes from a shallow clone.",
        "Set fetch-depth: 0 for actions/checkout.",
    ),
    (
        r"refusing to update checked out branch",
        "The remote is a working clone, not a bare repository.",
        "Push to a bare repository, or to another branch with BRANCH.",
    ),
    (
        r"could not resolve host|connection refused|timed out|failed to connect|couldn't connect"
        r"|could not connect|did not end within",
        "{Host} could not be reached from here.",
        "Nothing is lost; the next run tries again.",
    ),
    (
        r"remote: *\S[\s\S]*hook declined",
        "A hook of {host} refused the push to {branch}: {said}.",
        "Do what it says, or ask whoever runs the host.",
    ),
    (
        r"hook declined",
        "{Host} refused the push to {branch} without a reason, most likely because it is protected.",
        _WAYS_OUT,
    ),
)


def passing(words: str) -> bool:
    """Whether it makes sense to try again, on what the remote has by then."""
    statuses = [may_pass(int(each)) for each in _STATUS.findall(words)]
    is_passing = any(statuses) or _PASSING.search(words)
    return bool(is_passing) and all(statuses) and not _FINAL.search(words)


def explained(error: GitError, where: Attempt) -> GitError:
    """The same in sentences: what was refused, and what to do. Errors that say so themselves stay as
    they are, and words that nobody knows are only tidied."""
    if error.hint:
        return error
    words = error.message
    for pattern, message, hint in _KINDS:
        if re.search(pattern, words, re.IGNORECASE):
            names = _names(words, where)
            advice = named(hint.format(**names), workflow=where.workflow)
            return GitError(message.format(**names), hint=advice)
    verb, found, _ = words.partition(" failed: ")
    return GitError(f"{verb}{found}{_tidied(words)}.")


def _names(words: str, where: Attempt) -> dict[str, str]:
    """What stands in the sentences in braces."""
    token = named(where.token, workflow=where.workflow)
    host, repository = where.host or "the remote", where.repository or "the remote"
    shown = token or "git without a token"
    without = _CHECK_OUT if where.workflow else _ON_A_LAPTOP
    nothing = f"{host} shows no repository {repository} to {shown}"
    return {
        "branch": where.branch,
        "host": host,
        "Host": host if where.host else "The remote",
        "repository": repository,
        "nothing": nothing if where.host else "There is no repository at the remote's address",
        "token": shown,
        "Token": shown if not token else shown[0].upper() + shown[1:],
        "said": _told_by_hook(words),
        "allow": _MAY_WRITE.get(where.token, _ANOTHER),
        "unknown": f"{host} does not accept {token}" if token else f"git has no token for {host}",
        "sign_in": _SIGN_IN.get(where.token, without),
    }


def _told_by_hook(words: str) -> str:
    lines = (line.strip() for line in _text(words).splitlines())
    return _joined(line.removeprefix("remote:") for line in lines if line.startswith("remote:"))


def _tidied(words: str) -> str:
    """Git's and the host's words, each once, without the form that programs read."""
    form = re.compile(r"^(?:(?:remote|fatal|error): *)+|^!\s*\S+\s+")
    return _joined(form.sub("", line.strip()) for line in _text(words).splitlines())


def _text(words: str) -> str:
    return words.partition(" failed: ")[2] or words


def _joined(lines: Iterable[str]) -> str:
    kept = dict.fromkeys(line.strip().rstrip(".") for line in lines if line.strip())
    return "; ".join(kept)[:_MOST]
