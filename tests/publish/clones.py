"""Clones of a published backup as runners have them: fresh, shallow, sparse, behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from fakenotion import blocks, build
from fakenotion.storage import PNG
from tests.support.backups import Backup
from tests.support.kitchen import read_since
from tests.support.publishing import (
    at_remote,
    clone,
    later,
    page,
)


def with_picture(target: Backup) -> None:
    """Tea shows a picture, and all is published."""
    kept = target.notion.files.keep("plan.png", PNG)
    target.notion.append(page(target, "Tea"), [blocks.media("image", build.hosted(kept), "A plan")])
    later(target)
    assert target.run().code == 0


def costs_its_floor(target: Backup, clone: Backup, **environ: str) -> None:
    """The run reads no page, downloads nothing, and commits nothing."""
    asked, commits = len(target.server.requests), at_remote(target, "rev-parse", "main")
    downloads = len(target.server.downloads)
    ran = clone.run(**environ)
    assert ran.code == 0, ran.log
    assert read_since(target, asked) == set(), ran.log
    assert len(target.server.downloads) == downloads
    assert at_remote(target, "rev-parse", "main") == commits, ran.log
    assert "nothing changed" in ran.log


def sparse(target: Backup, at: Path) -> Backup:
    found = clone(target, at, "--sparse")
    found.git("sparse-checkout", "set", "--no-cone", "/code.py")
    assert not (at / ".notion-sync.json").exists()
    return found


def emptied(target: Backup, at: Path) -> Backup:
    found = clone(target, at)
    shutil.rmtree(at / "wiki")
    (at / ".notion-sync.json").unlink()
    return found


def stale(target: Backup, at: Path) -> Backup:
    found = clone(target, at)
    found.git("reset", "-q", "--hard", "HEAD~1")
    return found


def of_another_branch(target: Backup, at: Path) -> Backup:
    at_remote(target, "branch", "-f", "other", "main~1")
    found = clone(target, at, "--depth=1", "--branch=other", "--single-branch")
    found.environ["BRANCH"] = "main"
    return found


def of_another_branch_without_contents(target: Backup, at: Path) -> Backup:
    """The host lets git fetch a branch without its files, as Gitea, Forgejo and GitHub do."""
    for name in ("allowFilter", "allowAnySHA1InWant"):
        at_remote(target, "config", f"uploadpack.{name}", "true")
    return of_another_branch(target, at)


def partial(target: Backup, at: Path) -> Backup:
    at_remote(target, "config", "uploadpack.allowFilter", "true")
    return clone(target, at, "--filter=blob:none", "--no-checkout")


CLONES: tuple[Callable[[Backup, Path], Backup], ...] = (
    clone,
    lambda target, at: clone(target, at, "--depth=1"),
    sparse,
    emptied,
    stale,
    of_another_branch,
    of_another_branch_without_contents,
    partial,
)
KINDS = ("fresh", "shallow", "sparse", "emptied", "stale", "another", "contentless", "partial")
