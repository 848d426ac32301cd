"""Starts notion-backup with the packages beside it, or else in a private environment that it makes once.

    python3 entrypoint.py [options of notion-backup]
    python3 entrypoint.py --demo [--edit] [--restore]
                                                 back up a sample workspace into ./notion-demo
    python3 entrypoint.py --environment LOCK     print the interpreter that has LOCK installed

A runner's Python may have no packages, no pip, or a pip that refuses to install (PEP 668). So a
release carries the locked packages in vendor/: they go on the path, and nothing is installed, written
or taken from a cache that other jobs can write. A plain checkout has no vendor/: there the locked
packages go into a folder of their own, named by the hash of the lock and of the Python that made it;
the next start finds that folder and installs nothing. Every start pays for the imports at the top:
what only the making needs is imported there. Standard library only.
"""

import sys

if sys.hexversion < 0x030A0000:
    found = sys.version.split()[0]
    sys.stderr.write("error: notion-backup needs Python 3.10 or newer, not " + found + ".\n")
    sys.exit(2)

import hashlib
import os
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

SELF = Path(__file__).resolve()
LOCK = SELF.with_name("requirements.txt")
VENDOR = SELF.with_name("vendor")
OPTIONS = ["-I", "-u", "-X", "utf8"]  # isolated from the workspace, and read line by line
MARKER = "complete.txt"  # written last; names what was installed by a hash
REMEDIES = """\
  if pip is missing:        apt-get update && apt-get install -y python3-venv
  if no index is in reach:  use the tag v1 or the archive of a release, which carry the packages"""
# What is no installer's business: parts of the names of variables.
SECRETIVE = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "KEY",
    "CONFIG",
    "WEBHOOK",
    "NTFY",
    "NOTIFY",
    "HEALTHCHECK",
]
MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "UV_SYSTEM_PYTHON")


class Trouble(Exception):
    """The environment cannot be made; the text is one sentence for the user."""


def main(arguments: list[str]) -> int:
    """Run the backup; with --environment print where an environment's interpreter is."""
    asked = arguments[:1] == ["--environment"] and len(arguments) == 2
    lock = Path(arguments[1]).resolve() if asked else LOCK
    if not asked and VENDOR.is_dir():
        return _carried(arguments)
    if not asked and Path(sys.prefix).name == _name(lock):
        return _backup(arguments, _program())
    try:
        python = _interpreter(environment(lock))
    except Trouble as trouble:
        start = "::error::" if os.environ.get("GITHUB_ACTIONS") else "error: "
        print(f"{start}{trouble}\n{REMEDIES}", file=sys.stderr)
        return 2
    if not asked:
        return _start_again(python, arguments)
    print(python)
    return 0


def _carried(arguments: list[str]) -> int:
    """With the packages of vendor/, and none of the machine's own, whose versions nobody has tried."""
    if not (sys.flags.isolated and sys.flags.utf8_mode):
        return _start_again(Path(sys.executable), arguments)
    foreign = ("site-packages", "dist-packages")
    sys.path[:] = [str(VENDOR), *(each for each in sys.path if Path(each).name not in foreign)]
    return _backup(arguments, SELF.parent)


def _backup(arguments: list[str], program: Path) -> int:
    """`program` is the folder to import the program from."""
    if "--demo" in arguments:  # nothing else needs the sample and the server that shows it
        sys.path.insert(0, str(SELF.parent))
        from demo.__main__ import start as demonstrate

        return demonstrate(arguments, os.environ)
    sys.path.insert(0, str(program))  # -I leaves the script's folder out
    from backup.__main__ import start

    return start(arguments, os.environ)


