"""What GitHub, Gitea and Forgejo say about the job: the one place that knows their names for it.

They use one set of names, and each leaves something out (their documentation and sources, 2025-12 to
2026-08). What is said back to the runner is the business of `report.runner`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from backup.json_values import mapping, word
from backup.model import Identity

_SCP = re.compile(r"(?:[\w.\-]+@)?([\w.\-]{2,}):(?!//)(.+)")  # one letter is a drive of Windows
_SERVER = re.compile(r"https?://[A-Za-z0-9.\-:\[\]/~_%]+")
_REPOSITORY = re.compile(r"[\w.\-]+/[\w.\-]+")


@dataclass(frozen=True, slots=True)
class Job:
    """Where the run takes place; '' when unknown.

    `host` is 'github', 'gitea' or 'forgejo'. `server` is the address under which people reach it,
    without a slash at its end; `repository` is 'owner/name' there, `run` the address of the workflow
    run, `folder` the output folder below the repository's root, `machine` the runner's name.
    """

    host: str = ""
    server: str = ""
    repository: str = ""
    run: str = ""
    folder: str = ""
    machine: str = ""

    @property
    def address(self) -> str:
        """The repository's page, for people."""
        known = self.host and self.server and self.repository
        return f"{self.server}/{quote(self.repository)}" if known else ""


def job(environ: Mapping[str, str], server: str = "", machine: str = "") -> Job:
    """Where the runner says that the run takes place.

    `server` is the setting SERVER_URL: Gitea and Forgejo name the address at which the runner was
    registered, which may be one that only runners reach.
    """
    host = product(environ)
    address = (server or environ.get("GITHUB_SERVER_URL", "")).rstrip("/")
    address = address if _SERVER.fullmatch(address) else ""
    found = Job(host, address, repository(environ), machine=environ.get("RUNNER_NAME") or machine)
    # Forgejo, and Gitea before 1.26, count the runs of a repository; the others number them all.
    number = environ.get("GITHUB_RUN_NUMBER" if host == "forgejo" else "GITHUB_RUN_ID", "")
    is_known = found.address and number.isdecimal()
    return replace(found, run=f"{found.address}/actions/runs/{number}") if is_known else found


def repository(environ: Mapping[str, str]) -> str:
    """The 'owner/name' of the repository that the workflow is of; '' when nothing says so."""
    named = environ.get("GITHUB_REPOSITORY", "")
    return named if _REPOSITORY.fullmatch(named) else ""


def workspace(environ: Mapping[str, str]) -> str:
    """The folder into which the workflow clones; '' when nothing says so."""
    return environ.get("GITHUB_WORKSPACE", "")


def event_file(environ: Mapping[str, str]) -> str:
    """The file that says what started the workflow; '' when there is none."""
    return environ.get("GITHUB_EVENT_PATH", "")


def run_number(environ: Mapping[str, str]) -> int | None:
    """The number of the run among those of its workflow, counted from 1; None outside of one."""
    number = environ.get("GITHUB_RUN_NUMBER", "")
    return int(number) if number.isdecimal() and len(number) <= 9 else None


def product(environ: Mapping[str, str]) -> str:
    """'github', 'gitea' or 'forgejo', for which the workflow runs; '' where none runs.

    All three say GITHUB_ACTIONS=true, and Forgejo also what Gitea says.
    """
    return (_own(environ) or "github") if environ.get("GITHUB_ACTIONS") == "true" else ""


def _own(environ: Mapping[str, str]) -> str:
    """Which host says so by a name of its own; '' for GitHub, whose names are everybody's."""
    named = {"forgejo": "FORGEJO_ACTIONS", "gitea": "GITEA_ACTIONS"}
    return next((host for host, name in named.items() if environ.get(name)), "")


_BOTS = {
    "github": Identity(
        "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
    ),
    "gitea": Identity("gitea-actions", "teabot@gitea.io"),
    "forgejo": Identity("forgejo-actions", "noreply@forgejo.org"),
}


def bot(environ: Mapping[str, str]) -> Identity | None:
    """The identity that the host shows for commits of a workflow; None where no workflow runs."""
    return _BOTS.get(_own(environ) or product(environ))


