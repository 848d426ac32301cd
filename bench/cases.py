"""The cases: each prepares a workspace, runs the program, and holds it to its floor.

A floor follows from the workspace and the network alone: requests × latency ÷ connections, or a
chain of requests of which each needs the answer of the one before.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from backup.markdown.context import Context
from backup.markdown.page import render
from backup.model import Block, Json, Page
from bench import peers
from bench.generate import generate
from bench.measure import ROOT, Cost, Size, git, run, taken, written
from bench.notion import Notion, reads
from fakenotion.workspace import Workspace

_PAIRS = 5  # of runs with and without stores

LATENCY = 0.25  # seconds
CONNECTIONS = 16  # the default of CONCURRENCY


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what it is held to, and whether it held."""

    case: str
    what: str
    measured: str
    target: str
    met: bool


def nothing_changed(folder: Path, connections: int) -> Iterator[Row]:
    """A: 1,000 rows, nothing changed. B: ten of them edited."""
    with Notion(kind="generated", pages=1000, blocks=4, images=0.0) as notion:
        run(notion, folder)
        notion.send(knobs={"latency": LATENCY})
        before = written(folder)
        cost = run(notion, folder, concurrency=connections)
        floor = 10 * LATENCY
        yield _row("A", "requests", cost.requests, 13)
        yield _beyond("A", cost.seconds, floor, 1.0)
        yield Row(
            "A", "files written", str(before != written(folder)), "False", before == written(folder)
        )
        yield _used("A", cost.cpu, cost.memory)
        notion.send(edit=10)
        bodies = _bodies(notion, 10)
        second = run(notion, folder, concurrency=connections)
        yield _row("B", "requests", second.requests, cost.requests + bodies + 1)
        yield _ratio("B", second.seconds, floor + LATENCY * (1 + bodies / connections), 1.3)
        yield _used("B", second.cpu, second.memory)


def _bodies(notion: Notion, pages: int) -> int:
    """The least number of requests for the first `pages` pages."""
    return int(notion.send(minimum=pages)["minimum"])


def cold(folder: Path, connections: int) -> Iterator[Row]:
    """R: what A does, from the archive of a release on a machine that has nothing of it."""
    subprocess.run([sys.executable, "-m", "tools.release", "build"], check=True, cwd=ROOT)
    (archive,) = (ROOT / "build/release").glob("*.tar.gz")
    with Notion(kind="generated", pages=1000, blocks=4, images=0.0) as notion:
        run(notion, folder / "backup")
        notion.send(knobs={"latency": LATENCY})
        (home := folder / "home").mkdir()
        subprocess.run(["tar", "-xzf", str(archive)], check=True, cwd=home)
        (program,) = home.glob("*/entrypoint.py")
        command = ("python3", str(program))
        for most in (1.5, 1.0):  # the first start, and those after it
            cost = run(
                notion,
                folder / "backup",
                concurrency=connections,
                program=command,
                home=str(home),
            )
            yield _beyond("R", cost.seconds, 10 * LATENCY, most)


def burst(folder: Path, connections: int) -> Iterator[Row]:
    """C: less than the budget of a minute, spent at once."""
    with Notion(kind="generated", pages=80, blocks=5, images=0.0) as notion:
        notion.send(knobs={"latency": LATENCY, "budget": 180})
        cost = run(notion, folder, concurrency=connections)
        yield _ratio("C", cost.seconds, cost.requests * LATENCY / connections, 1.3)
        yield Row("C", "requests", str(cost.requests), "≈ 150", cost.requests <= 180)
        yield _row("C", "throttled answers", cost.throttled, 0)
        yield _used("C", cost.cpu, cost.memory)


