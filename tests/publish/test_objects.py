"""Files become the objects that git itself would make of them, without a process or a file for each."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from backup.errors import GitError
from backup.git import Git
from backup.publish import filters, objects
from tests.support.publishing import later, published_to


def _counts(git: Git) -> dict[str, int]:
    lines = git.run("count-objects", "-v").splitlines()
    return {name: int(number) for name, number in (line.split(": ") for line in lines)}


def _repository(folder: Path) -> Git:
    git = Git(folder, {"PATH": os.environ["PATH"], "HOME": str(folder)})
    git.run("init", "-q", "-b", "main")
    return git


def test_hundreds_of_files_take_one_file_of_git_and_large_ones_their_own(tmp_path: Path) -> None:
    git = _repository(tmp_path)
    contents = {f"wiki/{number}/index.md": f"Page {number}\n".encode() for number in range(300)}
    contents |= {
        "wiki/empty": b"",
        "wiki/lines.bin": b"done\nblob\n\0\r\n",
        "wiki/large.bin": os.urandom(4_100_000),
    }
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    stored = objects.stored(git, list(contents)).objects
    assert stored.keys() == contents.keys()
    assert objects.contents(git, stored) == contents
    counts = _counts(git)
    assert [counts["count"], counts["packs"]] == [1, 1]
    git.run("fsck", "--strict")


def test_what_is_compressed_already_is_stored_as_it_is_and_texts_are_compressed(
    tmp_path: Path,
) -> None:
    git = _repository(tmp_path)
    contents = {f"{number}.png": os.urandom(50_000) for number in range(4)}
    contents |= {f"{number}.md": b"The same line again.\n" * 5_000 for number in range(4)}
    for path, content in contents.items():
        (tmp_path / path).write_bytes(content)
    stored = objects.stored(git, list(contents)).objects
    assert objects.contents(git, stored) == contents
    size = _counts(git)["size"] + _counts(git)["size-pack"]
    assert 195 <= size < 240, "kB: that of the images, and next to nothing"
    git.run("fsck", "--strict")


def test_of_files_that_are_much_alike_only_the_differences_take_room(tmp_path: Path) -> None:
    git = _repository(tmp_path)
    alike = {".notion.json": os.urandom(3_000), "index.md": os.urandom(3_000)}
    contents = {
        f"{page}/{name}": b"%b%d" % (most, page)
        for page in range(100)
        for name, most in alike.items()
    }
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    stored = objects.stored(git, list(contents)).objects
    assert objects.contents(git, stored) == contents
    assert _counts(git)["size-pack"] < 50, "kB, of 600"


def test_each_of_very_many_files_has_its_filter(tmp_path: Path) -> None:
    git = _repository(tmp_path)
    git.run("config", "filter.same.clean", "cat")
    (tmp_path / ".gitattributes").write_text("*.md filter=same\n")
    paths = [f"{number}.{ending}" for number in range(4_500) for ending in ("md", "txt")]
    assert filters.check(git, paths) == dict.fromkeys(paths[::2], "same")


def test_what_is_not_a_file_is_left_out(tmp_path: Path) -> None:
    git = _repository(tmp_path)
    (tmp_path / "secret").write_text("hidden", "utf-8")
    (tmp_path / "link").symlink_to("secret")
    (tmp_path / "folder").mkdir()
    assert objects.stored(git, ["link", "folder", "absent"]).objects == {}
    assert _counts(git)["count"] == 0


def test_what_git_does_not_have_is_left_out(tmp_path: Path) -> None:
    git = _repository(tmp_path)
    tea = git.run("hash-object", "-w", "--stdin", given=b"Tea").strip()
    assert objects.contents(git, {"milk": "1" * 40, "tea": tea}) == {"tea": b"Tea"}


def test_what_a_killed_run_left_is_not_in_the_way(tmp_path: Path) -> None:
    git = _repository(tmp_path)
    left = tmp_path / ".git/notion-backup/wiki"
    left.mkdir(parents=True)
    (left / ".gitattributes").write_text("*.md text eol=crlf\n", "utf-8")
    stored = objects.texts(git, {"wiki/README.md": "a\r\n"})
    assert objects.contents(git, stored) == {"wiki/README.md": b"a\r\n"}
    assert not left.parent.exists()


def test_what_cannot_be_cleared_away_ends_in_a_sentence(tmp_path: Path) -> None:
    """A folder that belongs to somebody else; here, as tests may run as root, a file is in its place."""
    git = _repository(tmp_path)
    (tmp_path / ".git/notion-backup").touch()
    with pytest.raises(GitError, match=r"notion-backup could not be written: "):
        objects.texts(git, {"wiki/README.md": "a"})


def test_an_unchanged_run_asks_git_little_and_nothing_by_the_page(tmp_path: Path) -> None:
    git, said = shutil.which("git"), tmp_path / "said"
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> "{said}"\nexec "{git}" "$@"\n', "utf-8")
    wrapper.chmod(0o755)
    with published_to(tmp_path / "target") as backup:
        later(backup)
        backup.run()
        ran = backup.run(PATH=f"{wrapper.parent}:{os.environ['PATH']}")
    assert "nothing to commit" in ran.log
    calls = Counter(said.read_text("utf-8").splitlines())
    assert calls.total() <= 21, calls
    assert calls["remote -v"] == 1
