"""The wrapper of git: what git may see, whom it trusts, and that it always comes to an end."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backup.errors import GitError
from backup.git import Git, credentials, header_key
from fakenotion import blocks, build
from fakenotion.storage import PNG
from tests.support.backups import Backup, backing_up, wiki
from tests.support.publishing import begin, clone, push, remote_text, write

REAL = shutil.which("git")
assert REAL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    subprocess.run([REAL, "init", "-q", str(tmp_path / "repository")], check=True)
    return tmp_path / "repository"


@pytest.fixture
def instead(tmp_path: Path) -> Callable[[str], str]:
    """`instead(script)`: a PATH on which git is a script."""

    def make(script: str) -> str:
        path = tmp_path / "bin/git"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return f"{path.parent}{os.pathsep}{os.environ['PATH']}"

    return make


def old(version: str) -> str:
    """A git that says it is of a version before 2.38, finds that the folder belongs to somebody else,
    and does not believe its environment about that."""
    return f"""
if [ "$1" = version ]; then echo "git version {version}"; exit; fi
number=0
while [ "$number" -lt "${{GIT_CONFIG_COUNT:-0}}" ]; do
  eval "key=\\$GIT_CONFIG_KEY_$number"
  if [ "$key" = safe.directory ]; then export "GIT_CONFIG_KEY_$number=nothing.here"; fi
  number=$((number + 1))
