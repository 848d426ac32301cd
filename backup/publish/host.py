"""Reads the runner's environment: GitHub, Gitea and Forgejo use the same names, and each leaves something
out (their documentation and sources, 2025-12 to 2026-08)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from backup.git import Identity

_SCP = re.compile(r"(?:[\w.\-]+@)?([\w.\-]+):(?!//)(.+)")


def on_runner(environ: Mapping[str, str]) -> bool:
    """Whether a workflow runs (all hosts set the same name)."""
    return environ.get("GITHUB_ACTIONS") == "true"


def bot(environ: Mapping[str, str]) -> Identity | None:
    """Whom the host shows for commits of a workflow; None where no workflow runs.

    Forgejo also sets what Gitea sets, and both set what GitHub sets.
    """
    if environ.get("FORGEJO_ACTIONS"):
        return Identity("forgejo-actions", "noreply@forgejo.org")
    if environ.get("GITEA_ACTIONS"):
        return Identity("gitea-actions", "teabot@gitea.io")
    if on_runner(environ):
        return Identity(
            "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
        )
    return None


def is_about(environ: Mapping[str, str], url: str) -> bool:
    """Whether the job's branch, tag or pull request is one of the repository that the remote at `url` is:
    a job may have cloned another one besides. Yes, when nothing says which one the job's is."""
    named = environ.get("GITHUB_REPOSITORY", "")
    return not (named and url) or "/".join(repository_of(url)).lower() == named.lower()


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
        raw = json.loads(event)
    except ValueError:
        return ""
    repository = raw.get("repository") if isinstance(raw, dict) else None
    name = repository.get("default_branch") if isinstance(repository, dict) else None
    return name if isinstance(name, str) else ""


def job_token(environ: Mapping[str, str], url: str) -> str:
    """The job's own token, if the remote at `url` is on the job's own host; else ''.

    A clone may come from anywhere, and the token is nobody else's business.
    """
    ours = on_runner(environ) and _same_host(environ, url)
    return environ.get("GITHUB_TOKEN", "") if ours else ""


def api(environ: Mapping[str, str], url: str) -> str:
    """The address of the API of the host at which the remote `url` lies; '' when it has none.

    The runner names it for its own host, also where that lies below a path; elsewhere it is what
    GitHub, Gitea and Forgejo have by default.
    """
    given = environ.get("GITHUB_API_URL", "").rstrip("/")
    if given and _same_host(environ, url):
        return given
    address = urlsplit(url)
    if not (host := host_of(url)):
        return ""
    if host == "github.com":
        return "https://api.github.com"
    web = address.scheme in ("http", "https")
    where = address.netloc.rpartition("@")[2] if web else host
    return f"{address.scheme if web else 'https'}://{where}/api/v1"


def host_of(url: str) -> str:
    """The host in the address of a remote; '' for a folder."""
    try:
        address = urlsplit(url)
    except ValueError:
        return ""
    if address.scheme in ("http", "https", "ssh", "git"):
        return address.hostname or ""
    scp = _SCP.fullmatch(url)
    return scp[1].lower() if scp and len(scp[1]) > 1 else ""  # one letter is a drive of Windows


def repository_of(url: str) -> tuple[str, str]:
    """Owner and name in the address of a remote; two '' when it does not name them."""
    scp = _SCP.fullmatch(url)
    path = scp[2] if scp and "://" not in url else urlsplit(url).path
    parts = path.strip("/").removesuffix(".git").split("/")[-2:]
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else ("", "")


def _same_host(environ: Mapping[str, str], url: str) -> bool:
    """Whether a remote is on the host that the runner works for, and no less protected."""
    server, remote = urlsplit(environ.get("GITHUB_SERVER_URL", "")), urlsplit(url)
    if remote.scheme in ("http", "https"):
        theirs = (remote.scheme, remote.netloc.rpartition("@")[2].lower())
        return theirs == (server.scheme, server.netloc.lower())
    return bool(server.hostname) and host_of(url) == server.hostname
