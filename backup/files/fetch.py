"""Downloads: anything a page may point to, from untrusted servers, into a folder.

Nothing of an URL but its host ever gets into a message, and no credential is ever sent.
"""

from __future__ import annotations

import base64
import binascii
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin

import requests
from requests.adapters import HTTPAdapter

from backup import http, urls
from backup.errors import BackupError, FileError, Passing, StoreError, may_pass
from backup.files import names
from backup.files.guard import Guard, pools
from backup.files.paced import PACKET, paced
from backup.files.pending import NotTried, Pending
from backup.files.received import MEGABYTE, Downloaded, judge, save, weigh
from backup.model import File

MAX_REDIRECTS = 5

# Some hosts refuse what does not begin like a browser; Wikimedia asks for the tool's name.
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; notion-backup)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_CHUNK = 65_536
_TIMEOUT = (10.0, PACKET)  # seconds to connect, and between two packets
_WAITS = (1.0, 4.0, 10.0)  # seconds before each further try
_LONGEST_WAIT = 60.0  # that a server may ask for
_DENIED = (400, 401, 403)  # S3 says 403 of a signature that expired, 400 of a token that did
_ENOUGH = (
    3  # files of a host failed in a row: the others get one try each, or a dead host costs hours
)


class Denied(FileError):
    """The server does not accept the signature (any more)."""


