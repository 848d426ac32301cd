"""A small wiki that many tests of whole runs begin with, and what they ask about it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from fakenotion import blocks, build
from fakenotion.storage import PNG
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, clock, wiki


def stocked() -> Workspace:
    """Three pages; 'Tea' links to 'Cups', which shows a picture."""
    notion = wiki("Tea", "Cups", "Milk")
    tea, cups, _ = rows(notion)
    notion.append(tea, [blocks.paragraph("Take ", build.mention_page(cups, "Cups"), ".")])
    picture = notion.files.keep("cup.png", PNG)
    notion.append(cups, [blocks.media("image", build.hosted(picture), "A cup")])
    later(notion)
    return notion


def rows(notion: Workspace) -> list[str]:
    """The ids of the rows of the first database."""
    return list(notion.node(notion.source(notion.databases()[0])).children)


def later(notion: Workspace, minutes: int = 5) -> None:
    """Some time passes."""
    clock(notion).forward(minutes=minutes)


def row(backup: Backup, title: str) -> str:
    """The id of the page with this title, in whichever database it is."""
    notion = backup.notion
    sources = (notion.node(notion.source(each)) for each in notion.databases())
    found = [id_ for source in sources for id_ in source.children]
    return next(id_ for id_ in found if notion.title(notion.node(id_)) == title)


def dead_links(backup: Backup) -> list[str]:
    """Relative links and pictures of all pages that lead to no file."""
    dead = []
    for path in backup.files():
        if path.endswith(".md"):
            found = re.findall(r'(?:\]\(|src="|href=")([^)"#\s]+)', backup.text(path))
            for target in found:
                at = (backup.folder / path).parent / unquote(target)
                if not re.match(r"[a-z]+:", target) and not at.is_file():
                    dead.append(f"{path}: {target}")
    return dead


def read_since(backup: Backup, asked: int) -> set[str]:
    """The pages whose blocks were read after the request number `asked`."""
    paths = (each.path for each in backup.server.requests[asked:])
    found = (re.fullmatch(r"/v1/blocks/([^/]+)/children", path) for path in paths)
    return {match[1] for match in found if match}
