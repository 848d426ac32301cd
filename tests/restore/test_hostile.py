"""A repository that somebody has tampered with: a sentence, and never a file from elsewhere."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backup import store
from fakenotion.branches import Branch
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import PNG, stocked
from tests.support.looking import Seen, look
from tests.support.restoring import restore, saved_of

SECRET = b"the secret of somebody else"


class Tampered:
    """A backup whose stores and state say what a test writes; digests are right, as a thief's would be."""

    def __init__(self, backup: Backup) -> None:
        self.backup = backup
        self.folder = backup.folder

    def change(self, page: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the first line of a page's store, and the state's digest of it."""
        path = self.folder / page / ".notion.json"
        first, *rest = path.read_text().split("\n")
        head = json.loads(first)
        change(head)
        self.write(page, "\n".join([json.dumps(head), *rest]))

    def write(self, page: str, text: str) -> None:
        """Another store, and the state's digest of it."""
        path = self.folder / page / ".notion.json"
        old = store.digest(path.read_bytes())
        path.write_text(text)
        state = self.folder / ".notion-sync.json"
        state.write_text(state.read_text().replace(old, store.digest(path.read_bytes())))

    def state(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the state."""
        path = self.folder / ".notion-sync.json"
        raw = json.loads(path.read_text())
        change(raw)
        path.write_text(json.dumps(raw))

    def restore(self, *arguments: str) -> Seen:
        return look(self.folder, "restore", *arguments)


@pytest.fixture
def tampered(tmp_path: Path) -> Iterator[Tampered]:
    (tmp_path / "elsewhere.png").write_bytes(SECRET)
    with backing_up(tmp_path / "repository", stocked(), git=False) as backup:
        assert backup.run().code == 0
        yield Tampered(backup)


OUTSIDE = ("../elsewhere.png", "/etc/passwd", "assets/../../elsewhere.png", "assets/..", "index.md")


def test_no_file_outside_of_a_page_is_read(tampered: Tampered) -> None:
    sizes = {"size": len(SECRET), "sha256": store.digest(SECRET)}
    for path in OUTSIDE:
        tampered.change(
            "wiki/cups", lambda head, to=path: head["files"][0].update(path=to, **sizes)
        )
        found = saved_of(tampered.backup, "Cups")
        assert found.top.files == () and found.open(found.top, path) is None


def test_no_link_is_followed(tampered: Tampered) -> None:
    (picture,) = (tampered.folder / "wiki/cups/assets").iterdir()
    picture.unlink()
    picture.symlink_to(tampered.folder.parent / "elsewhere.png")
    sizes = {"size": len(SECRET), "sha256": store.digest(SECRET)}
    tampered.change("wiki/cups", lambda head: head["files"][0].update(sizes))
    assert saved_of(tampered.backup, "Cups").top.files == ()


def test_a_file_that_is_not_the_one_that_was_downloaded_is_not_taken(tampered: Tampered) -> None:
    (picture,) = (tampered.folder / "wiki/cups/assets").iterdir()
    picture.write_bytes(PNG + SECRET)
    seen = tampered.restore("wiki/cups", "--json")
    assert [each["code"] for each in seen.json["losses"]] == ["file-missing"]


STORES = {
    "not JSON": "nothing",
    "nothing at all": "",
    "a newer form": '{"page": {}, "files": [], "pending": [], "version": 9}',
    "lists for objects": '{"page": [], "files": {}, "pending": 3, "version": 1}',
    "very deep": '{"page": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + ', "version": 1}',
    "a number of many digits": '{"page": {"id": "x"}, "version": ' + "9" * 5_000 + "}",
}


@pytest.mark.parametrize("which", STORES)
def test_a_store_that_makes_no_sense_is_reported(tampered: Tampered, which: str) -> None:
    tampered.write("wiki/cups", STORES[which])
    seen = tampered.restore("wiki/cups")
    assert seen.code == 2 and "wiki/cups cannot be restored" in seen.out and len(seen.out) < 1_000


@pytest.mark.parametrize(
    "properties",
    [{"title": {"type": "title", "title": "words"}}, {"x": 3}, [], "words", {"": None}],
)
def test_values_of_the_wrong_kind_cost_only_themselves(tampered: Tampered, properties: Any) -> None:
    tampered.change("wiki/cups", lambda head: head["page"].update(properties=properties))
    assert tampered.restore("wiki/cups").code in (0, 2)


def test_pages_that_lie_in_each_other_are_reported_or_left_out(tampered: Tampered) -> None:
    def cycle(raw: dict[str, Any]) -> None:
        one, other, *_ = raw["pages"]
        raw["pages"][one]["parent"], raw["pages"][other]["parent"] = other, one

    tampered.state(cycle)
    for page in ("wiki/cups", "wiki/tea", "wiki/milk"):
        assert tampered.restore(page).code == 0


@pytest.mark.parametrize(
    "folder", ["..", "../../etc", "/etc", ".git", "wiki/../..", "wiki/cups/assets", "a" * 5_000]
)
def test_no_page_lies_in_a_folder_outside_of_the_backup(tampered: Tampered, folder: str) -> None:
    def elsewhere(raw: dict[str, Any]) -> None:
        for record in raw["pages"].values():
            if record["title"] == "Cups":
                record["folder"] = folder

    tampered.state(elsewhere)
    seen = tampered.restore("Cups")
    assert seen.code == 2, seen.out


def test_no_address_in_a_store_is_asked_or_passed_on_as_a_file(tampered: Tampered) -> None:
    """Only Notion is spoken with: an address of somebody's own network in a store is a text."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        private = f"http://127.0.0.1:{listening.getsockname()[1]}/metadata"
        path = tampered.folder / "wiki/cups/.notion.json"
        text = re.sub(r"notion-file:[^\"]*", private, path.read_text())
        assert private in text
        tampered.write("wiki/cups", text)
        backup = tampered.backup
        goal = Branch.root(backup.notion, "Attic")
        printed = restore(backup, "wiki/cups", RESTORE_INTO=goal.id)
        assert printed.code in (0, 1), printed.out
        assert all(private not in one.text for one in backup.server.writes.log)
        with pytest.raises(TimeoutError):
            listening.accept()


def deep(levels: int) -> Any:
    return {"and": [deep(levels - 1)]} if levels else {"property": "Name"}


ODD: tuple[Any, ...] = (
    None,
    7,
    "x",
    [],
    {},
    [[]],
    {"type": []},
    ["x", 5],
    {"and": {"or": 3}},
    deep(30),
)


def test_odd_comments_and_views_end_in_a_plan(tampered: Tampered) -> None:
    keys = ("id", "parent", "rich_text", "created_time", "display_name", "attachments")
    said = [{key: odd} for key in keys for odd in ODD]
    tampered.change("wiki/cups", lambda head: head.update(comments=said))
    shown = ("filter", "sorts", "quick_filters", "configuration", "name", "type")

    def add(head: dict[str, Any]) -> None:
        source = head["sources"][0]["id"]
        head["views"] = [
            {"id": f"{number}", "data_source_id": source, "type": type_, key: odd}
            for type_ in ("table", "board", "calendar")
            for number, (key, odd) in enumerate((key, odd) for key in shown for odd in ODD)
        ]

    tampered.change("wiki", add)
    printed = tampered.restore("wiki", "--json")
    assert printed.code == 0, printed.out + printed.err
    codes = {each["code"] for each in printed.json["losses"]}
    assert {"comment-form", "views", "view-extras"} <= codes