def is_about(environ: Mapping[str, str], url: str) -> bool:
    """Whether the job's branch, tag or pull request is one of the repository that the remote at `url` is:
    a job may have cloned another one besides. Yes, when nothing says which one the job's is."""
    named = repository(environ)
    return not (named and url) or repository_of(url).lower() == named.lower()


def pulls(environ: Mapping[str, str]) -> bool:
    """Whether a pull request started the workflow: what is checked out then is a trial merge, or
    belongs to somebody else."""
    event, reference = environ.get("GITHUB_EVENT_NAME", ""), environ.get("GITHUB_REF", "")
    return event.startswith("pull_request") or reference.startswith("refs/pull/")


def tags(environ: Mapping[str, str]) -> bool:
    """Whether a tag started the workflow."""
    return environ.get("GITHUB_REF", "").startswith("refs/tags/")


def branch(environ: Mapping[str, str]) -> str:
    """The branch that started the workflow; '' when nothing says so.

    Gitea before 1.25.1 gives scheduled runs the short name ('main'), or none.
    """
    reference = environ.get("GITHUB_REF", "")
    short = reference.removeprefix("refs/heads/")
    return "" if short.startswith("refs/") or re.fullmatch(r"[0-9a-f]{40,64}", short) else short


def default_branch(event: str) -> str:
    """The repository's default branch in the text of the event file; '' when it does not say."""
    try:
        return word(mapping(json.loads(event), "repository"), "default_branch")
    except ValueError:
        return ""


def token(environ: Mapping[str, str]) -> str:
    """The job's own token, whatever it is good for; '' when it has none."""
    return environ.get("GITHUB_TOKEN", "")


def job_token(environ: Mapping[str, str], url: str) -> str:
    """The same, if the remote at `url` is on the job's own host; else ''.

    A clone may come from anywhere, and the token is nobody else's business.
    """
    ours = product(environ) and _same_host(environ, url)
    return token(environ) if ours else ""


def api(environ: Mapping[str, str], url: str) -> str:
    """The address of the API of the host at which the remote `url` lies; '' when it has none.

    The runner names it for its own host, also where that lies below a path; elsewhere it is what
    GitHub, Gitea and Forgejo have by default.
    """
    given = environ.get("GITHUB_API_URL", "").rstrip("/")
    if given and _same_host(environ, url):
        return given
    if not (host := host_of(url)):
        return ""
    if host == "github.com":
        return "https://api.github.com"
    address = urlsplit(url)
    web = address.scheme in ("http", "https")
    where = address.netloc.rpartition("@")[2] if web else host
    return f"{address.scheme if web else 'https'}://{where}/api/v1"


def host_of(url: str) -> str:
    """The host in the address of a remote; '' for a folder."""
    return _parts(url)[0]


def repository_of(url: str) -> str:
    """'owner/name' in the address of a remote; '' when it does not name them, and for a folder.

    A workflow may check out another repository than its own.
    """
    found = "/".join(_parts(url)[1].strip("/").removesuffix(".git").split("/")[-2:])
    return found if _REPOSITORY.fullmatch(found) else ""


def _parts(url: str) -> tuple[str, str]:
    """Host and path in the address of a remote; two '' for a folder, and for what is not an address."""
    try:
        address = urlsplit(url)
    except ValueError:
        return "", ""
    if address.scheme in ("http", "https", "ssh", "git"):
        return address.hostname or "", address.path
    scp = _SCP.fullmatch(url)
    return (scp[1].lower(), scp[2]) if scp else ("", "")


def _same_host(environ: Mapping[str, str], url: str) -> bool:
    """Whether a remote is on the host that the runner works for, and no less protected."""
    if not (host := host_of(url)):
        return False
    server, remote = urlsplit(environ.get("GITHUB_SERVER_URL", "")), urlsplit(url)
    if remote.scheme in ("http", "https"):
        theirs = (remote.scheme, remote.netloc.rpartition("@")[2].lower())
        return theirs == (server.scheme, server.netloc.lower())
    return host == server.hostname
