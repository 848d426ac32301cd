"""The verify command on real backups: each thing that can go wrong with a file is named, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backup import store
from demo.sample import sample
from fakenotion import blocks, build
from tests.support.backups import Backup, backing_up, wiki
from tests.support.kitchen import later, rows
from tests.support.looking import in_format, look

PAGE = "how-to-wiki/bring-a-new-gauge-online"
PICTURE = f"{PAGE}/assets/2-cover.png"
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that the demonstration makes."""
    folder = tmp_path_factory.mktemp("demo") / "repository"
    with backing_up(folder, sample()) as backup:
        assert backup.run().code == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    return Path(shutil.copytree(made, tmp_path / "repository"))


def flipped(path: Path) -> None:
    """One bit of a byte in its middle is another one."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edited(path: Path) -> None:
    path.write_text(path.read_text("utf-8") + "\nA remark of mine.\n", "utf-8")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def scrambled(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


def foreign(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")


DAMAGE: list[tuple[str, str, Change]] = [
    ("a flipped bit in a page", f"{PAGE}/index.md", flipped),
    ("a flipped bit in a list of pages", "how-to-wiki/README.md", flipped),
    ("a flipped bit in the store of a page", f"{PAGE}/.notion.json", flipped),
    ("a flipped bit in the store of a database", "how-to-wiki/.notion.json", flipped),
    ("a flipped bit in a picture", PICTURE, flipped),
    ("a page edited by hand", f"{PAGE}/index.md", edited),
    ("a list of pages edited by hand", "how-to-wiki/README.md", edited),
    ("a table of pages edited by hand", "how-to-wiki/database.csv", edited),
    ("a flipped bit in a table of pages", "how-to-wiki/database.csv", flipped),
    ("a missing table of pages", "how-to-wiki/database.csv", Path.unlink),
    ("a store edited by hand", f"{PAGE}/.notion.json", edited),
    ("an empty page", f"{PAGE}/index.md", emptied),
    ("bytes that are not text", f"{PAGE}/index.md", scrambled),
    ("a missing page", "how-to-wiki/weekly-notes-4eaa5dd8/index.md", Path.unlink),
    ("a missing list of pages", "how-to-wiki/README.md", Path.unlink),
    ("a missing store", f"{PAGE}/.notion.json", Path.unlink),
    ("a missing picture", PICTURE, Path.unlink),
    ("a foreign file beside a page", f"{PAGE}/notes.txt", foreign),
    ("a foreign picture", f"{PAGE}/assets/mine.png", foreign),
    ("a foreign file in a folder of a page's folder", f"{PAGE}/deep/notes.txt", foreign),
]


def test_a_good_backup_is_well(folder: Path) -> None:
    seen = look(folder, "verify")
    assert (seen.code, seen.err) == (0, ""), seen.out
    assert "Verified 66 files: 0 problems" in seen.out
    assert look(folder, "verify", "--json").json["notes"] == []


@pytest.mark.parametrize(("what", "path", "change"), DAMAGE, ids=[each[0] for each in DAMAGE])
def test_what_does_not_fit_is_named_by_its_path(
    folder: Path, what: str, path: str, change: Change
) -> None:
    change(folder / path)
    seen = look(folder, "verify", "--json")
    assert seen.code == 1 and not seen.json["ok"]
    assert path in seen.named
    # An image that is missing is missed by the page that shows it, too.
    assert {os.path.commonpath([each, path]) for each in seen.named} <= {path, PAGE, "how-to-wiki"}
    assert f"error: {path}: " in look(folder, "verify").out


def test_a_link_that_leads_nowhere_is_named_with_where_it_leads(folder: Path) -> None:
    page = folder / PAGE / "index.md"
    page.write_text(page.read_text("utf-8") + "\n[gone](../nowhere/index.md#x)\n", "utf-8")
    assert "how-to-wiki/nowhere/index.md, which is not there" in look(folder, "verify").out


def test_a_link_to_a_block_that_notion_no_longer_has_is_not_a_problem_of_the_backup(
    tmp_path: Path,
) -> None:
    notion = wiki()
    (database,) = notion.databases()
    tea, milk = notion.add_page(database, "Tea"), notion.add_page(database, "Milk")
    (block,) = notion.append(milk, [blocks.paragraph("Cold.")])
    there = f"https://www.notion.so/{milk}#{block}".replace("-", "")
    here = f"https://www.notion.so/{tea}#{'0' * 32}".replace("-", "")
    words = [build.text("x", link=link) for link in (there, here, "#gone")]
    notion.append(tea, [blocks.paragraph(*words)])
    with backing_up(tmp_path / "repository", notion) as backup:
        assert backup.run("--verify").code == 0
        page = backup.folder / "wiki/milk/index.md"
        page.write_text(re.sub("<a .*</a>", "", page.read_text("utf-8")), "utf-8")
        assert look(backup.folder, "verify", "--json").named == {
            "wiki/milk/index.md",
            "wiki/tea/index.md",  # Milk still has that block
        }
        notion.trash(block)
        later(notion)
        assert backup.run("--verify").code == 0
        assert "index.md#b-" in backup.text("wiki/tea/index.md")
        assert look(backup.folder, "verify").code == 0


def test_a_pointer_of_git_lfs_is_not_taken_for_damage(folder: Path) -> None:
    (folder / PICTURE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")
    out = look(folder, "verify").out
    assert f"error: {PICTURE}: lies here as a pointer of Git LFS" in out


def test_problems_are_listed_in_the_order_of_their_paths(folder: Path) -> None:
    for path in (f"{PAGE}/.notion.json", f"{PAGE}/index.md", PICTURE, "reading-list/README.md"):
        flipped(folder / path)
    said = [each["where"] for each in look(folder, "verify", "--json").json["problems"]]
    assert len(said) >= 4 and said == sorted(said)


def test_each_problem_says_what_to_do(folder: Path) -> None:
    for path, change in (
        (f"{PAGE}/index.md", edited),
        (PICTURE, flipped),
        ("reading-list/README.md", Path.unlink),
        (f"{PAGE}/notes.txt", foreign),
    ):
        change(folder / path)
    shown = {
        each["where"]: each["what"] for each in look(folder, "verify", "--json").json["problems"]
    }
    assert "restore it from git" in shown[f"{PAGE}/index.md"]
    assert "restore it from git" in shown[PICTURE]
    assert "the next backup brings it back" in shown["reading-list/README.md"]
    assert "move it out" in shown[f"{PAGE}/notes.txt"]


def test_a_link_in_the_place_of_a_file_is_called_one(folder: Path) -> None:
    (folder / PICTURE).unlink()
    (folder / PICTURE).symlink_to("elsewhere.png")
    shown = {
        each["where"]: each["what"] for each in look(folder, "verify", "--json").json["problems"]
    }
    assert "something else than a file lies in its place" in shown[PICTURE]


def test_files_of_others_outside_the_folders_of_pages_are_nobodys_business(folder: Path) -> None:
    for path in ("README.md", "mine.txt", "how-to-wiki/mine.txt", ".gitea/workflows/backup.yml"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("[x](nowhere.md)")
    assert look(folder, "verify").code == 0


def test_where_a_page_is_the_output_folder_that_is_its_owners_too(tmp_path: Path) -> None:
    notion = wiki()
    tea = notion.add_page("", "Tea")
    notion.add_page(tea, "Green")
    with backing_up(tmp_path / "repository", notion) as backup:
        for path in ("LICENSE", ".gitea/workflows/backup.yml"):
            (backup.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (backup.folder / path).write_text("mine")
        assert backup.run("--verify", DATABASES=f". = {tea}").code == 0
        assert look(backup.folder, "verify").code == 0
        mine = ("assets/mine.png", "green/mine.txt")
        for path in mine:
            foreign(backup.folder / path)
        assert look(backup.folder, "verify", "--json").named == {*mine}


def test_a_backup_that_was_written_with_other_settings_is_one_problem_in_one_sentence(
    folder: Path,
) -> None:
    seen = look(folder, "verify", "--json", IMAGE_STYLE="markdown")
    (problem,) = seen.json["problems"]
    assert seen.code == 1 and "21 pages" in problem["what"] and "IMAGE_STYLE" in problem["what"]


def test_single_pages_of_an_earlier_version_are_reported_and_nothing_is_wrong(folder: Path) -> None:
    path = folder / ".notion-sync.json"
    path.write_text(re.sub(r'"render_key": "\w+"', '"render_key": "1"', path.read_text(), count=1))
    seen = look(folder, "verify", "--json")
    (note,) = seen.json["notes"]
    assert seen.code == 0 and note.startswith("1 of 21 pages")


def test_a_page_is_not_compared_when_the_store_of_its_database_is_damaged(folder: Path) -> None:
    flipped(folder / "reading-list/.notion.json")
    seen = look(folder, "verify", "--json")
    assert seen.named == {"reading-list/.notion.json"}
    assert any(note.startswith("6 pages") for note in seen.json["notes"])


def test_a_store_of_another_page_is_not_taken_for_its_own(folder: Path) -> None:
    state = folder / ".notion-sync.json"
    one, two = (folder / each for each in (PAGE, "how-to-wiki/harmonics-in-ten-minutes"))
    digests = [store.digest((each / ".notion.json").read_bytes()) for each in (one, two)]
    shutil.copy(two / ".notion.json", one / ".notion.json")
    state.write_text(state.read_text().replace(*digests))
    assert look(folder, "verify", "--json").named == {f"{PAGE}/.notion.json"}


def test_a_damaged_file_is_found_among_other_settings(folder: Path) -> None:
    flipped(folder / PICTURE)
    seen = look(folder, "verify", "--json", FRONT_MATTER="true")
    assert PICTURE in seen.named and len(seen.json["problems"]) == 2


def test_the_settings_of_the_backup_are_those_of_its_check(tmp_path: Path) -> None:
    given = {"IMAGE_STYLE": "markdown", "PROPERTIES": "both", "IMAGE_MAX_WIDTH": "300"}
    with backing_up(tmp_path / "repository", sample(), git=False) as backup:
        backup.run(**given)
    assert look(tmp_path / "repository", "verify", **given).code == 0


def test_without_stores_it_says_what_cannot_be_checked_and_checks_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    with backing_up(folder, sample(), git=False) as backup:
        backup.run(KEEP_JSON="false")
    seen = look(folder, "verify", "--json")
    (note,) = seen.json["notes"]
    assert seen.code == 0 and "21 pages" in note and ".notion.json" in note
    flipped(folder / PICTURE)
    foreign(folder / PAGE / "notes.txt")
    assert look(folder, "verify", "--json").named == {PICTURE, f"{PAGE}/notes.txt"}


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """When each file and folder was changed, git's own too, and how large it is."""
    found = {str(each): each.lstat() for each in (folder, *folder.rglob("*"))}
    return {path: (about.st_mtime_ns, about.st_size) for path, about in found.items()}


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The repository, read-only, on a computer without a network."""

    def refused(*_: object) -> None:
        raise AssertionError("a command that only looks uses the network")

    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & ~0o222)
    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    yield folder
    for path in paths:
        path.chmod(modes[path])


@pytest.mark.parametrize("command", ["verify", "status"])
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_it_writes_nothing_and_asks_nobody(
    closed: Path, command: str, flags: tuple[str, ...]
) -> None:
    before = everything(closed)
    given = {"WEBHOOK_URL": "https://example.com/hook", "HEALTHCHECK_URL": "https://example.com/x"}
    assert look(closed, command, *flags, **given).code == 0
    assert everything(closed) == before


@pytest.mark.parametrize("command", ["verify", "status"])
def test_wrong_settings_of_a_backup_are_not_its_business_but_its_own_are(
    folder: Path, command: str
) -> None:
    wrong = {"CONCURRENCY": "many", "DATABASES": "nothing", "SHARD": "3", "BRANCH": ".."}
    assert look(folder, command, **wrong).code == 0
    seen = look(folder, command, OUTPUT_DIR="/etc")
    assert seen.code == 2 and "OUTPUT_DIR" in seen.out


@pytest.mark.parametrize("command", ["verify", "status"])
def test_json_is_all_that_goes_to_stdout(folder: Path, command: str) -> None:
    flipped(folder / PICTURE)
    seen = look(folder, command, "--json")
    assert seen.out.count("\n") == 1 and seen.json["command"] == command
    assert (seen.code == 0) == seen.json["ok"] and seen.err


@pytest.mark.parametrize("command", ["verify", "status"])
def test_where_there_is_no_backup_one_sentence_says_so(tmp_path: Path, command: str) -> None:
    seen = look(tmp_path, command)
    (line,) = seen.out.splitlines()
    assert seen.code == 1 and "There is no backup here: .notion-sync.json is missing." in line
    seen = look(tmp_path, command, "--json", OUTPUT_DIR="wiki")
    assert seen.code == 1 and "wiki/.notion-sync.json" in seen.json["problems"][0]["what"]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".notion-sync.json").touch()
    assert "There is no backup here: .notion-sync.json is empty." in look(tmp_path, command).out


@pytest.mark.parametrize("command", ["verify", "status"])
@pytest.mark.parametrize(
    "text", ["{", '{"version": 99, "pages": {}, "databases": {}}', "<<<<<<< >>>>>>>"]
)
def test_a_state_that_cannot_be_used_is_one_sentence(folder: Path, command: str, text: str) -> None:
    (folder / ".notion-sync.json").write_text(text)
    seen = look(folder, command)
    (line,) = seen.out.splitlines()
    assert seen.code == 1 and ".notion-sync.json" in line


def test_an_entry_of_the_state_that_cannot_be_believed_is_named(folder: Path) -> None:
    path = folder / ".notion-sync.json"
    path.write_text(re.sub(r'"folder": "how-to-wiki/harm', '"folder": "../harm', path.read_text()))
    seen = look(folder, "verify", "--json")
    assert ".notion-sync.json" in seen.named
    assert f": {len(seen.json['problems'])} problem" in look(folder, "verify").out
    assert ".notion-sync.json" in look(folder, "status", "--json").named


def test_a_run_that_verifies_finds_the_same(kitchen: Backup) -> None:
    assert kitchen.run("--verify").code == 0
    foreign(kitchen.folder / "wiki/cups/mine.txt")
    flipped(kitchen.folder / "wiki/cups/assets/1-a-cup.png")
    edited(kitchen.folder / "wiki/tea/index.md")
    ran = kitchen.run("--verify")
    seen = look(kitchen.folder, "verify", "--json")
    named = {"wiki/cups/mine.txt", "wiki/cups/assets/1-a-cup.png", "wiki/tea/index.md"}
    assert ran.code == 1 and seen.named == named
    assert all(f"error: {path}: " in ran.log for path in named)


def test_a_run_that_publishes_verifies_what_the_branch_has(target: Backup) -> None:
    later(target.notion)
    assert target.run("--verify").code == 0
    edited(target.folder / "wiki/tea/index.md")
    assert target.run("--verify").code == 0  # the branch has the page as it was
    assert look(target.folder, "verify", "--json").named == {"wiki/tea/index.md"}


@pytest.mark.parametrize("command", ["verify", "status"])
def test_the_answer_in_json_has_the_keys_that_the_format_documents(
    folder: Path, command: str
) -> None:
    assert look(folder, command, "--json").json.keys() == in_format(command)


def test_a_part_is_well_whose_links_lead_to_what_another_part_is_to_write(tmp_path: Path) -> None:
    notion = wiki(*"ABCDEF")
    pages = rows(notion)
    for number, id_ in enumerate(pages):
        (place,) = notion.append(pages[number - 1], [blocks.paragraph("Here.")])
        way = f"{build.url(pages[number - 1])}#{place.replace('-', '')}"
        notion.append(id_, [blocks.paragraph("See ", build.text("there", link=way))])
    later(notion)
    with backing_up(tmp_path / "r", notion, git=False) as backup:
        settings = [{"SHARD": f"{part}/3", "VERIFY": "true"} for part in (1, 2, 3)]
        assert [backup.run(**part).code for part in settings] == [0, 0, 0]
        for number, id_ in enumerate(pages):
            notion.rename(id_, f"Other {number}")
        later(notion)
        assert [backup.run(**part).code for part in settings] == [0, 0, 0]
        for text in backup.folder.glob("wiki/*/index.md"):
            text.unlink()
        assert [backup.run(**part).code for part in settings] == [1, 1, 0]
