"""A release says one number everywhere, and runs where no package index can be reached."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from backup import __version__
from tests.support.house import ROOT, House
from tests.support.inbox import receiving
from tools import release

ARCHIVE = ROOT / f"build/release/notion-backup-{__version__}.tar.gz"
MAJOR = f"v{__version__.partition('.')[0]}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of version 1.2.3 that has all it needs to be released."""
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup/__init__.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    changes = (
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-22\n\nNew.\n\n## [1.2.2]\n\nOld.\n"
    )
    (tmp_path / "CHANGELOG.md").write_text(changes)
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_release_whose_numbers_agree_is_fine_and_has_its_notes(project: Path) -> None:
    release.check("v1.2.3", project)
    assert release.notes(project) == "New."


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("backup/__init__.py", '__version__ = "1.2.4"\n', "backup/__init__.py says 1.2.4"),
        ("pyproject.toml", "[project]\n", "pyproject.toml says nothing"),
        ("CHANGELOG.md", "## [Unreleased]\n", "CHANGELOG.md says nothing"),
    ],
)
def test_a_number_that_differs_is_named(project: Path, path: str, text: str, said: str) -> None:
    (project / path).write_text(text)
    with pytest.raises(release.Trouble, match=said):
        release.check("v1.2.3", project)


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2", "v1", "", "v1.2.3-rc1"])
def test_a_tag_that_is_not_a_full_version_is_refused(project: Path, tag: str) -> None:
    with pytest.raises(release.Trouble, match=r"A release is tagged v1\.2\.3"):
        release.check(tag, project)


def test_the_numbers_of_this_repository_agree_with_each_other() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'\nversion = "{__version__}"\n' in project