def _program() -> Path:
    """The folder to import the program from: a copy in the environment, named by what is in it.

    Some runners unpack an action into another folder for each job, and keep nothing that is written
    there. What Python compiles of the copy is found again. Copies that nobody needs any more go.
    """
    paths = sorted(path.relative_to(SELF.parent) for path in SELF.parent.glob("backup/**/*.py"))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(repr((path.as_posix(), (SELF.parent / path).read_bytes())).encode())
    copy = Path(sys.prefix, "__pycache__", digest.hexdigest()[:16])
    try:
        if not _holds(copy, paths):
            _copy(copy)
        os.utime(copy)
    except OSError:  # an environment that may only be read, or another job was faster
        return copy if _holds(copy, paths) else SELF.parent
    return copy


def _holds(copy: Path, paths: list[Path]) -> bool:
    """Whether nothing has gone since: once compiled, a source is not read any more, and cleaners
    take what nobody reads."""
    return all((copy / path).exists() for path in paths)


def _copy(copy: Path) -> None:
    import shutil
    import tempfile
    import time

    copy.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory("", "making-", copy.parent, True) as site:
        made = Path(site, "new")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SELF.with_name("backup"), made / "backup", ignore=ignored)
        for other in copy.parent.iterdir():
            if other == copy or other.stat().st_mtime < time.time() - 30 * 86_400:
                other.rename(Path(site, other.name))  # at once: nobody finds half of it
        made.rename(copy)


def _start_again(python: Path, arguments: list[str]) -> int:
    """This file again, with `python`."""
    command = [str(python), *OPTIONS, str(SELF), *arguments]
    if os.name != "nt":
        os.execv(python, command)
    import subprocess  # exec on Windows returns to the caller at once and loses the exit code

    return subprocess.run(command, check=False).returncode


def environment(lock: Path) -> Path:
    """The folder of the environment with the packages of `lock`; made where there is none yet.

    Raises Trouble when no folder can be written, or when no way to install them works.
    """
    name = _name(lock)
    roots = list(_lasting_roots())
    for root in roots:
        if _usable(root / name):
            return root / name
    folder = (next(filter(_writable, roots), None) or _temporary_root()) / name
    if not _usable(folder):
        _make(folder, lock)
    return folder


def _name(lock: Path) -> str:
    """Holds all that decides which files get installed, and whether they can run."""
    machine = os.uname().machine if hasattr(os, "uname") else sys.platform
    parts = (lock.read_text("utf-8"), EXTENSION_SUFFIXES[0], machine, sys.base_prefix)
    return f"{lock.stem}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"


def _lasting_roots() -> Iterator[Path]:
    """Where environments may live, the longest-lived place first. None can where PATH could not name it."""
    variables = ("RUNNER_TOOL_CACHE", "RUNNER_TEMP", "XDG_CACHE_HOME")
    places = [Path(os.environ.get(each, "")) for each in variables]
    try:
        places.append(Path("~", ".cache").expanduser())
    except RuntimeError:  # a container's user without a name and without HOME
        pass
    for place in places:
        if place.is_absolute() and os.pathsep not in str(place):
            yield place / "notion-backup"


def _temporary_root() -> Path:
    """Our own folder in the one for temporary files, which others share (not so on Windows)."""
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else 0
    root = Path(tempfile.gettempdir(), f"notion-backup-{user}")
    try:
        root.mkdir(mode=0o700, exist_ok=True)
        about = root.lstat()
        foreign = root.is_symlink() or about.st_uid != user or about.st_mode & 0o022
        return Path(tempfile.mkdtemp()) if foreign and os.name != "nt" else root
    except OSError as error:
        raise Trouble(f"No folder for the packages can be written: {error}") from error


def _writable(root: Path) -> bool:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(root, os.W_OK | os.X_OK)


def _usable(folder: Path) -> bool:
    """Complete, and nothing has gone since: cleaners empty caches file by file."""
    try:
        complete = (folder / MARKER).read_text("utf-8") == _fingerprint(folder)
    except OSError:
        return False
    return complete and _interpreter(folder).exists()


def _fingerprint(folder: Path) -> str:
    """Of the names of all files that were installed; what Python caches later does not count."""
    digest = hashlib.sha256()
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        digest.update(repr((path[len(str(folder)) :], sorted(set(files) - {MARKER}))).encode())
    return digest.hexdigest()


