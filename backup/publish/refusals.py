"""Explains a rejected push, and what to do, from the messages of git and the hosts.

The wordings are those of Gitea's and Forgejo's hooks (1.22 to 1.27), of GitHub (its error codes GH001,
GH006 and GH013), of GitLab and Bitbucket, of git 2.31 to 2.47 and of curl.
"""

from __future__ import annotations

import re

# Somebody else was faster, or the line broke: to be tried again.
_PASSING = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref"
    r"|reference already exists|incorrect old value|couldn't find remote ref"
    r"|(?:HTTP|error:) (?:429|502|503|504)|connection reset|early EOF|unexpected disconnect",
    re.IGNORECASE,
)
# Git reports a broken line, too, when the host has said no.
_FINAL = re.compile(r"hook declined|(?:HTTP|error:) (?!408|429)4\d\d")
_PULL_REQUEST = (
    "set PULL_REQUEST=true, so that each run opens a pull request or adds to the open one"
)
_WAYS_OUT = (
    f"Solutions: {_PULL_REQUEST}; or publish to another branch with BRANCH; or allow the push: with a "
    "git-token of somebody who may push, or by exempting the backup's folder from the protection "
    "(Gitea and Forgejo: unprotected file patterns)."
)
# The first that fits counts; what a host says besides "hook declined" is worth more.
_HINTS = (
    (
        r"refusing to allow .* workflow",
        "The branch has workflow files that this token may not touch: pass a git-token that may.",
    ),
    (
        r"unverified commit|verified signatures|must be signed",
        "The branch accepts only signed commits, and the job's are unsigned. "
        f"Solutions: {_PULL_REQUEST} (the host signs the merge); or publish to another branch "
        "with BRANCH; or give git a key of its own (commit.gpgsign, user.signingkey).",
    ),
    (
        r"GH001|file size limit|exceeds the maximum file size",
        "The host does not accept files of this size: set a smaller MAX_FILE_MB.",
    ),
    (r"archived", "The repository is archived: nobody can push to it."),
    (
        r"protected branch|is protected|GH006|GH013|rule violations|must use a pull request"
        r"|through (?:a )?pull requests?|TF402455",
        f"The branch is protected. {_WAYS_OUT}",
    ),
    (
        r"\b413\b|(?:entity|content) too large",
        "A proxy in front of the host limits how much one push may hold: raise its limit (nginx: "
        "client_max_body_size), or publish more often with a smaller PUBLISH_EVERY.",
    ),
    (
        r"denied to|write access|permission denied for writing|error: 403|HTTP 403|not allowed to push",
        "The job's token may not write: give the job `permissions: contents: write` (in Gitea also "
        "look at the repository's Actions settings), or pass a git-token of somebody who may push.",
    ),
    (
        r"could not read (?:username|password)|authentication failed|error: 401|unauthorized"
        r"|permission denied \(publickey|host key verification failed",
        "git has no credentials for the remote: let actions/checkout keep its credentials (persist-credentials: "
        "true, as it is by default), or pass a git-token; an ssh remote needs its key and known_hosts.",
    ),
    (
        r"shallow update not allowed",
        "The host does not accept pushes from a shallow clone: set fetch-depth: 0 for actions/checkout.",
    ),
    (
        r"refusing to update checked out branch",
        "The remote is a working clone, not a bare repository: push to a bare repository, or to another "
        "branch with BRANCH.",
    ),
    (
        r"could not resolve host|connection refused|timed out|failed to connect|did not end within",
        "The host could not be reached from here; the next run tries again.",
    ),
    (
        r"hook declined",
        f"A rule of the host refused it, most likely because the branch is protected. {_WAYS_OUT}",
    ),
)


def passing(words: str) -> bool:
    """Whether it makes sense to try again, on what the remote has by then."""
    return bool(_PASSING.search(words)) and not _FINAL.search(words)


def hint(words: str) -> str:
    """What to do about a refusal; '' when the words say nothing that is known."""
    found = (advice for pattern, advice in _HINTS if re.search(pattern, words, re.IGNORECASE))
    return next(found, "")