def test_packages_are_carried_only_with_the_hash_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.build(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(house.index))
    release.vendor(tmp_path / "vendor", house.action)
    carried = {path.name for path in (tmp_path / "vendor").rglob("*") if path.is_file()}
    assert carried == {"small.py", "METADATA", "WHEEL", "LICENSE"}
    (house.action / "requirements.txt").write_text(f"small==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(release.Trouble, match=r"No wheel of small==1.0"):
        release.vendor(tmp_path / "other", house.action)


def test_a_release_is_made_with_a_python_that_has_only_pip(tmp_path: Path) -> None:
    """Who brings the action onto an instance need not install what only developers need."""
    (tmp_path / "requests.py").write_text("raise ImportError")
    environ = {"PATH": os.defpath, "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-S", "-B", "-m", "tools.release", "check", f"v{__version__}"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_compiled_parts_are_left_out_and_a_package_without_licence_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "fast-1.0-cp310-cp310-manylinux2014_x86_64.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name in ("fast/__init__.py", "fast/_c.cpython-310.so", "fast-1.0.data/scripts/fast"):
            wheel.writestr(name, "")
    with pytest.raises(release.Trouble, match=r"fast-1\.0.* has no licence"):
        release.unpack(path, tmp_path / "vendor")
    with zipfile.ZipFile(path, "a") as wheel:
        wheel.writestr("fast-1.0.dist-info/licenses/LICENSE.txt", "MIT")
    release.unpack(path, tmp_path / "vendor")
    carried = {path.name for path in (tmp_path / "vendor").rglob("*") if path.is_file()}
    assert carried == {"__init__.py", "LICENSE.txt"}


def test_the_moved_tag_starts_without_an_index_and_the_source_stays_small(tmp_path: Path) -> None:
    house = House.carrying(tmp_path / "house")
    (tmp_path / "carried").mkdir()
    (house.action / "vendor").rename(tmp_path / "carried/vendor")
    (house.action / ".gitignore").write_text("/vendor/\n")
    git(house.action, "init", "-q", "--initial-branch=main")
    git(house.action, "config", "user.name", "Somebody")
    git(house.action, "config", "user.email", "somebody@example.com")
    git(house.action, "add", "-A")
    git(house.action, "commit", "-qm", "Release")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    remote = str(tmp_path / "remote.git")
    git(house.action, "push", "-q", remote, "main")
    git(house.action, "push", "-q", remote, f"main:refs/tags/{MAJOR}")

    commit = release.tags(remote, house.action, tmp_path / "carried")

    assert git(Path(remote), "rev-parse", MAJOR) == commit
    assert git(Path(remote), "rev-parse", f"v{__version__}") == git(
        Path(remote), "rev-parse", "main"
    )
    assert "vendor" not in git(Path(remote), "ls-tree", "--name-only", "main")
    assert git(house.action, "status", "--porcelain") == ""
    shutil.rmtree(house.action)
    git(house.root, "clone", "-q", "--branch", MAJOR, remote, "action")
    start = house.start()
    assert (start.code, start.said["word"], start.words) == (0, "carried", "")


def test_the_tag_of_a_version_never_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, remote = tmp_path / "source", tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "source")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(source, "commit", "-q", "--allow-empty", "-m", "One")
    git(source, "tag", "-a", "-m", "One", f"v{__version__}")
    git(source, "push", "-q", str(remote), f"v{__version__}")
    (tmp_path / "carried/vendor").mkdir(parents=True)
    (tmp_path / "carried/vendor/small.py").touch()
    git(source, "config", "user.useConfigOnly", "true")  # git knows nobody, as on a new machine
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    release.tags(str(remote), source, tmp_path / "carried")
    first = git(remote, "rev-parse", MAJOR)
    git(source, "commit", "-q", "--allow-empty", "-m", "Two")
    with pytest.raises(release.Trouble, match="is another commit there"):
        release.tags(str(remote), source, tmp_path / "carried")
    assert git(remote, "rev-parse", MAJOR) == first


@pytest.mark.parametrize("depth", [[], ["--depth=1"]], ids=["whole", "shallow"])
def test_a_commit_of_the_moving_tag_that_somebody_pinned_stays_in_every_clone(
    tmp_path: Path, depth: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a runner, whose git knows nobody."""
    monkeypatch.setenv("GITEA_ACTIONS", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    source, remote = tmp_path / "source", tmp_path / "remote.git"
    (tmp_path / "carried/vendor").mkdir(parents=True)
    (tmp_path / "carried/vendor/small.py").write_text("WORD = 'one'")
    git(tmp_path, "init", "-q", "--initial-branch=main", "source")
    git(tmp_path, "init", "-q", "--bare", "--initial-branch=main", "remote.git")
    pinned = []
    for number in range(3):
        monkeypatch.setattr(release, "__version__", f"{MAJOR[1:]}.{number}.0")
        git(source, "commit", "-q", "--allow-empty", "-m", f"Release {number}")
        git(source, "push", "-q", str(remote), "main")
        job = tmp_path / f"job-{number}"
        git(tmp_path, "clone", "-q", *depth, remote.as_uri(), str(job))
        pinned.append(release.tags("origin", job, tmp_path / "carried"))
    git(tmp_path, "clone", "-q", remote.as_uri(), "user")
    assert git(tmp_path / "user", "rev-parse", MAJOR) == pinned[-1]
    assert set(pinned) < set(git(tmp_path / "user", "rev-list", MAJOR).splitlines())
    assert git(tmp_path / "user", "rev-list", "--count", "main") == "3"
    assert git(tmp_path / "user", "log", "-1", "--format=%an", MAJOR) == "gitea-actions"


def test_a_release_is_made_on_the_host_with_its_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "BUILD", tmp_path)
    (tmp_path / ARCHIVE.name).write_bytes(b"packed")
    made = b'{"id": 7, "html_url": "https://git.example.com/releases/7"}'
    with receiving() as host:
        host.answers = [(201, {}, made), (201, {}, b"{}")]
        job = {"GITHUB_API_URL": f"{host.url}/api/v1", "GITHUB_REPOSITORY": "acme/notion-backup"}
        for name, value in {**job, "RELEASE_TOKEN": "planted"}.items():
            monkeypatch.setenv(name, value)
        assert release.upload("v1.2.3") == "https://git.example.com/releases/7"
    first, second = host.letters
    place = "/api/v1/repos/acme/notion-backup/releases"
    assert (first.path, first.json["tag_name"]) == (place, "v1.2.3")
    assert second.path == f"{place}/7/assets?name={ARCHIVE.name}"
    assert b"packed" in second.body and b'name="attachment"' in second.body
    assert {each.headers["Authorization"] for each in host.letters} == {"token planted"}


def test_what_make_release_wrote_runs_without_an_index(tmp_path: Path) -> None:
    if not ARCHIVE.exists():
        pytest.skip("make release has not been run")
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(tmp_path, **safely)
    (unpacked,) = tmp_path.iterdir()
    if (unpacked / "requirements.txt").read_text() != (ROOT / "requirements.txt").read_text():
        pytest.skip("make release was run with another lock")
    bare = {"HOME": "/dev/null", "PATH": os.defpath}
    command = [sys.executable, "-I", str(unpacked / "entrypoint.py"), "--demo"]
    done = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"(?m)^\d+ new · 0 unchanged$", done.stdout)


def test_what_make_release_wrote_is_small() -> None:
    if not ARCHIVE.exists():
        pytest.skip("make release has not been run")
    assert ARCHIVE.stat().st_size <= 5_000_000
