"""Commits as values: what is left out, what is refused, and what git makes of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backup.errors import GitError
from backup.git import Git
from backup.model import Identity
from backup.publish.commits import REFERENCE, Commit, effective, stream
from backup.publish.signing import signed

BOT = Identity("Bot", "bot@example.com")


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    folder: Path = tmp_path_factory.mktemp("repository")
    git = Git(folder, {"PATH": os.environ["PATH"], "HOME": str(folder)})
    git.run("init", "-q")
    return git


def written(git: Git, *commits: Commit, tip: str = "") -> str:
    return git.run("fast-import", "--quiet", "--force", given=stream(commits, tip, BOT, 7)).strip()


def test_what_is_there_already_is_left_out_and_an_empty_commit_too() -> None:
    files = {"a": "1", "b": "2"}
    first = Commit({"a": "1", "c": "3"}, ["b", "x"], "first")
    second = Commit({"c": "3"}, ["b"], "second")
    third = Commit({"b": "2"}, ["c"], "third")
    found = effective([first, second, third], files)
    assert [(each.message, dict(each.put), list(each.drop)) for each in found] == [
        ("first", {"c": "3"}, ["b"]),
        ("third", {"b": "2"}, ["c"]),
    ]


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/x.yml",
        ".gitea/workflows/x.yml",
        "wiki/.Forgejo/x.yml",
        ".git/config",
        "a/.GIT /config",
        "GIT~1/config",
        ".g\u200dit/config",
        ".gitattributes",
        "wiki/.gitmodules",
    ],
)
def test_no_commit_touches_what_git_or_a_host_takes_orders_from(path: str) -> None:
    with pytest.raises(GitError, match="Refusing to commit"):
        effective([Commit({path: "1"}, [], "x")], {})
    with pytest.raises(GitError, match="Refusing to commit"):
        effective([Commit({}, [path], "x")], {path: "1"})


def test_paths_messages_and_names_arrive_as_they_are(git: Git) -> None:
    blob = git.run("hash-object", "-w", "--stdin", given=b"x").strip()
    paths = ['a "b"\\c.md', "tab\there.md", "日本/é.md", "two\nlines.md"]
    message = "Subject\n\nfrom nowhere\ndata 3\n日本\n"
    author = Identity("Ada <x>\n", "a>da@example.com")
    commit = written(git, Commit(dict.fromkeys(paths, blob), [], message, author, -5))
    listed = git.run("ls-tree", "-r", "-z", "--name-only", commit)
    assert sorted(filter(None, listed.split("\0"))) == sorted(paths)
    said = git.run("log", "-1", "--format=%an|%ae|%at|%cn|%ct|%B", commit)
    assert said.rstrip("\n") == f"Ada x|ada@example.com|0|Bot|7|{message}".rstrip("\n")


@pytest.mark.parametrize("signing", [False, True])
@given(name=st.text(st.characters()), email=st.text(st.characters()), message=st.text())
@settings(max_examples=15)
@example(name="half \ud83d", email="half\udc00@example.com", message="half \ud83d\n")
@example(name="", email="", message="")
@example(name="...", email=".", message="\0")
@example(name='<> \n"', email="a b@c\x00", message="\r\n")
def test_no_character_of_a_name_an_address_or_a_message_keeps_a_commit_away(
    git: Git, signing_git: Git, signing: bool, name: str, email: str, message: str
) -> None:
    blob = git.run("hash-object", "-w", "--stdin", given=b"x").strip()
    commit = written(git, Commit({"a": blob}, [], message, Identity(name, email), 5))
    if signing:
        commit = signed(signing_git, commit, "")
    checked = git.run("fsck", "--strict", "--no-dangling", "--no-reflogs", commit)
    assert checked == ""
    raw = git.run("cat-file", "commit", commit)
    assert ("\ngpgsig " in raw) == signing and "\nencoding " not in raw
    assert git.run("log", "-1", "--format=%at %ct %cn", commit).strip() == "5 7 Bot"
    shown = git.run("log", "-1", "--format=%an", commit).strip()
    assert shown and "<" not in shown
    if "half" in name:
        assert shown == "half ?"


@pytest.fixture(scope="module")
def signing_git(git: Git, tmp_path_factory: pytest.TempPathFactory) -> Git:
    """git that signs with a stand-in for gpg."""
    program = tmp_path_factory.mktemp("programs") / "gpg"
    signature = "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----"
    program.write_text(
        f"#!/bin/sh\ncat > /dev/null\necho '{signature}'\necho '[GNUPG:] SIG_CREATED ' >&2\n"
    )
    program.chmod(0o755)
    return git.using(
        ("commit.gpgsign", "true"),
        ("gpg.program", str(program)),
        ("i18n.commitEncoding", "latin1"),
    )


def test_each_commit_follows_the_one_before(git: Git) -> None:
    blob = git.run("hash-object", "-w", "--stdin", given=b"x").strip()
    first = written(git, Commit({"a": blob}, [], "one"))
    last = written(
        git, Commit({"b": blob}, ["a"], "two"), Commit({"c": blob}, [], "three"), tip=first
    )
    assert git.run("log", "--format=%s", last).split() == ["three", "two", "one"]
    assert git.run("ls-tree", "--name-only", last).split() == ["b", "c"]
    assert git.run("rev-parse", REFERENCE).strip() == last


@given(st.dictionaries(st.sampled_from("abcde"), st.sampled_from("12"), max_size=5), st.data())
def test_the_files_after_effective_commits_are_those_after_all(
    files: dict[str, str], data: st.DataObject
) -> None:
    puts = st.dictionaries(st.sampled_from("abcde"), st.sampled_from("12"))
    drops = st.lists(st.sampled_from("abcde"), unique=True)
    commits = [
        Commit(put, [each for each in drop if each not in put], "x")
        for put, drop in data.draw(st.lists(st.tuples(puts, drops), max_size=4))
    ]

    def after(commits: list[Commit]) -> dict[str, str]:
        tree = dict(files)
        for commit in commits:
            tree = {path: each for path, each in tree.items() if path not in commit.drop}
            tree |= commit.put
        return tree

    assert after(effective(commits, files)) == after(commits)