def full(folder: Path, connections: int) -> Iterator[Row]:
    """D: a full sync of 400 pages through a budget of 180 requests in 6 seconds. In a window this short,
    8 connections could make 192 requests at the very best."""
    window = 6.0
    with Notion(kind="generated", pages=400, blocks=16, images=0.1) as notion:
        notion.send(knobs={"latency": LATENCY, "budget": 180, "window": window})
        cost = run(notion, folder, concurrency=connections)
        least = cost.minimum + 2 + 4 + 1 + 1  # database, source, rows, archived rows, closing look
        yield _row("D", "requests", cost.requests, int(least * 1.01))
        used = min(cost.windows[:-1]) / 180
        yield Row("D", "least used of a window", f"{used:.0%}", "≥ 95 %", used >= 0.95)
        throttled = cost.throttled / len(cost.windows)
        yield _row("D", "throttled a window", throttled, connections)
        time = f"{cost.seconds:.1f} s in {len(cost.windows)} windows of {window:.0f} s"
        yield Row("D", "time", time, "–", True)
        yield _used("D", cost.cpu, cost.memory)


def hard(folder: Path, connections: int) -> Iterator[Row]:
    """P: a limit of 3 requests a second, which nobody may spend in advance: after one request in vain for
    each connection, the pace is known."""
    with Notion(kind="generated", pages=60, blocks=4, images=0.0) as notion:
        notion.send(knobs={"latency": LATENCY, "budget": 3, "window": 1.0})
        cost = run(notion, folder, concurrency=connections)
        most = connections + 0.05 * cost.requests
        yield _row("P", "throttled answers", cost.throttled, most)
        yield _ratio("P", cost.seconds, cost.requests / 3, 1.3)


def large(folder: Path, connections: int) -> Iterator[Row]:
    """E: one page of 20,000 blocks, and a listing of 10,000 rows."""
    with Notion(kind="long", blocks=20_000) as notion:
        many = run(notion, folder / "many", concurrency=connections)
        run(notion, folder / "one", concurrency=1)
        same = written(folder / "many") == written(folder / "one")
        yield _row("E", "MB for 20,000 blocks", many.memory, 250)
        yield Row("E", "same bytes as with 1", str(same), "True", same)
    with Notion(kind="generated", pages=10_000, blocks=1, images=0.0) as notion:
        cost = run(notion, folder / "rows", "--dry-run", concurrency=connections)
        yield _row("E", "MB for 10,000 rows", cost.memory, 250)


def pictures(folder: Path, connections: int) -> Iterator[Row]:
    """F: 500 pictures of 200 kB from a host that takes its time."""
    with Notion(kind="pictures", images=500, size=200_000) as notion:
        notion.send(download_wait=LATENCY)
        cost = run(notion, folder, concurrency=connections)
        yield _ratio("F", cost.seconds, 500 * LATENCY / connections, 1.3)
        yield _used("F", cost.cpu, cost.memory)


def rendering(folder: Path, connections: int) -> Iterator[Row]:
    """G: blocks a second on one core, without any network or disk."""
    pages = list(_pages(200))
    blocks = sum(1 for page in pages for _ in page.walk())
    started = time.process_time()
    for page in pages:
        render(page, Context(page_id=page.id))
    rate = blocks / (time.process_time() - started)
    yield Row("G", "blocks a second", f"{rate:,.0f}", "≥ 20,000", rate >= 20_000)


def runners(folder: Path, connections: int) -> Iterator[Row]:
    """H: a first sync of 50,000 pages, worked out from the budget of 180 requests a minute a token.

    Every runner lists all pages (`SHARD=i/n`) and reads its own; each has a token, and so a budget,
    of its own. Notion's limit a workspace, which it does not publish, may come first.
    """
    notion = generate(200, blocks=12, images=0.0)
    rows = notion.listed(notion.source(notion.databases()[0]))
    bodies = sum(reads(notion, row) for row in rows) / len(rows)
    alone = _hours(50_000, bodies, 1)
    three = _hours(50_000, bodies, 3)
    yield Row("H", "50,000 pages, 1 runner", f"{alone:.1f} h", "–", True)
    yield _ratio_of("H", "50,000 pages, 3 runners and tokens", three, alone / 3, 1.05)


