"""What the demonstration needs: a fake Notion with the sample workspace, and a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backup.git import Git
from demo.sample import edit, sample
from fakenotion.server import StandIn

FOLDER = "notion-demo"
_DEPTH = 3


@contextmanager
def standing_in(edited: bool, tell: Callable[[str], None]) -> Iterator[dict[str, str]]:
    """Serves the sample workspace, edited first when told so; gives the settings to back it up."""
    workspace = sample()
    for sentence in edit(workspace) if edited else ():
        tell(f"Simulated edit: {sentence}.")
    with StandIn(workspace).serving() as url:
        yield {
            "NOTION_TOKEN": "ntn_demo",
            "NOTION_API_URL": url,
            "DATABASES": "\n".join(workspace.databases()),
            "COMMENTS": "true",
        }


def repository(parent: Path, environ: Mapping[str, str]) -> Path:
    """The folder of the demonstration, a git repository with a branch; made when it is not there."""
    folder = parent / FOLDER
    folder.mkdir(exist_ok=True)
    if not (folder / ".git").exists():
        Git(folder, environ).run("init", "-q", "--initial-branch=main")
    return folder


def look_around(folder: Path) -> Iterator[str]:
    """What lies in the folder, as an indented list for the log."""
    yield f"Look into {folder.name}/, or run: git -C {folder.name} show --stat"
    yield from _listed(folder, 1)


def _listed(folder: Path, depth: int) -> Iterator[str]:
    for path in sorted(folder.iterdir(), key=lambda each: (each.is_file(), each.name)):
        if path.name != ".git":
            yield f"{'  ' * depth}{path.name}{'/' if path.is_dir() else ''}"
        if path.is_dir() and path.name != ".git" and depth < _DEPTH:
            yield from _listed(path, depth + 1)
