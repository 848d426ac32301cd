"""Repositories that encrypt, or otherwise change, what goes into them: ours goes the same way, or the run
says why it publishes nothing. Plain text never slips past a filter."""

from __future__ import annotations

import os
import shutil
import sys
from codecs import encode
from pathlib import Path

import pytest

from backup.git import Git
from backup.publish import objects
from fakenotion import blocks, build, properties
from tests.support import lfs_program
from tests.support.backups import Backup
from tests.support.publishing import (
    at_remote,
    clone,
    later,
    page,
    push,
    remote_commits,
    remote_files,
    remote_text,
    write,
)

SECRET = "The code of the safe is swordfish."
ROT13 = "tr a-zA-Z n-za-mN-ZA-M"
STORED = "*.md filter=crypt\n.notion.json filter=crypt\n"
TEXTS = f"{STORED}database.csv filter=crypt\n"
RULES = {
    "a folder": {".gitattributes": "wiki/** filter=crypt diff=crypt\n"},
    "everything": {".gitattributes": "* filter=crypt\n.gitattributes !filter\ncode.py !filter\n"},
    "a macro": {
        ".gitattributes": "[attr]secret filter=crypt -text\n"
        "*.md secret\n.notion.json secret\n*.csv secret\n"
    },
    "a file further in": {"wiki/.gitattributes": TEXTS},
}


@pytest.fixture(params=RULES)
def locked(target: Backup, request: pytest.FixtureRequest) -> Backup:
    """What pages say should be encrypted, with a filter that is not set up."""
    for path, rule in RULES[request.param].items():
        (target.folder / path).parent.mkdir(exist_ok=True)
        (target.folder / path).write_text(rule)
        push(target, path)
    confide(target)
    return target


def confide(target: Backup) -> None:
    """A page says the secret in its text, and in a property."""
    source = target.notion.source(target.notion.databases()[0])
    target.notion.add_property(source, "Note", properties.of("rich_text"))
    target.notion.set_property(page(target, "Tea"), "Note", SECRET)
    write(target, "Tea", SECRET)


def unlock(target: Backup, clean: str = ROT13, smudge: str = ROT13) -> None:
    target.git("config", "filter.crypt.clean", clean)
    target.git("config", "filter.crypt.smudge", smudge)


