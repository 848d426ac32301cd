"""What the tests of downloads share: a downloader of this machine, and how it fails."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backup.errors import FileError
from backup.files.fetch import Downloader, ParallelDownloads
from backup.files.received import Downloaded
from backup.model import File
from tests.files.site import Site

SIGNATURE = "?X-Amz-Signature=5ec3e7&X-Amz-Security-Token=t0ken"


def image(url: str, *, hosted: bool = False, name: str = "") -> File:
    return File("1", "image", url, hosted, name)


def attachment(url: str, *, hosted: bool = False, name: str = "") -> File:
    return File("1", "attachment", url, hosted, name)


class Local(Downloader):
    """Reaches the test's own server, and notes its waits instead of waiting."""

    def __init__(self, site: Site, **more: object) -> None:
        self.waits: list[float] = []
        super().__init__(allowed_hosts=[site.host, "127.0.0.1:9"], sleep=self.waits.append, **more)

    def download_all(
        self, files: Iterable[File], folder: Path
    ) -> list[tuple[File, Downloaded | FileError]]:
        """Several at once, in three threads."""
        with ThreadPoolExecutor(3) as pool:
            return ParallelDownloads(self, pool).download_all(files, folder)


def fails(downloader: Downloader, file: File, folder: Path) -> FileError:
    """The error that the download ends with; nothing is left of it, and nothing leaks."""
    with pytest.raises(FileError) as caught:
        downloader.download(file, folder)
    assert list(folder.iterdir()) == []
    assert "5ec3e7" not in str(caught.value)
    assert "t0ken" not in str(caught.value)
    assert "X-Amz" not in str(caught.value)
    return caught.value
