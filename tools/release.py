"""Makes a release: checks its number, carries the packages along, moves the tag of its major version.

    python -m tools.release check v1.2.3     do tag, program and CHANGELOG say the same number?
    python -m tools.release build            build/release/notion-backup-1.2.3.tar.gz  (make release)
    python -m tools.release move             push v1: the commit that is checked out, and wheels/
    python -m tools.release notes            what CHANGELOG says of this version
    python -m tools.release upload v1.2.3    make the release on the host, with the archive

A runner that finds wheels/ beside entrypoint.py asks no package index. They would make every clone
of the source larger, so they lie only in the archive and on the moving tag. What they hold for which
platform: pure wheels for all, and for PyYAML, which has none, one for each Python on Linux.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import requests

from backup import __version__, ci

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
LOCK = "requirements.txt"
LOCK_OF_PIP = "requirements-dev.txt"
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
GLIBC = ("2014", "_2_17", "_2_28")  # manylinux names of what each supported distribution has
CARRIED = ("action.yml", "entrypoint.py", LOCK, "backup", "fakenotion", "demo", "LICENSE")
READ = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".env.example", ".gitea/examples", "docs")


class Trouble(Exception):
    """The release cannot be made; the text says why."""


def main(arguments: list[str]) -> int:
    """Do what the first argument says; 1 with a sentence when it cannot be done."""
    name, *rest = arguments or ["build"]
    try:
        COMMANDS[name](*rest)
    except (Trouble, KeyError, TypeError) as trouble:
        print(trouble if isinstance(trouble, Trouble) else __doc__, file=sys.stderr)
        return 1
    return 0


def check(tag: str, root: Path = ROOT) -> None:
    """Raises Trouble unless `tag`, backup.__version__, pyproject.toml and CHANGELOG.md agree."""
    project = (root / "pyproject.toml").read_text("utf-8")
    found = {
        "the tag": tag.removeprefix("v") if tag.startswith("v") else tag or "nothing",
        "backup/__init__.py": _first(r'"([^"]+)"', (root / "backup/__init__.py"), "__version__ = "),
        "pyproject.toml": (re.findall(r'(?m)^version = "([^"]+)"', project) or ["nothing"])[0],
        "CHANGELOG.md": _first(r"\[(\d[^\]]*)\]", root / "CHANGELOG.md", "## "),
    }
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
        raise Trouble(f"A release is tagged v1.2.3, not {tag or 'nothing'}.")
    if len(set(found.values())) > 1:
        raise Trouble("; ".join(f"{where} says {version}" for where, version in found.items()))


def _first(pattern: str, path: Path, start: str) -> str:
    lines = (line for line in path.read_text("utf-8").splitlines() if line.startswith(start))
    found = (re.search(pattern, line) for line in lines)
    return next((match[1] for match in found if match), "nothing")


def notes(root: Path = ROOT) -> str:
    """Print and give the newest version's part of CHANGELOG.md."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    parts = re.split(r"(?m)^## \[\d[^\n]*\n", text)
    said = parts[1].partition("\n## ")[0].strip() if len(parts) > 1 else ""
    print(said)
    return said


def build() -> Path:
    """Write the archive with everything a runner needs, and give its path."""
    archive = _archive()
    top = archive.name.removesuffix(".tar.gz")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, top)
        export(folder)
        wheels(folder / "wheels")
        BUILD.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(folder, top, filter=_nobodys)
    print(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1e6:.1f} MB")
    return archive


def _archive() -> Path:
    return BUILD / f"notion-backup-{__version__}.tar.gz"


