"""Options and fixtures that several test folders share."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from fakenotion.nodes import Clock
from fakenotion.trees import Tree
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, clock
from tests.support.git_server import GitServer
from tests.support.groves import Grove, Grown
from tests.support.kitchen import stocked
from tests.support.near import keep_near
from tests.support.publishing import over_http, published_to
from tests.support.pure import HeldPure
from tests.support.skips import LIST, HeldSkips

# A slow machine is no failure, so nothing is timed. Examples differ from run to run and add up.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    max_examples=40,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the code gives into the golden files, and fail, so that someone reads it",
    )
    parser.addoption(
        "--hold-skips",
        action="store_true",
        help="fail when a test skips that tests/expected_skips.txt does not list",
    )
    parser.addoption(
        "--pure", action="store_true", help="fail a test that starts a process or a server"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Skips are held by the process that hears of every test; purity where the tests run."""
    keep_near()
    if config.getoption("--pure"):
        config.pluginmanager.register(HeldPure())
    if config.getoption("--hold-skips") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(HeldSkips(LIST.read_text("utf-8")))


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Two workers more than there are cores: some test always waits for a server or a clock."""
    return (yield) + 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests and all that they import stay to the end: no search for garbage in them, and
    seldom one in what the tests make."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(100_000, 50, 50)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """`golden(path, text)`: the text must be the file's."""
    update = bool(request.config.getoption("--update-golden"))

    def check(path: Path, text: str) -> None:
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        if update and text != expected:
            path.write_text(text, encoding="utf-8", newline="\n")
            pytest.fail(f"{path.name} was written: read the difference before you keep it")
        assert text == expected

    return check


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Backup]:
    """A small wiki and its backup with commits, which has not run yet."""
    with backing_up(tmp_path / "repository", stocked()) as backup:
        yield backup


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Backup]:
    """A clone of a bare remote with one commit, and its backup, which has not run yet."""
    with published_to(tmp_path) as target:
        yield target


@pytest.fixture
def host(target: Backup) -> Iterator[GitServer]:
    """The host that the remote of `target` lies on, over HTTP."""
    with over_http(target) as server:
        yield server


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Grown]:
    """`grown(tree)`: the backup of a generated tree, or of a new workspace."""
    with ExitStack() as stack:

        def make(tree: Tree | None = None, **knobs: Any) -> Grove:
            notion = tree.workspace if tree else Workspace("Test", now=Clock(2026, 9, 1))
            folder = tmp_path / "repository"
            knobs = {"now": lambda: clock(notion).time, **knobs}
            backup = stack.enter_context(backing_up(folder, notion, **knobs))
            return Grove(backup, tree.root if tree else "")

        yield make
