"""What the tests of files share: a web server of their own, and no proxy on the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.downloads import Local
from tests.files.runs import PageFiles
from tests.files.site import Site, serving


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def local(site: Site) -> Iterator[Local]:
    with Local(site) as downloader:
        yield downloader


@pytest.fixture
def backup(site: Site, tmp_path: Path) -> PageFiles:
    return PageFiles(site, tmp_path)