def export(folder: Path, root: Path = ROOT) -> None:
    """Copy what runs to `folder`: files that git knows, nothing that happens to lie about."""
    listed = _git(root, "ls-files", "-z", "--", *CARRIED, *READ).split("\0")
    for path in filter(None, listed):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, folder / path)


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def wheels(folder: Path, root: Path = ROOT) -> None:
    """Download into `folder` what the lock names, and pip for a Python that has none; each file is
    held to its hash.

    Raises Trouble when there is no wheel of a package.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pip = [each for each in entries(root / LOCK_OF_PIP) if each.startswith("pip==")]
    for entry in (*entries(root / LOCK), *pip):
        if not _download(entry, folder, "--platform", "any", "--abi", "none"):
            _native(entry, folder)


def entries(lock: Path) -> Iterator[str]:
    """Each package of a lock with its hashes, those for other systems than Linux left out."""
    text = re.sub(r"(?m)^ *#.*\n", "", lock.read_text("utf-8"))
    for entry in re.split(r"(?m)^(?=[a-z0-9])", text):
        if "==" in entry and "sys_platform == 'win32'" not in entry:
            yield entry


def _native(entry: str, folder: Path) -> None:
    for python in PYTHONS:
        for machine in MACHINES:
            names = [
                part for each in GLIBC for part in ("--platform", f"manylinux{each}_{machine}")
            ]
            version = python.replace(".", "")
            kind = ["--python-version", python, "--implementation", "cp", "--abi", f"cp{version}"]
            if not _download(entry, folder, *names, *kind):
                raise Trouble(f"No wheel for Python {python} on {machine}: {entry.split()[0]}")


def _download(entry: str, folder: Path, *options: str) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as one:
        one.write(entry)
        one.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)]
        command += ["--only-binary=:all:", *options, "--no-deps", "--require-hashes"]
        command += ["-r", one.name]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def move(remote: str = "origin", root: Path = ROOT, carried: Path | None = None) -> str:
    """Push the tag of the major version: a commit on top of the one that is checked out, with
    wheels/. Gives that commit's id, which is the one to pin: the commits that the tag had before are
    parents of the new one, so that a clone holds them for whoever has pinned them.

    `carried` is a folder with wheels; without it they are downloaded.
    """
    tag = f"v{__version__.partition('.')[0]}"
    with tempfile.TemporaryDirectory() as name:
        folder, index = carried or Path(name, "wheels"), {"GIT_INDEX_FILE": f"{name}/index"}
        if not carried:
            wheels(folder)
        _git(root, "read-tree", "HEAD", **index)
        for wheel in sorted(folder.glob("*.whl")):
            blob = _git(root, "hash-object", "-w", "--no-filters", str(wheel.resolve()))
            entry = f"100644,{blob},wheels/{wheel.name}"
            _git(root, "update-index", "--add", "--cacheinfo", entry, **index)
        tree = _git(root, "write-tree", **index)
    message = f"Carry the packages of {__version__}"
    parents = [part for each in ("HEAD", *_before(root, remote, tag)) for part in ("-p", each)]
    commit = _git(root, "commit-tree", tree, *parents, "-m", message, **_committer())
    _git(root, "push", "--quiet", "--force", remote, f"{commit}:refs/tags/{tag}")
    print(f"{tag} is {commit}")
    return commit


def _committer() -> dict[str, str]:
    """The host's bot in a workflow, where git knows nobody; else whom git knows."""
    if not (bot := ci.bot(os.environ)):
        return {}
    roles = ("AUTHOR", "COMMITTER")
    names = {f"GIT_{role}_NAME": bot.name for role in roles}
    return names | {f"GIT_{role}_EMAIL": bot.email for role in roles}


def _before(root: Path, remote: str, tag: str) -> list[str]:
    """The commit that the tag has so far, and it is here; nothing at the first release."""
    if not _git(root, "ls-remote", remote, f"refs/tags/{tag}"):
        return []
    # A clone that is shallow stays so: checkout's is.
    shallow = _git(root, "rev-parse", "--is-shallow-repository") == "true"
    depth = ["--depth=1"] if shallow else []
    _git(root, "fetch", "--quiet", "--no-tags", *depth, remote, f"refs/tags/{tag}")
    return [_git(root, "rev-parse", "FETCH_HEAD^{commit}")]


def upload(tag: str) -> str:
    """Make the release of `tag` on the host of the workflow, with its notes and the archive; its
    address. The API is that of Gitea and Forgejo; the token is RELEASE_TOKEN."""
    api, repository = os.environ["GITHUB_API_URL"], os.environ["GITHUB_REPOSITORY"]
    headers = {"Authorization": f"token {os.environ['RELEASE_TOKEN']}"}
    url = f"{api}/repos/{repository}/releases"
    release = {"tag_name": tag, "name": tag, "body": notes()}
    made = requests.post(url, json=release, headers=headers, timeout=60)
    made.raise_for_status()
    archive = _archive()
    with archive.open("rb") as file:
        files = {"attachment": (archive.name, file)}
        address = f"{url}/{made.json()['id']}/assets"
        name = {"name": archive.name}
        sent = requests.post(address, params=name, files=files, headers=headers, timeout=600)
    sent.raise_for_status()
    return str(made.json().get("html_url", ""))


def _git(root: Path, *arguments: str, **environ: str) -> str:
    command = ["git", *arguments]
    everything = {**os.environ, **environ}
    done = subprocess.run(command, cwd=root, env=everything, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


COMMANDS: dict[str, Callable[..., object]] = {
    "check": check,
    "build": build,
    "move": move,
    "upload": upload,
    "notes": notes,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
