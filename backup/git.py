"""The one place that runs git: with a clean environment, no prompt, no hook, and a time limit."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from backup.errors import GitError

_SECONDS = 300  # a push of many pictures over a slow line takes minutes
_KEPT = re.compile(
    r"GIT_(ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|PROXY_\w+|HTTP_\w+|EXEC_PATH|CONFIG_NOSYSTEM"
    r"|CONFIG_GLOBAL|CONFIG_SYSTEM|TRACE\w*|CEILING_DIRECTORIES)"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who commits: the name and e-mail of author and committer."""

    name: str
    email: str


@dataclass(frozen=True)
class Git:
    """git in `folder`. `environ` is the environment it may see; `secrets` never appear in errors.

    `config` are settings that hold for these calls only; they travel in the environment, so that
    neither the process list nor a file shows them.
    """

    folder: Path
    environ: Mapping[str, str]
    config: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def run(self, *args: str, given: bytes = b"", extra: Mapping[str, str] | None = None) -> str:
        """What git prints. Raises GitError with git's own words when it refuses."""
        done = self._call(args, given, extra or {})
        if done.returncode:
            raise GitError(self._words(args, done))
        return done.stdout.decode("utf-8", "replace")

    def ask(self, *args: str) -> str:
        """What git prints, without the last newline; '' when it has no answer."""
        done = self._call(args, b"", {})
        return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else ""

    def _call(
        self, args: tuple[str, ...], given: bytes, extra: Mapping[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *args],
                cwd=self.folder,
                env={**self._environment(), **extra},
                input=given,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise GitError(
                "git was not found.", hint="Install git, or set COMMIT=false to write files only."
            ) from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {args[0]} did not end within {_SECONDS // 60} minutes.") from None

    def _environment(self) -> dict[str, str]:
        """The caller's environment without what would lead git elsewhere or make it ask."""
        kept = {
            name: value
            for name, value in self.environ.items()
            if not name.startswith("GIT_") or _KEPT.fullmatch(name)
        }
        config = (
            ("safe.directory", "*"),  # a container's workspace often belongs to somebody else
            ("core.hooksPath", "/dev/null"),  # the repository's hooks are not for this commit
            ("protocol.ext.allow", "never"),
            ("gc.auto", "0"),
            *self.config,
        )
        pairs = {"GIT_CONFIG_COUNT": str(len(config)), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        for number, (key, value) in enumerate(config):
            pairs |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return {**kept, **pairs}

    def _words(self, args: tuple[str, ...], done: subprocess.CompletedProcess[bytes]) -> str:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        for secret in self.secrets:
            said = said.replace(secret, "***")
        said = re.sub(r"://[^/@\s]+@", "://***@", said)
        return f"git {args[0]} failed: {said}"


def credentials(origin_url: str, token: str) -> tuple[tuple[str, str], ...]:
    """git settings that send `token` to the host of `origin_url`, and to no other.

    The first, empty value drops what a checkout step may have left; the key must name the exact
    origin to win over it (git 2.31 and later, tried against actions/checkout v4, v6 and v7).
    """
    address = urlsplit(origin_url)
    if address.scheme not in ("http", "https") or not token:
        return ()
    host = f"[{address.hostname}]" if ":" in str(address.hostname) else str(address.hostname)
    port = f":{address.port}" if address.port else ""
    key = f"http.{address.scheme}://{host}{port}/.extraheader"
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return ((key, ""), (key, f"AUTHORIZATION: basic {basic}"))
