"""A git host on a loopback port: real git over HTTP, with tokens as the hosts check them, and the part
of their API that opens pull requests."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.pulls import Pulls
from tests.support.serving import running

TOKEN = "ghs_planted_git_token_0123456789"


@dataclass(frozen=True)
class GitRequest:
    """One request, as it came."""

    method: str
    path: str
    authorization: tuple[str, ...]
    body: bytes


@dataclass
class GitServer:
    """Serves every bare repository below `root`: `<root>/acme/wiki.git` at /acme/wiki.git.

    Pushing needs `token`, reading only with `private`; another token is answered with the status `wrong`.
    `before_push` is called when a push arrives,
    before git sees it; `refusal` is the status that every push is answered with instead, and
    `after_refusal` is called then; so many requests for the branches as it is `busy` are turned away
    first. `pulls` answers what is asked below /api/; Git LFS may ask, and
    is given nowhere to send anything.
    """

    root: Path
    token: str = TOKEN
    private: bool = False
    wrong: int = 403
    refusal: int = 0
    after_refusal: Callable[[], None] = lambda: None
    busy: int = 0
    before_push: Callable[[], None] | None = None
    pulls: Pulls = field(default_factory=Pulls)
    requests: list[GitRequest] = field(default_factory=list)
    url: str = ""

    @property
    def repository(self) -> Path:
        return self.root / "acme/wiki.git"

    @property
    def remote(self) -> str:
        """The address of the repository, without any name or token."""
        return f"{self.url}/acme/wiki.git"

    def create(self, **options: str) -> None:
        """Make the repository; `options` like object_format='sha256'."""
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.git("init", "-q", "--bare", "--initial-branch=main", *flags, ".")
        self.git("config", "http.receivepack", "true")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *args: str) -> str:
        """What git says in the repository."""
        self.repository.mkdir(parents=True, exist_ok=True)
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *args]
        done = subprocess.run(
            command, cwd=self.repository, env=environ, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def files(self, branch: str = "main") -> list[str]:
        """Every file on a branch."""
        return self.git(
            "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", branch
        ).splitlines()

    def commits(self, branch: str = "main") -> int:
        """How many commits a branch has."""
        return int(self.git("rev-list", "--count", branch))

    def hook(self, name: str, script: str) -> None:
        """Set a hook of the repository, '' for none."""
        path = self.repository / "hooks" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755 if script else 0o644)

    def may(self, asked: GitRequest) -> bool:
        """Whether the request shows the token, as any of the hosts takes it."""
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return asked.authorization in {(f"basic {basic}",), (f"Basic {basic}",)}

    def pushes(self) -> list[GitRequest]:
        """Every push that arrived, refused ones included."""
        return [asked for asked in self.requests if asked.path.endswith("/git-receive-pack")]

    @contextmanager
    def serving(self) -> Iterator[GitServer]:
        """Serve until the block ends; `url` is set then."""
        with running(_Server(self)) as self.url:
            yield self


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, git_server: GitServer) -> None:
        self.git_server = git_server
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: GitServer keeps its own record."""

    def answer(self) -> None:
        host: GitServer = self.server.git_server
        headers = tuple(self.headers.get_all("Authorization") or ())
        asked = GitRequest(self.command, self.path.partition("?")[0], headers, self._body())
        host.requests.append(asked)
        if len(headers) > 1:
            return self._send(400, {}, b"two Authorization headers")
        if asked.path.startswith("/api/"):
            query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            status, said = host.pulls.answer(asked.method, asked.path, query, asked.body, headers)
            return self._send(
                status, {"Content-Type": "application/json"}, json.dumps(said).encode()
            )
        if asked.path.endswith("/info/lfs/objects/batch"):
            return self._send(200 if host.may(asked) else 401, {}, b"{}")
        if asked.path.endswith("/info/refs") and host.busy:
            host.busy -= 1
            return self._send(503, {}, b"")
        writing = "git-receive-pack" in self.path
        if (writing or host.private) and not host.may(asked):
            status = host.wrong if headers else 401
            return self._send(status, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        if asked.path.endswith("/git-receive-pack"):
            if host.refusal:
                self._send(host.refusal, {}, b"")
                return host.after_refusal()
            if host.before_push:
                host.before_push()
        return self._backend(host, asked)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(pieces)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _backend(self, host: GitServer, asked: GitRequest) -> None:
        """Hand the request to git's own CGI program."""
        environ = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(host.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(host.root),
            "REQUEST_METHOD": asked.method,
            "PATH_INFO": asked.path,
            "QUERY_STRING": urlsplit(self.path).query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(asked.body)),
            "REMOTE_USER": "x-access-token" if asked.authorization else "",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        command = ["git", "http-backend"]
        done = subprocess.run(
            command, env=environ, input=asked.body, capture_output=True, check=False
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        headers = {name: value for name, value in fields if name != "Status"}
        status = next((int(value[:3]) for name, value in fields if name == "Status"), 200)
        self._send(status, headers, body)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


for _method in ("GET", "POST", "PATCH", "PUT"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)
