"""A repository of the script that came before this program, and its .env: both are taken as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backup.model import dashed_id
from fakenotion import blocks, build
from fakenotion.faults import error
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import TOKEN, Backup, backing_up
from tests.support.kitchen import PNG, dead_links, later, row

WIDE = PNG[:-12] + b"\0"  # another image, of which only the beginning counts
GONE = "https://127.0.0.1:9/gone.png"  # where nobody answers
LONG = "How to set up the thing in the corner of the room behind the door that never closes right"


PARAGRAPHS = [f"Step {number}: turn the knob to {number * 7}, and wait." for number in range(12)]


def notion() -> Workspace:
    """A database 'How-tos': a page with two images, one with an attachment, one with a long title."""
    made = Workspace("Test", now=Clock(2026, 9, 1))
    database = made.add_database("How-tos", {})
    first, second, third = (
        made.add_page(database, title) for title in ("Article 1", "Größe: ein Test!", LONG)
    )
    pictures = [made.files.keep(name, body) for name, body in (("a.png", PNG), ("b.png", WIDE))]
    for page in (first, second, third):
        made.append(page, [blocks.paragraph(each) for each in PARAGRAPHS])
    made.append(first, [blocks.heading(1, "Prerequisites")])
    made.append(first, [blocks.media("image", build.hosted(each)) for each in pictures])
    made.append(first, [blocks.media("image", build.external(GONE))])
    notes = made.files.keep("example.yml", b"a: 1\n")
    made.append(second, [blocks.media("file", build.hosted(notes), name="example.yml")])
    later(made)
    return made


def front(backup: Backup, title: str, time: str = "2026-02-14T07:00:00.123456+00:00") -> str:
    """A page as that script wrote it."""
    id_ = dashed_id(row(backup, title))
    head = f'title: "{title}"\nsource: notion\nnotion_id: {id_}\nbacked_up: {time}'
    return f"---\n{head}\n---\n\n# {title}\n\n" + "\n\n".join(PARAGRAPHS)


SLUG = "how-to-set-up-the-thing-in-the-corner-of-the-room-behind-the-door-that-never"
OLD = {
    "article-1/assets/1-image1.png": PNG,
    "article-1/assets/2-prerequisites-proxmox-cluster-dashboard.png": WIDE,
    "article-1/assets/3-prerequisites.png": b"the only copy of what is gone",
    "groe-ein-test/attachments/example.yml": b"a: 1\n",
    "README.md": b"# howtos\n",
    "article-1/NOTES.txt": b"mine\n",
    "other/index.md": b"# Mine\n",
}


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Backup]:
    """The repository that the script has filled, with files of its owner."""
    with backing_up(tmp_path / "howtos", notion()) as backup:
        pages = {"article-1": "Article 1", "groe-ein-test": "Größe: ein Test!", SLUG: LONG}
        files = dict(OLD)
        files |= {f"{at}/index.md": front(backup, t).encode() for at, t in pages.items()}
        late = "2025-01-01T07:00:00+00:00"  # before it was renamed
        files["first-article/index.md"] = front(backup, "Article 1", late).encode()
        put(backup, files)
        yield backup


def put(backup: Backup, files: dict[str, bytes]) -> None:
    """Commit files of somebody else."""
    for path, content in files.items():
        (backup.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (backup.folder / path).write_bytes(content)
    backup.git("add", "-A")
    backup.git("commit", "-qm", "Before")


def changes(backup: Backup) -> dict[str, set[str]]:
    """What git shows of the last commit: the kind of change → the paths that were there before, or for
    what was added those that are there now."""
    found: dict[str, set[str]] = {}
    shown = backup.git(
        "-c", "core.quotePath=false", "diff", "-M", "--name-status", "HEAD~1", "HEAD"
    )
    for line in shown.splitlines():
        kind, path, *_ = line.split("\t")
        found.setdefault(kind[0], set()).add(path)
    return found


def test_the_tree_stays_where_it_is_and_nothing_is_lost(old: Backup) -> None:
    ran = old.run()
    assert "Adopted from an earlier backup: 3 pages with 4 files; they are read again." in ran.log
    assert "Left alone, as renamed or no longer in Notion: first-article/." in ran.log
    found = changes(old)
    assert found.keys() <= set("RMA")
    assert {"article-1/index.md"} <= found["M"]
    assert not [path for path in found["A"] if path.endswith((".png", ".yml"))]
    assert {
        old.text(f"{folder}/index.md").partition("\n")[0].removeprefix("# ")
        for folder in old.pages()
        if folder not in ("other", "first-article")
    } == {"Article 1", "Größe: ein Test!", LONG}
    assert dead_links(old) == [] and old.git("status", "--porcelain") == ""


def test_what_is_the_same_keeps_its_name_and_what_is_not_ours_stays(old: Backup) -> None:
    old.run()
    files = old.files()
    for path in OLD:
        if not path.startswith("groe"):
            assert files[path] == OLD[path]
    text = old.text("article-1/index.md")
    assert "assets/1-image1.png" in text and "-proxmox-cluster-dashboard.png" in text
    assert files["größe-ein-test/attachments/example.yml"] == b"a: 1\n"
    assert "groe-ein-test/attachments/example.yml" not in files


def test_the_next_run_changes_nothing_and_a_fresh_clone_neither(old: Backup) -> None:
    old.run()
    commits, files = old.commits(), old.files()
    again = old.run()
    assert (old.commits(), old.files()) == (commits, files)
    assert "Adopted" not in again.log
    old.run("--full-sync")
    assert old.files() == files
    fresh = replace(old, folder=old.folder.parent / "fresh")
    old.git("clone", "-q", str(old.folder), str(fresh.folder), folder=old.folder.parent)
    fresh.run()
    assert (fresh.commits(), fresh.files()) == (commits, files)


def test_a_folder_that_a_setting_names_gets_the_pages_as_renames(old: Backup) -> None:
    old.run(DATABASES=f"wiki = {old.notion.databases()[0]}")
    found = changes(old)
    assert found.keys() <= set("RMAD")
    assert "article-1/assets/1-image1.png" in found["R"]
    assert not [path for path in found.get("D", ()) if not path.endswith("/index.md")]
    assert old.text("wiki/article-1/index.md") and not (old.folder / "article-1/index.md").exists()
    assert old.files()["article-1/NOTES.txt"] == b"mine\n"


def test_a_folder_that_is_named_later_gets_them_then(old: Backup) -> None:
    old.run()
    old.run(DATABASES=f"wiki = {old.notion.databases()[0]}")
    assert old.text("wiki/article-1/index.md")
    assert "article-1/assets/1-image1.png" in changes(old)["R"]


def test_a_page_that_cannot_be_read_keeps_its_old_copy_and_is_adopted_later(old: Backup) -> None:
    text = old.text("article-1/index.md")
    old.fail(f"blocks/{dashed_id(row(old, 'Article 1'))}/children", error(400, "No."))
    assert old.run().code == 1
    assert old.text("article-1/index.md") == text
    old.heal()
    old.run()
    assert old.text("article-1/index.md") != text
    assert old.files()["article-1/assets/3-prerequisites.png"]


def test_a_copy_of_an_old_page_elsewhere_is_left_alone(old: Backup) -> None:
    put(
        old, {"archive/article-1/index.md": front(old, "Article 1", "2026-08-01T00:00:00").encode()}
    )
    before = old.files()["archive/article-1/index.md"]
    old.run()
    assert old.files()["archive/article-1/index.md"] == before
    assert "assets/1-image1.png" in old.text("article-1/index.md")


def test_what_its_owner_changes_or_deletes_there_is_not_brought_back(old: Backup) -> None:
    """Of a file that the page does not show, there is nothing to compare it with."""
    put(old, {"article-1/assets/4-more.png": b"more"})
    old.run()
    left = "article-1/assets/3-prerequisites.png"
    put(old, {left: b"edited"})
    old.git("rm", "-q", "article-1/assets/4-more.png")
    old.git("commit", "-qm", "Delete")
    old.notion.append(row(old, "Article 1"), [blocks.paragraph("More.")])
    later(old.notion)
    assert old.run().code == 0
    assert old.files()[left] == b"edited" and "article-1/assets/4-more.png" not in old.files()
    old.run("--full-sync")
    assert old.files()[left] == b"edited"


@pytest.mark.parametrize("commit", ["run", "false"])
def test_a_lost_state_makes_no_second_tree(old: Backup, commit: str) -> None:
    old.run(COMMIT=commit)
    files = old.files()
    (old.folder / ".notion-sync.json").unlink()
    old.git("add", "-A")
    old.git("commit", "-qm", "Lost")
    ran = old.run(COMMIT=commit)
    assert "Adopted" not in ran.log and "not part of the backup" not in ran.log
    texts = [path for path in files if path.endswith(".md")]
    assert {path: old.files().get(path) for path in texts} == {path: files[path] for path in texts}
    assert old.files().keys() == files.keys()


def test_another_branch_than_the_one_that_is_checked_out_is_adopted_too(old: Backup) -> None:
    bare, fresh = old.folder.parent / "bare.git", old.folder.parent / "fresh"
    old.git("branch", "-q", "-m", "notes")
    old.git("checkout", "-q", "--orphan", "main")
    old.git("rm", "-rqf", ".")
    old.git("commit", "-q", "--allow-empty", "-m", "Nothing here")
    old.git("clone", "-q", "--bare", str(old.folder), str(bare), folder=bare.parent)
    old.git("clone", "-q", "--branch=main", str(bare), str(fresh), folder=bare.parent)
    here = replace(old, folder=fresh)
    assert here.run(BRANCH="notes").code == 0
    shown = here.git("diff", "-M", "--name-status", "origin/notes~1", "origin/notes").splitlines()
    assert {line[0] for line in shown} == set("RMA")
    tree = set(here.git("ls-tree", "-r", "--name-only", "-z", "origin/notes").split("\0"))
    assert {"article-1/assets/3-prerequisites.png", "article-1/NOTES.txt"} <= tree
    assert "groe-ein-test/index.md" not in tree


def test_a_folder_that_the_script_never_made_is_not_adopted(old: Backup) -> None:
    text = front(old, "Article 1", "2026-08-01T00:00:00").encode()
    put(old, {"Article 1/index.md": text, ".github/index.md": text})
    old.run()
    assert old.files()["Article 1/index.md"] == old.files()[".github/index.md"] == text
    assert "assets/1-image1.png" in old.text("article-1/index.md")


def test_two_databases_in_one_repository_get_folders(old: Backup) -> None:
    old.notion.add_page(old.notion.add_database("Books", {}), "Moby-Dick")
    later(old.notion)
    put(old, {"moby-dick/index.md": front(old, "Moby-Dick").encode()})
    old.run()
    assert {"how-tos/article-1", "books/moby-dick"} <= set(old.pages())
    assert "article-1/assets/1-image1.png" in changes(old)["R"]


def dotenv(backup: Backup) -> str:
    """The .env of that script, as its example has it."""
    return f"""\
