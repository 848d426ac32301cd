"""Links to the host: a page at the pushed commit, the commit, the run."""

from __future__ import annotations

from urllib.parse import quote

from backup.model import README, TEXT
from backup.report.report import Report
from backup.sync.records import join


def page(report: Report, folder: str) -> str:
    """Where a page's text lies at the pushed commit; '' when it was not pushed, or nobody knows
    where to. `folder` is below the output folder."""
    return _file(report, join(folder, TEXT))


def database(report: Report, folder: str) -> str:
    """Where a database's list of pages lies at the pushed commit; '' like `page`."""
    return _file(report, join(folder, README))


def commit(report: Report) -> str:
    """The page of the pushed commit; '' when there is none."""
    root = report.job.address
    return f"{root}/commit/{report.commit}" if root and report.pushed and report.commit else ""


def _file(report: Report, path: str) -> str:
    root = report.job.address
    if not (root and report.pushed and report.commit):
        return ""
    # GitHub has no /src, Gitea and Forgejo have no /blob.
    kind = "blob" if report.job.host == "github" else "src/commit"
    parts = [part for part in f"{report.job.folder}/{path}".split("/") if part not in ("", ".")]
    encoded = "/".join(quote(part, safe="", errors="replace") for part in parts)
    return f"{root}/{kind}/{report.commit}/{encoded}"
