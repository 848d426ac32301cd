"""A target repository with a remote: what tests of publishing begin with, and look at."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from backup.markdown.dates import moment
from backup.model import STORE
from fakenotion import blocks
from fakenotion.server import StandIn
from tests.support.backups import TOKEN, Backup, clock, wiki
from tests.support.git_server import GitServer

ROOT = Path(__file__).resolve().parents[2]
LISTS = ["wiki/README.md", "wiki/database.csv"]
PAGES = [*LISTS, "wiki/milk/index.md", "wiki/tea/index.md"]


@contextmanager
def published_to(folder: Path, *titles: str, object_format: str = "sha1") -> Iterator[Backup]:
    """A clone of the bare remote `<folder>/remote.git`, which holds one commit, and a Notion with a
    page for each title."""
    notion = wiki(*(titles or ("Tea", "Milk")))
    server = StandIn(notion)
    for name in ("remote.git", "clone"):
        shutil.copytree(_repositories(object_format) / name, folder / name)
    with server.serving() as url:
        backup = Backup(folder / "clone", notion, server, url)
        backup.git("remote", "set-url", "origin", (folder / "remote.git").as_uri())
        yield backup


@cache
def _repositories(object_format: str) -> Path:
    """A remote with one commit and a clone of it, made once."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    backup = Backup(folder / "clone", wiki(), StandIn(wiki()), "")
    init = ("init", "-q", "--initial-branch=main", f"--object-format={object_format}")
    backup.git(*init, "--bare", str(folder / "remote.git"), folder=folder)
    backup.git(*init, str(backup.folder), folder=folder)
    backup.git("remote", "add", "origin", (folder / "remote.git").as_uri())
    (backup.folder / "code.py").write_text("print()\n")
    push(backup, "code.py")
    backup.git("branch", "-q", "--set-upstream-to=origin/main")
    return folder


def clone(backup: Backup, folder: Path, *options: str) -> Backup:
    """Another clone of the remote, of the same Notion."""
    remote = folder.parent / "remote.git"
    backup.git("clone", "-q", *options, remote.as_uri(), str(folder), folder=folder.parent)
    return Backup(folder, backup.notion, backup.server, backup.url)


def push(backup: Backup, *paths: str, branch: str = "main") -> None:
    """What a person does."""
    if paths:
        backup.git("add", "--", *paths)
    backup.git("commit", "-q", "-m", "by hand")
    backup.git("push", "-q", "origin", f"HEAD:{branch}")


def at_remote(backup: Backup, *args: str) -> str:
    """What git says in the remote."""
    return backup.git(
        "-c", "core.quotePath=false", *args, folder=backup.folder.parent / "remote.git"
    )


def remote_files(backup: Backup, branch: str = "main") -> list[str]:
    """Every file on a branch of the remote, but for the stores: each text has one beside it."""
    return [path for path in all_remote_files(backup, branch) if not path.endswith(STORE)]


def all_remote_files(backup: Backup, branch: str = "main") -> list[str]:
    """Every file on a branch of the remote."""
    return at_remote(backup, "ls-tree", "-r", "--name-only", branch).splitlines()


def remote_text(backup: Backup, path: str, branch: str = "main") -> str:
    """A file on a branch of the remote."""
    return at_remote(backup, "show", f"{branch}:{path}")


def remote_commits(backup: Backup, branch: str = "main") -> int:
    """How many commits a branch of the remote has."""
    return int(at_remote(backup, "rev-list", "--count", branch))


def state_of(backup: Backup) -> dict[str, dict[str, Any]]:
    """The pages that the state on the remote knows."""
    state = json.loads(remote_text(backup, ".notion-sync.json"))
    return {str(id_): record for id_, record in state["pages"].items()}


def check_consistent(backup: Backup) -> None:
    """On the remote every record's text and store are the version that the record names, and no file
    lies there that no record has."""
    expected = {".notion-sync.json", "code.py"}
    for id_, record in state_of(backup).items():
        text = remote_text(backup, f"{record['folder']}/index.md")
        [line] = re.findall(r"(?m)^<sub>.*", text)
        assert f"notion.so/{id_})" in line and f"edited {moment(record['edited'])}" in line
        at = f"main:{record['folder']}/{STORE}"
        remote = backup.folder.parent / "remote.git"
        command = ["git", "cat-file", "blob", at]
        content = subprocess.run(command, cwd=remote, capture_output=True, check=True).stdout
        assert hashlib.sha256(content).hexdigest() == record["store"]
        paths = ["index.md", STORE, *(each["path"] for each in record.get("files", ()))]
        expected |= {f"{record['folder']}/{path}" for path in paths}
    folders = json.loads(remote_text(backup, ".notion-sync.json"))["databases"].values()
    of_databases = {f"{each['folder']}/{STORE}" for each in folders} | {STORE}
    lists = {f"{each['folder']}/{name}" for each in folders for name in each.get("lists", ())}
    there = {path for path in all_remote_files(backup) if not path.endswith("README.md")} - lists
    assert there - of_databases == expected


def page(backup: Backup, title: str) -> str:
    """The id of the page of that title."""
    notion = backup.notion
    ids = [id_ for each in notion.databases() for id_ in notion.node(notion.source(each)).children]
    return next(id_ for id_ in ids if notion.title(notion.node(id_)) == title)


def later(backup: Backup, minutes: int = 5) -> None:
    """Time passes in Notion."""
    clock(backup.notion).forward(minutes=minutes)


def write(backup: Backup, title: str, words: str) -> None:
    """Somebody adds a paragraph to a page, minutes after what was before."""
    later(backup)
    backup.notion.append(page(backup, title), [blocks.paragraph(words)])
    later(backup)


@contextmanager
def over_http(backup: Backup) -> Iterator[GitServer]:
    """Serves the backup's remote over HTTP; pushing there needs a token, which the backup gets."""
    server = GitServer(backup.folder.parent / "host")
    (server.root / "acme").mkdir(parents=True)
    server.repository.symlink_to(backup.folder.parent / "remote.git")
    server.git("config", "http.receivepack", "true")
    with server.serving():
        move(backup, server)
        yield server


def move(backup: Backup, server: GitServer) -> Backup:
    """Let a clone use the remote as the server shows it."""
    backup.git("remote", "set-url", "origin", server.remote)
    backup.environ["GIT_TOKEN"] = server.token
    return backup


def runner(host: GitServer, api: str = "/api/v1", **more: str) -> dict[str, str]:
    """The environment of a job of this host; the token comes as the action passes it."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SERVER_URL": host.url,
        "GITHUB_API_URL": f"{host.url}{api}",
        "GITHUB_REPOSITORY": "acme/wiki",
        "GITHUB_TOKEN": host.token,
        "GIT_TOKEN": "",
        **more,
    }


def begin(backup: Backup, **environ: str) -> subprocess.Popen[str]:
    """Start a backup as a process of its own, and do not wait for it."""
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(backup.folder.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": str(ROOT),
        "GITHUB_WORKSPACE": str(backup.folder),
        "NOTION_TOKEN": TOKEN,
        "NOTION_API_URL": backup.url,
        "DATABASES": "\n".join(backup.notion.databases()),
        **backup.environ,
        **environ,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "backup"],
        cwd=backup.folder,
        env=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