class _Guarded(HTTPAdapter):
    def __init__(self, guard: Guard, answers: type[HTTPResponse], connections: int) -> None:
        self._guard, self._answers = guard, answers
        super().__init__(pool_connections=connections, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pools(self._guard, self._answers)


class Downloader:
    """Downloads files; safe to share between threads, `concurrency` of which keep their connections.

    `refresh` returns the file with a fresh URL (its block is read again), None when it was deleted; it
    is asked once a file, when a server denies a URL that Notion signed. `allowed_hosts` may lie in
    private networks. `max_bytes` bounds every file, `patience` (seconds) every try.

    Behind a proxy (HTTP_PROXY and the like) it is the proxy that looks names up and connects. Then
    the names are judged here by what they mean on this machine, and a name that only the proxy
    knows passes: the proxy's own rules have to stand in.
    """

    def __init__(
        self,
        *,
        refresh: Callable[[File], File | None] | None = None,
        allowed_hosts: Iterable[str] = (),
        max_bytes: int = 95 * MEGABYTE,
        concurrency: int = 8,
        patience: float = 600.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refresh, self.max_bytes, self._sleep = refresh, max_bytes, sleep
        self._guard = Guard(allowed_hosts)
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            answers = paced(patience, clock)
            self._session.mount(scheme, _Guarded(self._guard, answers, concurrency))
        self._failed: dict[str, int] = {}  # files in a row, by host

    def __enter__(self) -> Downloader:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def download(self, file: File, folder: Path) -> Downloaded:
        """Download `file` to a name of its own inside `folder`, which exists.

        Raises FileError with a reason for people ('the server answered 404 (Not Found)'), and
        TooLarge; nothing stays in the folder then.
        """
        try:
            return self._patiently(file, folder)
        except Denied:
            fresh = self._fresh(file)
            if fresh is None:
                raise
            return self._patiently(fresh, folder)

    def _fresh(self, file: File) -> File | None:
        if self._refresh is None or not file.hosted:
            return None
        try:
            return self._refresh(file)
        except BackupError:  # the file's own failure is the one to report
            return None

    def _patiently(self, file: File, folder: Path) -> Downloaded:
        host = urls.host(file.url)
        is_dead = self._failed.get(host, 0) >= _ENOUGH
        try:
            got = self._repeatedly(file, folder, () if is_dead else _WAITS)
        except Passing:
            self._failed[host] = self._failed.get(host, 0) + 1
            raise
        self._failed.pop(host, None)
        return got

    def _repeatedly(self, file: File, folder: Path, waits: Iterable[float]) -> Downloaded:
        for wait in waits:
            try:
                return self._once(file, folder)
            except Passing as error:
                self._sleep(error.after or wait)
        return self._once(file, folder)

    def _once(self, file: File, folder: Path) -> Downloaded:
        path = folder / f"{uuid.uuid4().hex}.part"
        try:
            with self._content(file.url) as (content_type, chunks):
                saved = save(chunks, path, self.max_bytes)
            return judge(file, path, content_type, saved)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    @contextmanager
    def _content(self, url: str) -> Iterator[tuple[str, Iterable[bytes]]]:
        """What the server calls the content, and the content bit by bit."""
        if urls.is_data(url):
            content_type, content = _of_data_url(url, self.max_bytes)
            yield content_type, (content,)
            return
        with _reasons_for_people():
            response = self._follow(url)
        with closing(response):
            declared = response.headers.get("Content-Length", "")
            weigh(int(declared[:20]) if declared.isdecimal() else 0, self.max_bytes)
            yield response.headers.get("Content-Type", ""), _chunks(response)

    def _follow(self, url: str) -> requests.Response:
        """The answer at the end of the redirects, each of which is judged like the first URL."""
        for _ in range(MAX_REDIRECTS + 1):
            response = self._ask(url)
            target = response.headers.get("Location", "")
            if response.status_code not in _REDIRECTS or not target:
                return _accepted(response)
            response.close()
            # Header bytes reach us as Latin-1, and most servers mean UTF-8.
            url = _joined(url, target.encode("latin-1", "ignore").decode("utf-8", "replace"))
        raise FileError(f"it is redirected more than {MAX_REDIRECTS} times")

    def _ask(self, url: str) -> requests.Response:
        """One request, without the cookies, redirects and .netrc that a session would add."""
        parts = urls.split(url)
        if parts is None or parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise FileError("only http and https addresses are downloaded")
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
        request = requests.Request("GET", bare, headers=_HEADERS).prepare()
        settings = self._session.merge_environment_settings(bare, {}, True, True, None)
        if requests.utils.select_proxy(bare, settings["proxies"]):
            self._guard.foresee(parts.hostname, parts.port or _PORTS[parts.scheme.lower()])
        adapter = self._session.get_adapter(bare)
        proxies, verify = settings["proxies"], settings["verify"]
        return adapter.send(
            request,
            stream=True,
            timeout=_TIMEOUT,
            verify=True if verify is None else verify,
            proxies=proxies,
        )


@dataclass(frozen=True)
class ParallelDownloads:
    """Downloads several files at once, each in a thread of `workers`."""

    downloader: Downloader
    workers: Executor

    def download_all(
        self, files: Iterable[File], folder: Path
    ) -> list[tuple[File, Downloaded | FileError]]:
        """Each file with what became of it, in the order given."""
        download = self.downloader.download
        started = [(file, self.workers.submit(download, file, folder)) for file in files]
        return [(file, _outcome(future)) for file, future in started]


@dataclass(frozen=True)
class Tried:
    """Downloads of a page of which some were tried already in this run, and are not tried again;
    `outcomes` has what became of them, by identity (see names.identity). Of a page that is not read,
    nothing else is tried: what is missing is as it was `before`."""

    downloads: ParallelDownloads
    outcomes: Mapping[str, Downloaded | FileError | None]
    before: Mapping[str, Pending] | None = None

    def download_all(
        self, files: Iterable[File], folder: Path
    ) -> list[tuple[File, Downloaded | FileError]]:
        """As ParallelDownloads.download_all, in any order."""
        wanted = [(file, self._known(names.identity(file))) for file in files]
        missing = [file for file, outcome in wanted if outcome is None]
        found = [(file, outcome) for file, outcome in wanted if outcome is not None]
        return found + self.downloads.download_all(missing, folder)

    def _known(self, identity: str) -> Downloaded | FileError | None:
        outcome = self.outcomes.get(identity)
        if outcome is None and self.before is not None:
            if identity not in self.before:
                raise StoreError(
                    "A file of the page is not there any more, and has to be downloaded."
                )
            return NotTried(self.before[identity])
        return outcome


def _accepted(response: http.Response) -> http.Response:
    """The response, when it brings what was asked for; raises the error that fits otherwise."""
    status = response.status_code
    if status in (200, 203):
        return response
    after = http.seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
    response.close()
    reason = f"the server {http.answered(status)}"
    if may_pass(status):
        raise Passing(reason, min(after or 0.0, _LONGEST_WAIT))
    raise Denied(reason) if status in _DENIED else FileError(reason)


@contextmanager
def _reasons_for_people() -> Iterator[None]:
    """Errors of the network as FileErrors: their own texts hold whole URLs, signatures included.

    Whatever else a stranger's answer makes a library raise costs this file alone, too.
    """
    try:
        yield
    except BackupError:
        raise
    except Exception as error:  # noqa: BLE001 - what others make of a stranger's bytes has no end
        why = http.no_answer(error)
        raise (Passing if why.passes else FileError)(str(why)) from None


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """The body as it arrives, unpacked: never more of it at once than a chunk."""
    with _reasons_for_people():
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            yield chunk


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise FileError("it is redirected to an address that is not valid") from None


def _outcome(future: Future[Downloaded]) -> Downloaded | FileError:
    try:
        return future.result()
    except FileError as error:
        # It is kept for long, and its history holds the connection open that it is about.
        error.__context__ = None
        return error.with_traceback(None)


def _of_data_url(url: str, limit: int) -> tuple[str, bytes]:
    """Media type and content of a data URL ('data:image/png;base64,…', RFC 2397).

    Raises FileError when it is broken, and TooLarge when it is over `limit` bytes.
    """
    head, comma, payload = url.lstrip()[len("data:") :].partition(",")
    if not comma:
        raise FileError("its data URL is broken")
    weigh(len(payload) // 3, limit)  # a byte takes three letters at most ('%41')
    content = unquote_to_bytes(payload)
    type_, _, encoding = head.rpartition(";")
    if encoding.strip().lower() == "base64":
        content, head = _base64(content), type_
    weigh(len(content), limit)
    return head, content


def _base64(content: bytes) -> bytes:
    letters = b"".join(content.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        raise FileError("its data URL is broken") from None
