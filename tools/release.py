"""Makes a release: checks its number, carries the packages along, moves the tag of its major version.

    python -m tools.release check v1.2.3     do tag, program and CHANGELOG say the same number?
    python -m tools.release build            build/release/notion-backup-1.2.3.tar.gz  (make release)
    python -m tools.release tags [REMOTE]    push v1.2.3, and v1: what is checked out, and vendor/
    python -m tools.release notes            what CHANGELOG says of this version
    python -m tools.release upload v1.2.3    make the release on the host, with the archive

A runner that finds vendor/ beside entrypoint.py installs nothing. It would make every clone of the
source larger, so it lies only in the archive and on the moving tag. It holds what the locked wheels
hold, as pure Python for every platform: their compiled parts are left out, for which each of them has
a replacement of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from backup import __version__, ci
from backup.model import Identity

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
LOCK = "requirements.txt"
OLDEST = "3.10"
# PyYAML has no wheel without compiled parts: one of these serves, without them.
NATIVE = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64")
COMPILED = (".so", ".pyd", ".dylib", ".dll")
SUPERFLUOUS = ("RECORD", "entry_points.txt", "direct_url.json", "INSTALLER")  # for installers
LICENCE = re.compile(r"\.dist-info/(?:.*/)?(?:licen[sc]e|copying|notice)[^/]*$", re.IGNORECASE)
CARRIED = ("action.yml", "entrypoint.py", LOCK, "backup", "fakenotion", "demo", "LICENSE")
READ = (
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ".env.example",
    ".gitea/examples",
    "docs",
)


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
        vendor(folder / "vendor")
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


def vendor(folder: Path, root: Path = ROOT) -> None:
    """Unpack into `folder` what the lock names; each wheel is held to its hash.

    Raises Trouble when there is no wheel of a package, or no licence in it.
    """
    with tempfile.TemporaryDirectory() as name:
        for entry in entries(root / LOCK):
            anywhere = ("--platform", "any", "--abi", "none")
            native = [part for each in NATIVE for part in ("--platform", each)]
            if not (
                _download(entry, Path(name), *anywhere) or _download(entry, Path(name), *native)
            ):
                raise Trouble(f"No wheel of {entry.split()[0]} can be had.")
        for wheel in sorted(Path(name).glob("*.whl")):
            unpack(wheel, folder)


def unpack(wheel: Path, folder: Path) -> None:
    """The modules and licences of a wheel, without what was compiled. Raises Trouble when there is no
    licence, without which nobody may pass it on."""
    with zipfile.ZipFile(wheel) as packed:
        names = [each for each in packed.namelist() if _is_carried(each)]
        if not any(map(LICENCE.search, names)):
            raise Trouble(f"{wheel.name} has no licence.")
        packed.extractall(folder, names)


def _is_carried(name: str) -> bool:
    is_about_installing = ".dist-info/" in name and Path(name).name in SUPERFLUOUS
    return not (name.endswith(COMPILED) or ".data/" in name or is_about_installing)


def entries(lock: Path) -> Iterator[str]:
    """Each package of a lock with its hashes, those for Windows alone left out."""
    text = re.sub(r"(?m)^ *#.*\n", "", lock.read_text("utf-8"))
    for entry in re.split(r"(?m)^(?=[a-z0-9])", text):
        if "==" in entry and "sys_platform == 'win32'" not in entry:
            yield entry


def _download(entry: str, folder: Path, *options: str) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as one:
        one.write(entry)
        one.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)]
        command += ["--only-binary=:all:", "--python-version", OLDEST, *options, "--no-deps"]
        command += ["--require-hashes", "-r", one.name]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def tags(remote: str = "origin", root: Path = ROOT, carried: Path | None = None) -> str:
    """Push the tag of the version, which is the commit that is checked out, and that of its major
    version: a commit on top, with vendor/. Gives that commit's id, which is the one to pin: the commits that the tag had before are
    parents of the new one, so that a clone holds them for whoever has pinned them.

    `carried` is a folder with vendor/; without it the packages are downloaded. Raises Trouble when the
    remote has the version with another commit.
    """
    tag = f"v{__version__.partition('.')[0]}"
    _numbered(remote, root)
    with tempfile.TemporaryDirectory() as name:
        folder, index = carried or Path(name, "carried"), {"GIT_INDEX_FILE": f"{name}/index"}
        if not carried:
            vendor(folder / "vendor")
        _git(root, "read-tree", "HEAD", **index)
        there = {
            "GIT_DIR": _git(root, "rev-parse", "--absolute-git-dir"),
            "GIT_WORK_TREE": str(folder),
        }
        _git(folder, "add", "--force", "--", "vendor", **there, **index)
        tree = _git(root, "write-tree", **index)
    message = f"Carry the packages of {__version__}"
    parents = [part for each in ("HEAD", *_before(root, remote, tag)) for part in ("-p", each)]
    commit = _git(root, "commit-tree", tree, *parents, "-m", message, **_committer(root))
    _git(root, "push", "--quiet", "--force", remote, f"{commit}:refs/tags/{tag}")
    print(f"{tag} is {commit}")
    return commit


def _numbered(remote: str, root: Path) -> None:
    """Give the version's own tag to the remote, where it has none. It never moves."""
    name, head = f"refs/tags/v{__version__}", _git(root, "rev-parse", "HEAD")
    listed = _git(root, "ls-remote", remote, name, f"{name}^{{}}").splitlines()
    if not listed:
        _git(root, "push", "--quiet", remote, f"{head}:{name}")
    elif listed[-1].split()[0] != head:
        raise Trouble(
            f"v{__version__} is another commit there. Check that one out (git checkout v{__version__}), "
            "or raise the number."
        )


def _committer(root: Path) -> dict[str, str]:
    """The host's bot in a workflow, where git knows nobody; else whom git knows, or a name of its own."""
    knows = subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], cwd=root, capture_output=True)
    if not (bot := ci.bot(os.environ)) and not knows.returncode:
        return {}
    bot = bot or Identity("notion-backup", "notion-backup@users.noreply.invalid")
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
    import requests  # all else needs only Python and its pip

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
    "tags": tags,
    "upload": upload,
    "notes": notes,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