def parts(folder: Path, connections: int) -> Iterator[Row]:
    """T: a tree of 2,000 pages in three parts, each in a process and a fresh clone of its own, at once, until
    the branch says what one process says."""
    with Notion(kind="tree", pages=2_000, words=4) as notion:
        run(notion, folder / "one", concurrency=connections)
        wanted = written(folder / "one")
        remote, same, rounds = folder / "remote.git", False, 0
        git("init", "-q", "--bare", "--initial-branch=main", str(remote))
        while not same and rounds < _LEVELS + 1:
            rounds += 1
            _at_once(notion, folder / f"round-{rounds}", remote, connections)
            git("clone", "-q", str(remote), str(folder / f"clone-{rounds}"))
            same = written(folder / f"clone-{rounds}") == wanted
        yield Row(
            "T", "three processes, same bytes as one", f"{same} in {rounds} rounds", "True", same
        )


_LEVELS = 4  # of the tree: what lies in a page is known when that was read


def _at_once(notion: Notion, folder: Path, remote: Path, connections: int) -> None:
    """One run of each of three parts."""

    def one(part: int) -> None:
        git("clone", "-q", str(remote), str(folder / str(part)))
        run(notion, folder / str(part), "--shard", f"{part}/3", concurrency=connections)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, (1, 2, 3)))


def stores(folder: Path, connections: int) -> Iterator[Row]:
    """K: what the `.notion.json` of each page costs, in the checkout, in git's pack, and a full sync."""
    kinds: dict[str, dict[str, Any]] = {
        "the sample": {"kind": "sample"},
        "10,000 pages": {"kind": "generated", "pages": 10_000, "images": 0.0},
    }
    for what, kind in kinds.items():
        at = folder / kind["kind"]
        with Notion(**kind) as notion:
            without, small = _kept(notion, at, False, connections)
            cost, large = _kept(notion, at, True, connections)
        checkout = f"{large.checkout:,.0f} ({small.checkout:,.0f} without)"
        yield Row("K", f"{what}, bytes a page in the checkout", checkout, "–", True)
        pack = f"{large.pack:,.0f} ({small.pack:,.0f} without)"
        yield Row("K", f"{what}, bytes a page in the pack", pack, "–", True)
        memory = f"{cost.memory:.0f} ({without.memory:.0f} without)"
        yield Row("K", f"{what}, MB", memory, "≤ 250", cost.memory <= 250)
    yield from _share(folder, connections)


def _share(folder: Path, connections: int) -> Iterator[Row]:
    """What stores cost of a first run's CPU: the middle of some pairs, as each alone tells little. Without a
    database no table is made of the stores."""
    what = "2,000 pages in pages"
    shares: list[float] = []
    with Notion(kind="tree", pages=2_000, words=12) as notion:
        for number in range(_PAIRS):
            without, _ = _kept(notion, folder / f"pair-{number}", False, connections)
            cost, _ = _kept(notion, folder / f"pair-{number}", True, connections)
            shares.append(1 - without.cpu / cost.cpu)
    share = median(shares)
    used = f"{share:.1%} ({min(shares):.1%} to {max(shares):.1%})"
    yield Row("K", f"{what}, share of the CPU", used, "≤ 10 %", share <= 0.1)
    yield _row("K", f"{what}, requests", cost.requests, without.requests)


def _kept(notion: Notion, folder: Path, keep: bool, connections: int) -> tuple[Cost, Size]:
    at = folder / str(keep)
    return run(notion, at, "--keep-json", str(keep), concurrency=connections), taken(at)


def peer(folder: Path, connections: int) -> Iterator[Row]:
    """N: 58 new pages, beside notion2md; both take as many requests as they need."""
    with Notion(kind="generated", pages=58) as notion:
        notion.send(knobs={"latency": LATENCY})
        python = peers.install(folder / "peer")
        pages = notion.send(pages=True)["pages"]
        theirs = peers.export(python, notion.url, pages, folder / "theirs")
        asked = notion.send(count=True)["requests"]
        cost = run(notion, folder / "ours", concurrency=connections)
        measured = (
            f"{cost.seconds:.1f} s, {cost.requests} requests; {theirs:.1f} s, {asked} requests"
        )
        part = theirs / cost.seconds
        yield Row("N", "time, ours and theirs", f"{measured}: 1/{part:.1f}", "≤ 1/6", part >= 6)


