"""Links to the host: a page at the pushed commit, the commit, the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from backup.report.report import Job, Report

_SERVER = re.compile(r"https?://[A-Za-z0-9.\-:\[\]/~_%]+")
_REPOSITORY = re.compile(r"[\w.\-]+/[\w.\-]+")


def page(report: Report, folder: str) -> str:
    """Where a page's text lies at the pushed commit; '' when it was not pushed, or nobody knows
    where to. `folder` is below the output folder."""
    return _file(report, f"{folder}/index.md")


def database(report: Report, folder: str) -> str:
    """Where a database's list of pages lies at the pushed commit; '' like `page`."""
    return _file(report, f"{folder}/README.md")


def commit(report: Report) -> str:
    """The page of the pushed commit; '' when there is none."""
    root = _root(report.job)
    return f"{root}/commit/{report.commit}" if root and report.pushed and report.commit else ""


def _file(report: Report, path: str) -> str:
    root = _root(report.job)
    if not (root and report.pushed and report.commit):
        return ""
    # GitHub has no /src, Gitea and Forgejo have no /blob.
    kind = "blob" if report.job.host == "github" else "src/commit"
    parts = [part for part in f"{report.job.folder}/{path}".split("/") if part not in ("", ".")]
    encoded = "/".join(quote(part, safe="", errors="replace") for part in parts)
    return f"{root}/{kind}/{report.commit}/{encoded}"


def _root(job: Job) -> str:
    known = job.host and job.server and job.repository
    return f"{job.server}/{quote(job.repository)}" if known else ""


def host_of(environ: Mapping[str, str]) -> str:
    """'github', 'gitea' or 'forgejo'; '' where no runner reads the log.

    All three say GITHUB_ACTIONS=true, and Forgejo also what Gitea says.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return ""
    named = {"forgejo": "FORGEJO_ACTIONS", "gitea": "GITEA_ACTIONS"}
    return next((host for host, name in named.items() if environ.get(name)), "github")


def job(environ: Mapping[str, str], server: str = "", folder: str = "", machine: str = "") -> Job:
    """Where the runner says that the run takes place.

    `server` is the setting SERVER_URL: Gitea and Forgejo name the address at which the runner was
    registered, which may be one that only runners reach.
    """
    host = host_of(environ)
    address = (server or environ.get("GITHUB_SERVER_URL", "")).rstrip("/")
    address = address if _SERVER.fullmatch(address) else ""
    repository = environ.get("GITHUB_REPOSITORY", "")
    repository = repository if _REPOSITORY.fullmatch(repository) else ""
    found = Job(host, address, repository, folder=folder, machine=machine)
    # Forgejo, and Gitea before 1.26, count the runs of a repository; the others number them all.
    number = environ.get("GITHUB_RUN_NUMBER" if host == "forgejo" else "GITHUB_RUN_ID", "")
    root = _root(found)
    run = f"{root}/actions/runs/{number}" if root and number.isdecimal() else ""
    return Job(host, address, repository, run, folder, environ.get("RUNNER_NAME") or machine)


def repository_of(origin: str) -> str:
    """'owner/name' in the address of a remote; '' when it is no address of a server.

    A workflow may check out another repository than its own.
    """
    ssh = re.fullmatch(r"[\w.\-]+@[\w.\-]+:(?!//)(.+)", origin)
    try:
        address = urlsplit(origin)
    except ValueError:
        return ""
    path = ssh[1] if ssh else address.path if address.scheme in ("http", "https", "ssh") else ""
    parts = path.strip("/").removesuffix(".git").split("/")[-2:]
    found = "/".join(parts)
    return found if _REPOSITORY.fullmatch(found) else ""
