"""Runs git, with a clean environment, no prompts, no hooks, and a time limit. Nothing else does."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from backup.errors import GitError
from backup.slug import quoted

_SECONDS = 300
NETWORK_SECONDS = 1800  # a first push of many images over a slow line takes its time
_OLDEST = (2, 31)  # the first that takes settings from the environment
_TRUSTING = (2, 38)  # the first that takes safe.directory from there (git's own documentation)
_KEPT = re.compile(
    r"GIT_(ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|PROXY_\w+|HTTP_\w+|EXEC_PATH|CONFIG_NOSYSTEM"
    r"|CONFIG_GLOBAL|CONFIG_SYSTEM|CEILING_DIRECTORIES|LFS_\w+)"
)

# A clone on a shared runner may be set up by somebody else, and its settings name programs. What is needed
# to reach the remote stays (core.sshCommand is how actions/checkout passes an ssh key, credential.helper and
# core.askPass how people sign in, core.gitProxy, remote.*.uploadpack and receivepack, and for LFS
# lfs.customtransfer, how some hosts are reached), and so do filters that .gitattributes asks for and the
# signing of commits. With gc.recentObjectsHook, see `following.pack`, nothing is packed.
_ALWAYS = (
    ("safe.directory", "*"),  # a container's workspace often belongs to somebody else
    ("core.hooksPath", os.devnull),  # the repository's hooks are not for this commit
    ("core.fsmonitor", "false"),
    ("core.alternateRefsCommand", "true"),  # the program of that name, which says nothing
    ("alias.lfs", ""),  # git would run it where git-lfs is not installed
    ("protocol.ext.allow", "never"),
    (
        "core.bigFileThreshold",
        "4m",
    ),  # git holds what is smaller in memory, several at once in a push
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)


@dataclass(frozen=True)
class Git:
    """git in `folder`. `environ` is the environment it may see; `secrets` never appear in errors.

    `config` are settings that hold for these calls only; they travel in the environment, so that
    neither the process list nor a file shows them. `repository` is said where `folder` lies in no work
    tree: it is taken for one of that repository.
    """

    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    config: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    repository: Path | None = None

    def at(self, folder: Path) -> Git:
        """The same in another folder."""
        return replace(self, folder=folder)

    def with_work_tree(self, folder: Path, repository: Path) -> Git:
        """The same for another work tree of a repository, which knows nothing of it."""
        return replace(self, folder=folder, repository=repository)

    def using(self, *config: tuple[str, str]) -> Git:
        """The same with more settings."""
        return replace(self, config=(*self.config, *config))

    def run(
        self,
        *args: str,
        given: bytes = b"",
        extra: Mapping[str, str] | None = None,
        seconds: int = _SECONDS,
        handles: tuple[int, ...] = (),
    ) -> str:
        """What git prints. `handles` are open files that it may read, as /dev/fd/…. Raises GitError with
        git's own words when it refuses."""
        output = self.data(*args, given=given, extra=extra, seconds=seconds, handles=handles)
        return output.decode("utf-8", "replace")

    def data(
        self,
        *args: str,
        given: bytes = b"",
        extra: Mapping[str, str] | None = None,
        seconds: int = _SECONDS,
        handles: tuple[int, ...] = (),
    ) -> bytes:
        """As `run`, but what git prints as it is: the content of files."""
        done = self._call(args, given, extra or {}, seconds, handles)
        if done.returncode:
            raise GitError(self._words(args, done))
        return done.stdout

    def succeeds(
        self, *args: str, given: bytes = b"", extra: Mapping[str, str] | None = None
    ) -> bool:
        """Whether git does it, or answers yes."""
        return self._call(args, given, extra or {}, _SECONDS).returncode == 0

    def ask(self, *args: str) -> str:
        """What git prints, without the last newline; '' when it has no answer."""
        done = self._call(args, b"", {}, _SECONDS)
        return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else ""

    def _call(
        self,
        args: tuple[str, ...],
        given: bytes,
        extra: Mapping[str, str],
        seconds: int,
        handles: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        with self._trust() as trust:
            try:
                process = subprocess.Popen(
                    ["git", *args],
                    cwd=self.folder,
                    env={**self._environment(), **trust, **extra},
                    stdin=subprocess.PIPE if given else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=handles,
                    start_new_session=True,  # no terminal to ask on; a ^C leaves a push alone
                )
            except FileNotFoundError:
                raise _absent() from None
            try:
                output, words = process.communicate(given or None, timeout=seconds)
            except subprocess.TimeoutExpired:
                _kill(process)
                raise GitError(
                    f"git {args[0]} did not end within {seconds // 60} minutes."
                ) from None
        return subprocess.CompletedProcess(args, process.returncode, output, words)

    @contextmanager
    def _trust(self) -> Iterator[dict[str, str]]:
        """Variables that let git work in a folder of somebody else, as a container's often is.

        From 2.35.2 on git refuses such a folder; before 2.38 it believes only a file about it.
        """
        if self._version() >= _TRUSTING:
            yield {}
            return
        with tempfile.TemporaryDirectory(prefix="notion-backup-") as folder:
            path = Path(folder) / "gitconfig"
            included = "".join(f"\tpath = {quoted(each)}\n" for each in self._global_files())
            path.write_text(f"[include]\n{included}[safe]\n\tdirectory = *\n", "utf-8")
            yield {"GIT_CONFIG_GLOBAL": str(path)}

    def _version(self) -> tuple[int, int]:
        version = _version(self.environ)
        if version < _OLDEST:
            raise GitError(
                f"git {version[0]}.{version[1]} is too old.",
                hint=f"Install {_OLDEST[0]}.{_OLDEST[1]} or newer, or set COMMIT=false.",
            )
        return version

    def _global_files(self) -> list[str]:
        """The files that hold the user's own settings; git skips those that are not there."""
        if given := self.environ.get("GIT_CONFIG_GLOBAL"):
            return [given]
        home = self.environ.get("HOME", "")
        folder = self.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
        return [f"{folder}/git/config", f"{home}/.gitconfig"]

    def _environment(self) -> dict[str, str]:
        """The caller's environment without what would lead git elsewhere or make it ask."""
        kept = {
            name: value
            for name, value in self.environ.items()
            if not name.startswith("GIT_") or _KEPT.fullmatch(name)
        }
        config = (*_given(self.environ), *_ALWAYS, *self.config)
        pairs = {
            "GIT_CONFIG_COUNT": str(len(config)),
            "GIT_TERMINAL_PROMPT": "0",
            "GCM_INTERACTIVE": "never",  # Windows' credential manager would open a window
            "LC_ALL": "C",
        }
        if self.repository:
            pairs |= {"GIT_DIR": str(self.repository), "GIT_WORK_TREE": str(self.folder)}
        for number, (key, value) in enumerate(config):
            pairs |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return {**kept, **pairs}

    def _words(self, args: tuple[str, ...], done: subprocess.CompletedProcess[bytes]) -> str:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        # What a push says of a branch that was refused, and why.
        said += [
            each for each in done.stdout.decode("utf-8", "replace").splitlines() if each[:1] == "!"
        ]
        words = "\n".join(said) or f"exit code {done.returncode}"
        for secret in self.secrets:
            words = words.replace(secret, "***")
        words = re.sub(r"://[^/@\s]+@", "://***@", words)
        return f"git {args[0]} failed: {words}"


def credentials(origin_url: str, token: str) -> tuple[tuple[str, str], ...]:
    """git settings that send `token` to the host of `origin_url`, and to no other.

    The first, empty value drops what a checkout step may have left; the key must name the exact
    origin to win over it (git 2.31 and later, tried against actions/checkout v4, v6 and v7).
    """
    key = header_key(origin_url)
    return ((key, ""), (key, f"AUTHORIZATION: basic {basic(token)}")) if key and token else ()


def basic(token: str) -> str:
    """The form in which a token travels to the host; any user name goes with it on all of them."""
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()


def header_key(url: str) -> str:
    """git's setting for headers to the host of `url`; '' when it is not reached by HTTP."""
    try:
        address = urlsplit(url)
        port = f":{address.port}" if address.port else ""
    except ValueError:
        return ""
    if address.scheme not in ("http", "https") or not address.hostname:
        return ""
    host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
    return f"http.{address.scheme}://{host}{port}/.extraheader"


def _given(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Settings that the caller's environment holds already."""
    count = environ.get("GIT_CONFIG_COUNT", "")
    for number in range(int(count) if count.isdecimal() else 0):
        key = environ.get(f"GIT_CONFIG_KEY_{number}")
        value = environ.get(f"GIT_CONFIG_VALUE_{number}")
        if key and value is not None:
            yield key, value


_versions: dict[str, tuple[int, int]] = {}


def _version(environ: Mapping[str, str]) -> tuple[int, int]:
    """The version of the git on the PATH of `environ`; asked once."""
    path = environ.get("PATH", os.defpath)
    if path not in _versions:
        command = ["git", "version"]
        try:
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise _absent() from None
        found = re.search(r"(\d+)\.(\d+)", done.stdout)
        _versions[path] = (int(found[1]), int(found[2])) if found else _TRUSTING
    return _versions[path]


def _absent() -> GitError:
    return GitError(
        "git was not found.", hint="Install git, or set COMMIT=false to write files only."
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a git and whoever works for it: those would hold its pipes open."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()
