"""The settings of publishing: what is committed, by which author, where, and how often."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backup.settings.parsers import YES_OR_NO, Secret, secret, shown, switch, whole_number
from backup.settings.setting import SettingReader, setting

FIELDS = ("counts", "new", "updated", "renamed", "removed", "failed", "title", "titles")
_AUTHOR = re.compile(r"([^<>\n]+?)\s*<([^<>\s]+)>")
# What git refuses in a branch's name (git check-ref-format).
_NO_BRANCH = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|[/.]$|\.lock(?:/|$)|^@$|^HEAD$"
)
_WORDS = {word: "run" if yes else "" for word, yes in YES_OR_NO.items()}
_WORDS |= {"run": "run", "page": "page"}


def _commit(text: str) -> str:
    if (value := _WORDS.get(text.lower())) is None:
        raise ValueError(f"write run, page or false, not {shown(text)}.")
    return value


def _branch(text: str) -> str:
    name = text.removeprefix("refs/heads/")
    if _NO_BRANCH.search(name):
        raise ValueError(f"{shown(text)} is not a valid branch name.")
    return name


def _author(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    if not (found := _AUTHOR.fullmatch(text)):
        raise ValueError(f"write it as Name <mail@example.com>, not {shown(text)}.")
    return found[1], found[2]


def _message(text: str) -> str:
    unknown = [name for name in re.findall(r"\{(\w+)\}", text) if name not in FIELDS]
    if unknown:
        fields = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise ValueError(f"{{{unknown[0]}}} means nothing here; there are {fields}.")
    return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Publishing:
    """How to publish. `commit` is 'run', 'page' or '' for not at all; `every` are seconds, 0 for only
    at the end; `branch` and `message` are '' for the usual ones, `author` is None for the host's bot.
    `pull_request_branch` is '' when the branch is pushed to directly."""

    commit: str = setting(
        "COMMIT",
        "run",
        "`run`: one commit for everything published at once; `page`: one commit per page, "
        "authored by its last editor in Notion (name and e-mail address); `false`: write files only, without git.",
        _commit,
    )
    every: int = setting(
        "PUBLISH_EVERY",
        "300",
        "How often to commit and push finished pages during a run, in seconds, so that a "
        "cancelled job keeps its progress. `0`: only at the end, and after each 500 MB of files.",
        whole_number(0, 86_400),
    )
    branch: str = setting(
        "BRANCH",
        "",
        "The branch to publish to. Default: the one that is checked out. Required when a "
        "pull request or a tag starts the workflow.",
        _branch,
    )
    message: str = setting(
        "COMMIT_MESSAGE",
        "",
        "The commit message, with {counts} (`3 new, 1 renamed`), {new}, {updated}, "
        "{renamed}, {removed}, {failed} (numbers), {titles} (one line per page) and {title} "
        "(the page's title, or the number of pages). Default: `Back up Notion: {counts}`, "
        "then {titles}.",
        _message,
    )
    author: tuple[str, str] | None = setting(
        "COMMIT_AUTHOR",
        "",
        "Commit author, as `Name <mail@example.com>`. Default: the CI host's bot; outside "
        "CI, git's configured user.",
        _author,
    )
    skip_ci: bool = setting(
        "SKIP_CI",
        "false",
        "Add `[skip ci]` to the commit message. Not needed with the job's own token: its "
        "pushes start no workflows.",
        switch,
    )
    pull_request: bool = setting(
        "PULL_REQUEST",
        "false",
        "Push to PULL_REQUEST_BRANCH, and open or update a pull request: for branches that "
        "do not allow direct pushes.",
        switch,
    )
    pull_request_branch: str = setting(
        "PULL_REQUEST_BRANCH", "notion-backup", "The branch that pull requests come from.", _branch
    )
    token: Secret = setting(
        "GIT_TOKEN",
        "",
        "A token that may push (and open pull requests). Default: the credentials that "
        "actions/checkout keeps in the clone, else the job's own token.",
        secret,
        secret=True,
    )

    @property
    def by_page(self) -> bool:
        """Whether each page gets a commit of its own."""
        return self.commit == "page"


def publishing(reader: SettingReader) -> Publishing:
    """Read them."""
    found = reader.values(Publishing)
    if not found.pull_request:
        return replace(found, pull_request_branch="")
    if found.pull_request_branch == found.branch:
        reader.problems.append("PULL_REQUEST_BRANCH: must differ from BRANCH.")
    return found