NOTION_TOKEN={TOKEN}
GIT_BASE_URL=https://gitea.example.com/api/v1
GIT_TOKEN=planted_git_token
GIT_OWNER=me
AI_NAMING_ENABLED=0
AI_API_URL=https://api.anthropic.com/v1/messages
AI_API_KEY=
AI_MODEL=claude-haiku-4-5-20251001
TIMEZONE=Europe/Prague
DISCORD_LEVEL=0
DISCORD_WEBHOOK_URL=
DB1_NOTION_ID={backup.notion.databases()[0]}
DB1_GIT_REPO=howtos
DB1_LABEL=How-tos
DB2_NOTION_ID=00000000000000000000000000000002
DB2_GIT_REPO=books
DB2_LABEL=Books
"""


def test_its_settings_work_in_a_clone_on_a_computer(old: Backup) -> None:
    old.git("remote", "add", "origin", "https://gitea.example.com/me/howtos.git")
    (old.folder / ".env").write_text(dotenv(old))
    (old.folder / ".gitignore").write_text(".env\n")
    ran = old.run("--env", str(old.folder / ".env"), DATABASES="", COMMIT="false", NOTION_TOKEN="")
    assert ran.code == 0, ran.log
    assert old.text("article-1/index.md").count("1-image1.png")
    for name in ("GIT_BASE_URL", "GIT_OWNER", "TIMEZONE"):
        assert len(re.findall(rf"\.env: {name} is not a setting", ran.log)) == 1
    assert "AI_API_URL" not in ran.log and "DB2" not in ran.log


def test_elsewhere_its_settings_say_where_they_belong(old: Backup) -> None:
    ran = old.run(CONFIG=dotenv(old), DATABASES="", NOTION_TOKEN="")
    assert ran.code == 2
    assert "DBn_GIT_REPO: nothing is meant for" in ran.log
    assert "2 databases for 'howtos, books'" in ran.log and "in a clone" in ran.log
