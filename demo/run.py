"""What the demonstration needs: a fake Notion with the sample workspace, and a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backup.git import Git
from demo.sample import edit, sample
from fakenotion.server import StandIn

FOLDER = "notion-demo"
PAGE = "how-to-wiki/what-our-pages-can-look-like"  # with many kinds of blocks, and files
_DEPTH = 3
_WRITING = "ntn_demo_restore"


@contextmanager
def standing_in(edited: bool, log: Callable[[str], None]) -> Iterator[dict[str, str]]:
    """Serves the sample workspace, edited first if asked; gives the settings to back it up, and to
    restore a page of it below a page for that."""
    workspace = sample()
    for sentence in edit(workspace) if edited else ():
        log(f"Simulated edit: {sentence}.")
    databases = list(workspace.top)
    server = StandIn(workspace)
    server.writes.allow(_WRITING)
    with server.serving() as url:
        yield {
            "NOTION_TOKEN": "ntn_demo",
            "NOTION_RESTORE_TOKEN": _WRITING,
            "NOTION_API_URL": url,
            "DATABASES": "\n".join(databases),
            "COMMENTS": "true",
            "RESTORE_PATH": PAGE,
            "RESTORE_INTO": workspace.add_page("", "Restored"),
        }


def repository(parent: Path, environ: Mapping[str, str]) -> Path:
    """The folder of the demonstration, a git repository with a branch; made when it is not there."""
    folder = parent / FOLDER
    folder.mkdir(exist_ok=True)
    if not (folder / ".git").exists():
        Git(folder, environ).run("init", "-q", "--initial-branch=main")
    return folder


def look_around(folder: Path, *, listed: bool) -> Iterator[str]:
    """Where to look, and what lies in the folder as an indented list, if it is to be `listed`."""
    yield f"Look into {folder.name}/, or run: git -C {folder.name} show --stat"
    if listed:
        yield from _listed(folder, 1)


def _listed(folder: Path, depth: int) -> Iterator[str]:
    for path in sorted(folder.iterdir(), key=lambda each: (each.is_file(), each.name)):
        if path.name != ".git":
            yield f"{'  ' * depth}{path.name}{'/' if path.is_dir() else ''}"
        if path.is_dir() and path.name != ".git" and depth < _DEPTH:
            yield from _listed(path, depth + 1)