def _interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _make(folder: Path, lock: Path) -> None:
    """Build beside, then rename: nobody sees a half-made environment, and of two jobs that start
    at once the slower one throws its own away."""
    import tempfile

    words = f"Installing the packages into {folder}; later starts find them there."
    print(words, file=sys.stderr, flush=True)
    _forget_abandoned(folder.parent)
    try:
        with tempfile.TemporaryDirectory("", "making-", folder.parent, True) as site:
            built = Path(site, "new")
            _build(built, lock)
            _settle(built, folder)
            if folder.exists() and not _usable(folder):
                folder.rename(Path(site, "broken"))
            built.rename(folder)
    except OSError as error:
        if not _usable(folder):  # else another job was faster
            raise Trouble(f"The environment {folder} cannot be written: {error}") from error


def _forget_abandoned(root: Path) -> None:
    """Remove what killed jobs left; no job builds for a whole day."""
    import contextlib
    import shutil
    import time

    for site in root.glob("making-*"):
        with contextlib.suppress(FileNotFoundError):  # another job ended, or was faster
            if site.stat().st_mtime < time.time() - 86_400:
                shutil.rmtree(site, ignore_errors=True)


def _build(folder: Path, lock: Path) -> None:
    import venv

    failures = []
    for way in _ways(folder, lock):
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(folder)
        failure = next(filter(None, (_run(command, folder) for command in way)), "")
        if not failure:
            (folder / MARKER).write_text(_fingerprint(folder), "utf-8")
            return
        failures.append(failure)
    raise Trouble(f"Cannot install {lock.name}: {'; '.join(dict.fromkeys(failures))}")


def _ways(folder: Path, lock: Path) -> Iterator[list[list[str]]]:
    """Lists of commands that fill the environment, the best list first."""
    import shutil
    import sysconfig

    python = str(_interpreter(folder))
    scheme = "nt" if os.name == "nt" else "posix_prefix"
    packages = sysconfig.get_path("purelib", scheme, {"base": str(folder)})
    uv = shutil.which("uv")
    what = ["install", "--quiet", "--require-hashes", "-r", str(lock)]
    if uv:
        yield [[uv, "pip", *what, "--compile-bytecode", "--python", python]]
    # Unpacking a pip of its own takes longer than all the packages.
    yield [[sys.executable, "-I", "-m", "pip", "--python", python, *what]]
    yield [[python, "-I", "-m", "ensurepip"], [python, "-I", "-m", "pip", *what]]
    # An old pip leaves out the scripts, which only the tests need.
    yield [[sys.executable, "-I", "-m", "pip", *what, "--target", packages]]


def _run(command: list[str], folder: Path) -> str:
    """Run an installer where no settings of the workspace reach it; '' or why it failed."""
    import subprocess

    environ = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    for name, value in os.environ.items():
        ours = not name.startswith(("PIP_", "UV_")) and any(word in name for word in SECRETIVE)
        if not ours and name not in MISLEADING and not name.startswith("PYTHON"):
            environ[name] = value
    try:
        done = subprocess.run(command, cwd=folder, env=environ, input=b"", capture_output=True)
    except OSError as error:
        return str(error)
    said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines()]
    reasons = [line for line in said if line.lower().startswith(("error: ", "cause: "))]
    words = " ".join(reasons or said[-1:]) or f"{command[0]} failed"
    return words[:300] if done.returncode else ""


def _settle(built: Path, folder: Path) -> None:
    """Scripts name the folder they were installed into: let them name the one it becomes."""
    old, new = str(built).encode(), str(folder).encode()
    for script in _interpreter(built).parent.iterdir():
        is_text = script.suffix != ".exe" and script.stat().st_size < 100_000
        if is_text and not script.is_symlink() and old in script.read_bytes():
            script.write_bytes(script.read_bytes().replace(old, new))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
