"""Decides where to publish: which remote, which branch, and with which credentials."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backup import ci
from backup.errors import ConfigError, GitError
from backup.git import Git, basic, credentials, header_key
from backup.publish import refusals
from backup.settings import named

_CHECK_OUT = "Check it out first (actions/checkout), or set COMMIT=false to write files only."
_LEFT = "the token that actions/checkout keeps in the clone"
_NAME_IT = "Name the branch to publish to with BRANCH."


@dataclass(frozen=True, slots=True)
class Destination:
    """A branch of a remote, '' when commits stay here. `url` is the address that is pushed to, `token` is
    what git shows itself with there, in words."""

    branch: str
    remote: str = ""
    url: str = ""
    token: str = ""

    @property
    def reference(self) -> str:
        """The branch's full name."""
        return f"refs/heads/{self.branch}"


@dataclass(frozen=True, slots=True)
class Remote:
    """The addresses as git uses them, after its settings have rewritten them; '' for none."""

    name: str = ""
    fetch: str = ""
    push: str = ""


def root(git: Git, workspace: Path, folder: Path) -> Path:
    """The root of the repository that `folder`, which need not exist yet, lies in: the workspace itself,
    or a clone or a submodule further in.

    Raises ConfigError where there is none. A repository around the workspace is not meant: a second
    backup would begin in one of its folders.
    """
    there = next(each for each in (folder, *folder.parents) if each.is_dir())
    top = git.at(there).ask("rev-parse", "--show-toplevel")
    if not top:
        raise ConfigError(f"{workspace} is not a git repository.", hint=_advice(git, _CHECK_OUT))
    here = workspace.resolve()
    if here not in (Path(top), *Path(top).parents):
        inside = (Path(os.path.relpath(here, top)) / folder.relative_to(workspace)).as_posix()
        again = f"Start the backup in {top}, with OUTPUT_DIR={inside} to have it in this folder."
        raise ConfigError(
            f"{workspace} is inside the repository {top}, but is not its root.",
            hint=_advice(git, _CHECK_OUT) if ci.product(git.environ) else again,
        )
    return Path(top)


def _advice(git: Git, text: str) -> str:
    return named(text, workflow=bool(ci.product(git.environ)))


def destination(git: Git, remote: Remote, wanted: str = "") -> Destination:
    """Where to publish: to the branch `wanted`, else to the one that is checked out, else to the one
    that the runner names, else on a runner to the repository's default branch.

    Raises GitError when that is not clear, or not safe: for a pull request or a tag, or for a branch that
    would move under another work tree.
    """
    to = Destination(wanted or _branch(git, remote), remote.name, remote.push)
    elsewhere = (
        "" if remote.name else git.ask("for-each-ref", "--format=%(worktreepath)", to.reference)
    )
    if elsewhere and Path(elsewhere) != Path(git.run("rev-parse", "--show-toplevel").rstrip("\n")):
        raise GitError(
            f"The branch {to.branch} is checked out in {elsewhere}: there, the backup would look deleted.",
            hint=_advice(git, f"Run the backup there. {_NAME_IT}"),
        )
    return to


def authorised(git: Git, remote: Remote, token: str, environ: Mapping[str, str]) -> Git:
    """git that may fetch from and push to the host of its remote.

    A `token` that somebody gave wins over what a checkout step left in the clone; the job's own
    token, in the runner's `environ`, only takes the place of nothing. Remotes that are not reached
    by HTTP are left alone.
    """
    for url in dict.fromkeys((remote.fetch, remote.push)):
        chosen = token or ("" if _persisted(git, url) else ci.job_token(environ, url))
        git = git.using(*credentials(url, chosen))
    return git


def shown(git: Git, remote: Remote, token: str, environ: Mapping[str, str]) -> str:
    """What a push will show of the three, in words; '' for nothing, and for a remote that asks for nothing.
    `git` is as it was before `authorised`."""
    url = remote.push
    if not header_key(url):
        return "the ssh key" if ci.host_of(url) else ""
    if token:
        return refusals.GIVEN
    if _names_itself(url):
        return "the token in the remote's address"
    job = ci.token(environ)
    if headers := _headers(git, url):
        return refusals.JOB if job and basic(job) in headers else _LEFT
    return refusals.JOB if ci.job_token(environ, url) else ""


def _persisted(git: Git, url: str) -> bool:
    """Whether the clone knows how to show itself at `url`, as actions/checkout leaves it."""
    return _names_itself(url) or bool(_headers(git, url))


def _names_itself(url: str) -> bool:
    return "@" in url.partition("://")[2].partition("/")[0]


def _headers(git: Git, url: str) -> str:
    return header_key(url) and git.ask("config", "--get-urlmatch", "http.extraheader", url)


_LISTED = re.compile(r"([^\t]+)\t(?:(.*) \((fetch|push)\).*)?")  # one line of `git remote -v`


def remote_of(git: Git) -> Remote:
    """The remote to push to: the one called origin, or the only one, or that of the branch that is checked
    out; an empty one for none. Raises ConfigError when there are several, and none of these."""
    found: dict[str, dict[str, str]] = {}
    for line in git.run("remote", "-v").splitlines():
        if listed := _LISTED.fullmatch(line):
            name, url, use = listed.groups("")
            found.setdefault(name, {}).setdefault(use, url)  # of several only the first is asked
    candidates = ("origin", *(found if len(found) == 1 else _tracked(git)))
    name = next((each for each in candidates if each in found), "")
    if found and not name:
        raise ConfigError(
            f"It is not clear which of the remotes to push to: {', '.join(found)}.",
            hint="Call that one origin (`git remote rename`), or let the branch track it (`git push -u`).",
        )
    urls = found.get(name, {})
    return Remote(name, urls.get("fetch", ""), urls.get("push", ""))


def _tracked(git: Git) -> tuple[str, ...]:
    """The remotes that git would push the checked-out branch to."""
    branch = git.ask("symbolic-ref", "-q", "--short", "HEAD")
    keys = (f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote")
    return tuple(git.ask("config", key) for key in keys)


def _branch(git: Git, remote: Remote) -> str:
    environ = git.environ if ci.is_about(git.environ, remote.push) else {}
    if remote.name and ci.pulls(environ):
        raise GitError(
            "A pull request started this run, and has no branch of its own.",
            hint=_advice(git, _NAME_IT),
        )
    if checked_out := git.ask("symbolic-ref", "-q", "HEAD"):
        return checked_out.removeprefix("refs/heads/")
    if ci.tags(environ):
        what = "A tag started this run, and a tag cannot be published to."
        raise GitError(what, hint=_advice(git, _NAME_IT))
    branch = ci.branch(environ) or _default(git, environ, remote.name)
    if not branch:
        raise GitError(
            "No branch is checked out, so it is not clear where to publish.",
            hint=_advice(git, f"Check out a branch (actions/checkout with ref: main). {_NAME_IT}"),
        )
    return branch


def _default(git: Git, environ: Mapping[str, str], remote: str) -> str:
    """The default branch, on a runner: a person with no branch checked out had a reason."""
    if not ci.product(git.environ):
        return ""
    try:
        event = Path(ci.event_file(environ)).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        event = ""
    if branch := ci.default_branch(event):
        return branch
    listed = git.ask("ls-remote", "--symref", remote, "HEAD") if remote else ""
    found = re.search(r"^ref: refs/heads/(\S+)\s+HEAD$", listed, re.MULTILINE)
    return found[1] if found else ""
