"""The settings of publishing: what is committed, as whom, where, and how often."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backup.settings.reader import Reader, Secret

FIELDS = ("counts", "new", "updated", "renamed", "removed", "failed", "title", "titles")
_AUTHOR = re.compile(r"([^<>\n]+?)\s*<([^<>\s]+)>")
# What git refuses in a branch's name (git check-ref-format).
_NO_BRANCH = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|[/.]$|\.lock(?:/|$)|^@$|^HEAD$"
)
_WORDS = {
    **dict.fromkeys(("run", "true", "yes", "1", "on"), "run"),
    **dict.fromkeys(("false", "no", "0", "off"), ""),
    "page": "page",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Publishing:
    """How to publish. `commit` is 'run', 'page' or '' for not at all; `every` are seconds, 0 for only
    at the end; `branch` and `message` are '' for the usual ones, `author` is None for the host's bot.
    `pull_request_branch` is '' when the branch is pushed to directly."""

    commit: str
    every: int
    branch: str
    message: str
    author: tuple[str, str] | None
    skip_ci: bool
    pull_request_branch: str
    token: Secret = field(repr=False)

    @property
    def by_page(self) -> bool:
        """Whether each page gets a commit of its own."""
        return self.commit == "page"


def publishing(reader: Reader) -> Publishing:
    """Read them."""
    wanted = reader.switch("PULL_REQUEST")
    head = reader.parsed("PULL_REQUEST_BRANCH", _branch)
    if wanted and head == reader.text("BRANCH").removeprefix("refs/heads/"):
        reader.problems.append("PULL_REQUEST_BRANCH: must differ from BRANCH.")
    return Publishing(
        commit=reader.parsed("COMMIT", _commit),
        every=reader.whole_number("PUBLISH_EVERY", 0, 86_400),
        branch=reader.parsed("BRANCH", _branch),
        message=reader.parsed("COMMIT_MESSAGE", _message),
        author=reader.parsed("COMMIT_AUTHOR", _author),
        skip_ci=reader.switch("SKIP_CI"),
        pull_request_branch=head if wanted else "",
        token=reader.secret("GIT_TOKEN"),
    )


def _commit(text: str) -> str:
    if (value := _WORDS.get(text.lower())) is None:
        raise ValueError(f"write run, page or false, not {text!r}.")
    return value


def _branch(text: str) -> str:
    name = text.removeprefix("refs/heads/")
    if _NO_BRANCH.search(name):
        raise ValueError(f"{text!r} is not a valid branch name.")
    return name


def _author(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    if not (found := _AUTHOR.fullmatch(text)):
        raise ValueError(f"write it as Name <mail@example.com>, not {text!r}.")
    return found[1], found[2]


def _message(text: str) -> str:
    unknown = [name for name in re.findall(r"\{(\w+)\}", text) if name not in FIELDS]
    if unknown:
        fields = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise ValueError(f"{{{unknown[0]}}} means nothing here; there are {fields}.")
    return text