def growing(folder: Path, connections: int) -> Iterator[Row]:
    """S: what a page costs in backups of two sizes: rows of a database, and pages in pages."""
    yield from _grown(folder, connections, (1_000, 5_000))


def company(folder: Path, connections: int) -> Iterator[Row]:
    """L: the same, as large as they come. Takes an hour."""
    yield from _grown(folder, connections, (20_000, 50_000))


def _grown(folder: Path, connections: int, sizes: Sequence[int]) -> Iterator[Row]:
    kinds = {
        "rows": {"kind": "generated", "blocks": 4, "images": 0.0},
        "pages in pages": {"kind": "tree", "words": 4},
    }
    for size, (what, kind) in product(sizes, kinds.items()):
        with Notion(pages=size, **kind) as notion:
            at = folder / f"{size}-{kind['kind']}"
            for run_ in ("first", "unchanged"):
                cost = run(notion, at, concurrency=connections)
                used = f"{cost.cpu:.1f} s + {cost.git:.1f} s of git, {cost.memory:.0f} MB"
                yield Row("S", f"{size:,} {what}, {run_}", used, "–", True)


def _hours(pages: int, bodies: float, parts: int) -> float:
    requests = -(-pages // 100) + 3 + bodies * pages / parts
    return requests / 180 / 60


def _pages(count: int) -> Iterator[Page]:
    notion = generate(count, blocks=60, images=0.0)
    for id_ in notion.listed(notion.source(notion.databases()[0])):
        notion.listed(id_)
        yield Page(
            id_, {"properties": {}}, tuple(_block(notion, child) for child in notion.listed(id_))
        )


def _block(notion: Workspace, id_: str) -> Block:
    node = notion.node(id_)
    raw: Json = {**node.data, "id": id_}
    return Block.from_api(raw, tuple(_block(notion, child) for child in node.children))


def _row(case: str, what: str, measured: float, most: float) -> Row:
    shown = f"{measured:.1f}" if isinstance(measured, float) else str(measured)
    return Row(case, what, shown, f"≤ {most:g}", measured <= most)


def _ratio(case: str, seconds: float, floor: float, most: float) -> Row:
    ratio = seconds / floor
    measured = f"{seconds:.2f} s = {ratio:.2f} × {floor:.2f} s"
    return Row(case, "time", measured, f"≤ {most:.2f} × floor", ratio <= most)


def _beyond(case: str, seconds: float, floor: float, most: float) -> Row:
    """The start and the CPU of a run that has nothing to do, beside what the network takes."""
    measured = f"{seconds:.2f} s = {floor:.2f} s + {seconds - floor:.2f} s"
    return Row(case, "time", measured, f"≤ floor + {most:g} s", seconds - floor <= most)


def _ratio_of(case: str, what: str, hours: float, floor: float, most: float) -> Row:
    measured = f"{hours:.1f} h = {hours / floor:.2f} × {floor:.1f} h"
    return Row(case, what, measured, f"≤ {most:.2f} × a third", hours / floor <= most)


def _used(case: str, cpu: float, memory: float) -> Row:
    return Row(case, "CPU and memory", f"{cpu:.1f} s, {memory:.0f} MB", "–", True)


CASES: dict[str, Callable[[Path, int], Iterator[Row]]] = {
    "AB": nothing_changed,
    "C": burst,
    "D": full,
    "E": large,
    "F": pictures,
    "G": rendering,
    "H": runners,
    "K": stores,
    "N": peer,
    "R": cold,
    "T": parts,
    "P": hard,
    "S": growing,
    "L": company,
}