done
export GIT_TEST_ASSUME_DIFFERENT_OWNER=1
exec {REAL} "$@"
"""


def environ(path: str = "", **more: str) -> dict[str, str]:
    return {"PATH": path or os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", **more}


def test_a_folder_of_somebody_else_is_not_an_obstacle(
    folder: Path, instead: Callable[[str], str]
) -> None:
    """A container's workspace often belongs to another user than the job's."""
    path = instead(f'export GIT_TEST_ASSUME_DIFFERENT_OWNER=1\nexec {REAL} "$@"')
    git = Git(folder, environ(path, HOME=str(folder.parent)))
    assert git.run("rev-parse", "--show-prefix") == "\n"


def test_nor_is_it_for_a_git_that_believes_only_files_and_the_users_own_file_still_counts(
    folder: Path, instead: Callable[[str], str]
) -> None:
    path = instead(old("2.36.1"))
    home = folder.parent / 'ho"me'
    (home / ".config/git").mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n")
    (home / ".config/git/config").write_text("[user]\n\temail = ada@example.com\n")
    git = Git(folder, environ(path, HOME=str(home)))
    assert (git.ask("config", "user.name"), git.ask("config", "user.email")) == (
        "Ada",
        "ada@example.com",
    )
    assert git.run("rev-parse", "--show-prefix") == "\n"
    other = folder.parent / "other"
    other.write_text("[user]\n\tname = Bob\n")
    git = Git(folder, environ(path, HOME=str(home), GIT_CONFIG_GLOBAL=str(other)))
    assert git.ask("config", "user.name") == "Bob"


def test_a_git_that_is_too_old_is_named(folder: Path, instead: Callable[[str], str]) -> None:
    path = instead("echo git version 2.30.2")
    with pytest.raises(GitError, match=r"git 2\.30 is too old\. Install 2\.31"):
        Git(folder, environ(path)).run("status")


def test_a_git_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(GitError, match="git was not found"):
        Git(folder, environ(str(folder))).run("status")


def test_a_git_that_does_not_end_is_ended_with_everybody_who_works_for_it(
    folder: Path, instead: Callable[[str], str]
) -> None:
    """A helper that git leaves behind holds its pipes open."""
    mark = folder.parent / "pid"
    path = instead(
        'if [ "$1" = version ]; then echo git version 2.40.0; exit; fi\n'
        f'sleep 600 & echo $! > "{mark}"\nwait'
    )
    for seconds in (1, 10, 60):
        with pytest.raises(GitError, match="did not end"):
            Git(folder, environ(path)).run("status", seconds=seconds)
        if mark.exists() and mark.read_text():
            break  # else the machine is so slow that the helper had not begun
    helper = int(mark.read_text())
    end = time.monotonic() + 60
    while Path(f"/proc/{helper}").exists() and "Z" not in _status(helper):
        assert time.monotonic() < end
        time.sleep(0.05)


def _status(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_settings_of_the_callers_environment_still_count_and_ours_come_after_them(
    folder: Path,
) -> None:
    given = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "http.proxy",
        "GIT_CONFIG_VALUE_0": "http://proxy.example.com:3128",
        "GIT_CONFIG_KEY_1": "core.hooksPath",
        "GIT_CONFIG_VALUE_1": "/somewhere",
    }
    git = Git(folder, environ(**given)).using(("user.name", "Ada"))
    assert git.ask("config", "http.proxy") == "http://proxy.example.com:3128"
    assert git.ask("config", "core.hooksPath") == os.devnull
    assert git.ask("config", "user.name") == "Ada"


@pytest.mark.parametrize("count", ["", "many", "3"])
def test_settings_that_the_callers_environment_only_half_holds_break_nothing(
    folder: Path, count: str
) -> None:
    given = {"GIT_CONFIG_COUNT": count, "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_KEY_2": "a.b"}
    assert Git(folder, environ(**given)).ask("config", "gc.auto") == "0"


def test_what_would_lead_git_elsewhere_or_write_its_doings_down_is_taken_away(
    folder: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    misleading = {
        "GIT_DIR": os.devnull,
        "GIT_INDEX_FILE": os.devnull,
        "GIT_WORK_TREE": str(tmp_path),
        "GIT_TRACE": str(trace),
        "GIT_TRACE_CURL": str(trace),
        "GIT_CURL_VERBOSE": "1",
    }
    git = Git(folder, environ(**misleading))
    assert git.run("rev-parse", "--show-toplevel").strip() == str(folder.resolve())
    assert not trace.exists()


def test_errors_hold_no_secret_and_no_password_of_an_address(folder: Path) -> None:
    git = Git(folder, environ(), secrets=("planted",))
    with pytest.raises(GitError) as caught:
        git.run("fetch", "http://ada:password@127.0.0.1:1/planted")
    assert "planted" not in str(caught.value) and "password" not in str(caught.value)
    with pytest.raises(GitError) as caught:
        git.run("ls-files", "--error-unmatch", "http://ada:password@127.0.0.1/wiki")
    assert "password" not in str(caught.value) and "127.0.0.1/wiki" in str(caught.value)
    assert "planted" not in repr(git.using(("a.b", "planted")))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://git.example.com/acme/wiki.git", "http.https://git.example.com/.extraheader"),
        ("http://gitea:3000/acme/wiki", "http.http://gitea:3000/.extraheader"),
        ("https://ada:pass@git.example.com/x", "http.https://git.example.com/.extraheader"),
        ("https://[::1]:3000/x", "http.https://[::1]:3000/.extraheader"),
        ("git@git.example.com:acme/wiki.git", ""),
        ("ssh://git@git.example.com/acme/wiki.git", ""),
        ("/srv/git/wiki.git", ""),
        ("https://git.example.com:port/x", ""),
    ],
)
def test_a_token_is_sent_to_the_host_of_a_remote_that_is_reached_by_http(
    url: str, key: str
) -> None:
    assert header_key(url) == key
    assert [name for name, _ in credentials(url, "token")] == [key, key][: 2 * bool(key)]
    assert credentials(url, "") == ()


def test_a_whole_run_works_in_a_folder_of_somebody_else_with_an_old_git(
    tmp_path: Path, instead: Callable[[str], str]
) -> None:
    with backing_up(tmp_path / "target", wiki("Tea")) as target:
        ran = target.run(PATH=instead(old("2.37.3")))
        assert ran.code == 0, ran.log
        _is_committed(target)


def _is_committed(target: Backup) -> None:
    assert "wiki/tea/index.md" in target.git("ls-tree", "-r", "--name-only", "HEAD")
    assert target.git("status", "--porcelain") == ""


@pytest.mark.parametrize("refused", [False, True])
def test_a_run_leaves_nothing_behind_but_the_backup(tmp_path: Path, refused: bool) -> None:
    """A runner in host mode keeps its home and its temporary folder, and an action of this kind has no
    step in which to clean up."""
    places = [tmp_path / name for name in ("home", "temporary")]
    for place in places:
        place.mkdir()
    notion = wiki("Tea")
    (tea,) = notion.node(notion.source(notion.databases()[0])).children
    kept = notion.files.keep("plan.png", PNG)
    notion.append(tea, [blocks.media("image", build.hosted(kept), "A plan")])
    with backing_up(tmp_path / "target", notion) as target:
        if refused:
            remote = tmp_path / "remote.git"
            target.git("init", "-q", "--bare", str(remote), folder=tmp_path)
            (remote / "hooks/pre-receive").write_text("#!/bin/sh\nexit 1\n")
            (remote / "hooks/pre-receive").chmod(0o755)
            target.git("remote", "add", "origin", remote.as_uri())
        given = {"HOME": str(places[0]), "TMPDIR": str(places[1]), "GITHUB_ACTIONS": "true"}
        job = begin(target, **given)
        log, _ = job.communicate(timeout=600)
        assert job.returncode == int(refused), log
        assert "wiki/tea/assets/1-a-plan.png" in target.files()
    assert [path for place in places for path in place.rglob("*")] == []


PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.alternateRefsCommand",
    "alias.lfs",
    "alias.push",
    "diff.external",
    "diff.odd.textconv",
    "diff.odd.command",
    "merge.odd.driver",
    "filter.odd.smudge",
    "filter.unasked.clean",
    "gpg.program",
    "uploadpack.packObjectsHook",
    "gc.recentObjectsHook",
)


def test_no_program_of_the_clones_own_settings_is_run(target: Backup, tmp_path: Path) -> None:
    """A shared runner's clone may be set up by somebody else."""
    mark = tmp_path / "mark"
    (target.folder / ".gitattributes").write_text("*.md diff=odd merge=odd\n")
    push(target, ".gitattributes")
    for key in PROGRAMS:
        script = tmp_path / f"bin/{key}"
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\necho {key} >> "{mark}"\ncat\n')
        script.chmod(0o755)
        target.git("config", key, f"{'!' * key.startswith('alias.')}{script}")
    shutil.copytree(tmp_path / "remote.git", tmp_path / "other.git")
    (target.folder / ".git/objects/info/alternates").write_text(f"{tmp_path}/other.git/objects\n")
    for words in ("News.", "More."):
        write(target, "Tea", words)
        other = clone(target, tmp_path / words)
        (other.folder / words).write_text("x\n")
        push(other, words)  # so that there is something to fetch
        target.run(PATH=_without_lfs(tmp_path))
    Git(target.folder, environ(_without_lfs(tmp_path))).ask("lfs", "version")
    assert "More." in remote_text(target, "wiki/tea/index.md")
    assert not mark.exists(), mark.read_text()


def _without_lfs(folder: Path) -> str:
    """A PATH on which git finds what it needs, but not git-lfs."""
    path = folder / "few"
    path.mkdir(exist_ok=True)
    for name in ("git", "cat", "true"):
        if not (path / name).is_symlink():
            (path / name).symlink_to(shutil.which(name) or "")
    return str(path)