def all_remote(target: Backup) -> str:
    """Every content that the remote has, on any branch or none."""
    listed = at_remote(target, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    blobs = [each.split()[0] for each in listed if " blob " in each]
    return "\n".join(at_remote(target, "cat-file", "blob", blob) for blob in blobs)


def test_pages_are_encrypted_as_git_would_and_read_again_by_the_next_run(
    locked: Backup, tmp_path: Path
) -> None:
    unlock(locked)
    ran = locked.run()
    assert ran.code == 0, ran.log
    assert encode(SECRET, "rot13") in at_remote(locked, "show", "main:wiki/tea/index.md")
    assert SECRET not in all_remote(locked)
    assert SECRET in locked.text("wiki/tea/index.md")
    assert locked.git("status", "--porcelain") == ""
    assert "nothing to commit" in locked.run().log
    fresh = clone(locked, tmp_path / "fresh", "--no-checkout")
    unlock(fresh)
    fresh.git("checkout", "-q", "main")
    assert "nothing to commit" in fresh.run().log
    write(fresh, "Tea", "News.")
    ran = fresh.run()
    assert ran.code == 0, ran.log
    assert "1 to read" in ran.log
    assert encode("News.", "rot13") in at_remote(fresh, "show", "main:wiki/tea/index.md")


def test_where_the_filter_is_not_set_up_nothing_is_published_and_one_sentence_says_why(
    locked: Backup,
) -> None:
    ran = locked.run()
    assert ran.code == 1
    assert "through the filter crypt" in ran.log and "not set up here" in ran.log
    assert ".md" in ran.log or ".notion" in ran.log
    assert remote_commits(locked) == 2
    assert SECRET not in all_remote(locked)


@pytest.mark.parametrize("clean", ["false", "no-such-program", ""])
def test_a_filter_that_fails_lets_nothing_through(locked: Backup, clean: str) -> None:
    """git would store the plain text, unless the filter is said to be required."""
    unlock(locked, clean)
    ran = locked.run()
    assert ran.code == 1 and "through the filter crypt" in ran.log
    assert remote_commits(locked) == 2
    unlock(locked)
    assert locked.run().code == 0


def test_a_fresh_clone_in_which_a_backup_is_still_encrypted_is_left_as_it_is(
    locked: Backup, tmp_path: Path
) -> None:
    unlock(locked)
    locked.run()
    fresh = clone(locked, tmp_path / "fresh")
    before = fresh.files()
    write(locked, "Tea", "News.")
    ran = fresh.run()
    assert ran.code == 1 and "through the filter crypt" in ran.log, ran.log
    assert "News." not in all_remote(locked)
    if "everything" in ran.log or b"\x00" in before.get(".notion-sync.json", b""):
        assert fresh.files() == before


def test_a_rule_counts_before_it_is_committed_and_after_it_was_deleted(target: Backup) -> None:
    rule = target.folder / ".gitattributes"
    rule.write_text(TEXTS)
    confide(target)
    assert "through the filter crypt" in target.run().log
    push(target, ".gitattributes")
    rule.unlink()
    assert "through the filter crypt" in target.run().log
    assert remote_commits(target) == 2
    unlock(target)
    (target.folder / "wiki/.gitattributes").write_text(TEXTS)
    assert target.run().code == 0
    assert SECRET not in all_remote(target)


def test_a_store_is_not_published_in_plain_beside_a_text_that_is_encrypted(target: Backup) -> None:
    (target.folder / ".gitattributes").write_text("*.md filter=crypt\n")
    push(target, ".gitattributes")
    unlock(target)
    confide(target)
    ran = target.run()
    assert ran.code == 1 and remote_commits(target) == 2
    assert ".notion.json would be published as plain text" in ran.log
    assert "`.notion.json filter=crypt`" in ran.log and "KEEP_JSON=false" in ran.log
    assert SECRET not in all_remote(target)
    assert target.run(KEEP_JSON="false").code == 0
    assert SECRET not in all_remote(target)


def test_beside_the_store_of_a_database_lies_its_list_of_pages(target: Backup) -> None:
    unlock(target)
    rules = target.folder / ".gitattributes"
    rules.write_text("wiki/*/*.md filter=crypt\nwiki/*/.notion.json filter=crypt\n")
    ran = target.run(FULL_SYNC="true")
    assert ran.code == 0, ran.log
    rules.write_text("README.md filter=crypt\n")
    target.notion.rename(target.notion.databases()[0], SECRET)
    ran = target.run()
    assert ran.code == 1 and SECRET not in all_remote(target)
    assert "/README.md goes through the filter crypt" in ran.log


@pytest.mark.parametrize("rule", [STORED, "wiki/README.md", "wiki/.notion.json", "index.md"])
def test_a_table_is_not_published_in_plain_beside_what_is_encrypted(
    target: Backup, rule: str
) -> None:
    rules = rule if rule == STORED else f"{rule} filter=crypt\nwiki/**/.notion.json filter=crypt\n"
    (target.folder / ".gitattributes").write_text(rules)
    push(target, ".gitattributes")
    unlock(target)
    confide(target)
    ran = target.run()
    assert ran.code == 1 and remote_commits(target) == 2
    assert "wiki/database.csv would be published as plain text, but wiki/" in ran.log
    assert "`database.csv filter=crypt`" in ran.log and "KEEP_JSON=false" in ran.log
    (target.folder / ".gitattributes").write_text(f"{rules}database.csv filter=crypt\n")
    assert target.run().code == 0
    assert encode(SECRET, "rot13") in remote_text(target, "wiki/database.csv")


def test_a_rule_of_which_git_knows_nothing_yet_is_followed(target: Backup) -> None:
    (target.folder / ".gitattributes").write_text(TEXTS)
    unlock(target)
    confide(target)
    assert target.run().code == 0
    assert encode(SECRET, "rot13") in at_remote(target, "show", "main:wiki/tea/index.md")
    assert SECRET not in all_remote(target)


def test_a_filter_that_is_a_process_is_one_too(target: Backup) -> None:
    (target.folder / ".gitattributes").write_text(TEXTS)
    push(target, ".gitattributes")
    program = f"{sys.executable} -I {Path(lfs_program.__file__)} filter-process"
    target.git("config", "filter.crypt.process", program)
    ran = target.run()
    assert ran.code == 0, ran.log
    assert at_remote(target, "show", "main:wiki/tea/index.md").startswith("version https://git-lfs")


def test_a_rule_that_only_the_branch_has_counts_too(target: Backup, tmp_path: Path) -> None:
    """What is checked out may be another branch, or an older commit."""
    other = clone(target, tmp_path / "other")
    (other.folder / ".gitattributes").write_text("wiki/** filter=crypt\n")
    push(other, ".gitattributes")
    ran = target.run()
    assert ran.code == 1 and "through the filter crypt" in ran.log
    assert remote_commits(target) == 2
    target.git("pull", "-q")
    unlock(target)
    assert target.run().code == 0


def test_an_exception_that_only_the_clone_has_lets_nothing_through(target: Backup) -> None:
    (target.folder / ".gitattributes").write_text(TEXTS)
    push(target, ".gitattributes")
    (target.folder / "wiki").mkdir()
    (target.folder / "wiki/.gitattributes").write_text(TEXTS.replace("filter=crypt", "!filter"))
    confide(target)
    ran = target.run()
    assert ran.code == 1 and "through the filter crypt" in ran.log
    assert SECRET not in all_remote(target)


def test_a_folder_that_is_taken_out_needs_no_filter(target: Backup) -> None:
    (target.folder / ".gitattributes").write_text("* filter=crypt\n* !filter\n*.png filter=crypt\n")
    push(target, ".gitattributes")
    assert target.run().code == 0


def test_the_real_git_crypt(target: Backup, tmp_path: Path) -> None:
    if not shutil.which("git-crypt"):
        pytest.skip("git-crypt is not installed")
    key = str(tmp_path / "key")
    Git(target.folder, {"PATH": os.environ["PATH"]}).run("crypt", "init")
    Git(target.folder, {"PATH": os.environ["PATH"]}).run("crypt", "export-key", key)
    (target.folder / ".gitattributes").write_text(
        "docs/** filter=git-crypt diff=git-crypt\n**/.gitattributes !filter !diff\n"
    )
    push(target, ".gitattributes")
    confide(target)
    ran = target.run(OUTPUT_DIR="docs")
    assert ran.code == 0, ran.log
    for path in ("docs/.notion-sync.json", "docs/wiki/tea/index.md", "docs/wiki/README.md"):
        size = int(at_remote(target, "cat-file", "-s", f"main:{path}"))
        assert size > 20
        assert at_remote(target, "grep", "-l", "-a", "GITCRYPT", "main", "--", path)
    fresh = clone(target, tmp_path / "fresh")
    write(fresh, "Tea", "News.")
    ran = fresh.run(OUTPUT_DIR="docs")
    assert ran.code == 1 and "through the filter git-crypt" in ran.log
    Git(fresh.folder, {"PATH": os.environ["PATH"]}).run("crypt", "unlock", key)
    ran = fresh.run(OUTPUT_DIR="docs")
    assert ran.code == 0 and "1 to read" in ran.log, ran.log
    assert fresh.git("status", "--porcelain") == ""


RETURNS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
SAID = ("*.ics text", "*.ics eol=crlf", "*.md text eol=crlf", "*.md ident", "* text eol=lf")
GUESSED = ("* text=auto", "* text=auto eol=crlf", "*.ics -text", "* -text eol=crlf")


@pytest.mark.parametrize("rule", [*SAID, *GUESSED])
@pytest.mark.parametrize("autocrlf", ["true", "false"])
def test_git_finds_everything_clean_whatever_becomes_of_line_ends(
    target: Backup, rule: str, autocrlf: str
) -> None:
    target.git("config", "core.autocrlf", autocrlf)
    target.git("config", "core.safecrlf", "true")
    (target.folder / ".gitattributes").write_text(f"{rule}\n.gitattributes -text\n")
    push(target, ".gitattributes")
    kept = target.notion.files.keep("party.ics", RETURNS)
    later(target)
    media = blocks.media("file", build.hosted(kept), "party.ics")
    code = blocks.code("a\r\nb\n$Id: x $\n", "plain text")
    target.notion.append(page(target, "Tea"), [media, code])
    later(target)
    ran = target.run()
    assert ran.code == 0, ran.log
    assert target.git("status", "--porcelain") == ""
    assert "nothing to commit" in target.run().log
    path = "wiki/tea/attachments/party.ics"
    assert (target.folder / path).read_bytes() == RETURNS
    is_kept = rule not in ("*.ics text", "*.ics eol=crlf", "* text eol=lf")
    size = int(at_remote(target, "cat-file", "-s", f"main:{path}"))
    assert (size == len(RETURNS)) == is_kept, (
        "an attachment keeps its line ends unless set otherwise"
    )


def test_an_encoding_that_a_page_does_not_have_ends_in_a_sentence(target: Backup) -> None:
    (target.folder / ".gitattributes").write_text("*.md working-tree-encoding=UTF-16\n")
    push(target, ".gitattributes")
    ran = target.run()
    assert ran.code == 1 and "index.md is not in UTF-16, as .gitattributes says" in ran.log
    assert remote_files(target) == [".gitattributes", "code.py"]


@pytest.mark.parametrize("filtered", [True, False])
def test_nothing_is_stored_through_a_symbolic_link(
    target: Backup, tmp_path: Path, filtered: bool
) -> None:
    """What the repository holds may be made by somebody who wants to read the runner's files."""
    if filtered:
        (target.folder / ".gitattributes").write_text("* filter=crypt\n")
        unlock(target, "cat")
    secret, root = tmp_path / "secret", target.folder
    secret.write_text(SECRET)
    (tmp_path / "outside").mkdir()
    shutil.copy(secret, tmp_path / "outside/index.md")
    for folder in ("wiki/tea", "wiki/milk", "wiki/deep"):
        (root / folder).mkdir(parents=True)
    (root / "wiki/tea/index.md").symlink_to(secret)
    (root / "wiki/tea/config").symlink_to("../../.git/config")
    (root / "wiki/out").symlink_to(tmp_path / "outside")
    (root / "wiki/deep/out").symlink_to(tmp_path / "outside")
    (root / "wiki/loop").symlink_to("loop")
    os.mkfifo(root / "wiki/milk/pipe")
    (root / "wiki/milk/index.md").write_text("ours\n")
    paths = ["wiki/tea/index.md", "wiki/tea/config", "wiki/out/index.md", "wiki/deep/out/index.md"]
    paths += ["wiki/loop", "wiki/loop/x", "wiki/milk/pipe", "wiki/milk", "wiki/none", "code.py/x"]
    git = Git(root, {"PATH": os.environ["PATH"]})
    found = objects.stored(git, [*paths, "wiki/milk/index.md"]).objects
    assert list(found) == ["wiki/milk/index.md"]
    assert objects.stored(git, paths).objects == {}
    assert target.git("cat-file", "blob", found["wiki/milk/index.md"]) == "ours"
    assert not (root / ".git/notion-backup").exists()
