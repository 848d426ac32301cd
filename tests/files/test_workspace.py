"""Whole lives of pages: many edits, and the sample workspace with its expiring addresses."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote, urlsplit

from backup.files import find
from backup.files.fetch import Downloader, ParallelDownloads
from backup.files.gather import gather
from backup.files.names import identity
from backup.model import Block, File, Page, Row, bare_id, packed
from backup.notion import read
from backup.notion.client import Client
from demo.sample import sample
from fakenotion.server import StandIn
from tests.files.runs import PageFiles, media, stored
from tests.files.site import PNG, Answer, Request


def test_over_many_edits_names_stay_and_the_folder_follows_the_page(backup: PageFiles) -> None:
    """Insert, remove and reorder at random, with downloads that fail now and then."""
    dice = random.Random(4)
    failing: set[str] = set()

    def answer(request: Request) -> Answer:
        content = request.path.rpartition("/")[2].encode()
        return Answer(b"", 404) if request.path in failing else Answer(PNG + content)

    blocks: list[Block] = []
    for turn in range(40):
        for _ in range(dice.randint(0, 3)):
            path = f"/{turn}-{dice.random()}/{dice.choice(['a', 'b', 'photo 1'])}"
            backup.site.routes[path] = answer
            type_ = dice.choice(["image", "file"])
            place = dice.randint(0, len(blocks))
            blocks.insert(place, media(path, backup.site.url + quote(path), type_))
            backup.site.routes[quote(path)] = answer
        dice.shuffle(blocks)
        del blocks[dice.randint(3, 9) :]
        failing = {quote(block.id) for block in blocks if dice.random() < 0.2}
        before = {record.identity: record.path for record in backup.known.values()}
        got = backup.run(*blocks)
        after = {record.identity: record.path for record in got.records}
        assert {key: after[key] for key in before.keys() & after.keys()}.items() <= before.items()
        assert set(backup.content()) == set(after.values()) == set(stored(got).values())
        assert set(got.files) == {block.id for block in blocks}


def pages(client: Client, standing: StandIn) -> list[Page]:
    """Every row of the sample workspace, read whole."""
    sources = [standing.workspace.source(id_) for id_ in standing.workspace.databases()]
    answers = [answer for source in sources for answer in client.query(source, {})]
    found = [raw for answer in answers for raw in answer["results"]]
    with ThreadPoolExecutor(4) as pool:
        rows = [Row(bare_id(raw["id"]), "", "", "", "", "", packed(raw)) for raw in found]
        return [read.page(client, row, {}, pool.submit) for row in rows]


def test_every_file_of_the_sample_workspace_is_downloaded_even_after_its_url_expired(
    tmp_path: Path,
) -> None:
    now = datetime(2026, 11, 1, tzinfo=timezone.utc)
    had: list[str] = []
    standing = StandIn(sample(), now=lambda: now)
    with standing.serving() as url:
        client = Client("any", url)
        read_at_first = pages(client, standing)
        now += timedelta(hours=2)

        def refresh(file: File) -> File | None:
            """Only what the file hangs on is read again: its page, or its block."""
            owner = file.key.partition("/")[0]
            if owner in page_ids:
                return find.known(identity(file), Page(owner, client.page(owner)))
            return find.known(identity(file), Page("", {}, (Block.from_api(client.block(owner)),)))

        page_ids = {page.id for page in read_at_first}
        with (
            Downloader(refresh=refresh, allowed_hosts=[urlsplit(url).netloc]) as downloader,
            ThreadPoolExecutor(8) as pool,
        ):
            downloads = ParallelDownloads(downloader, pool)
            for page in read_at_first:
                got = gather(page, {}, tmp_path / page.id, downloads, tmp_path, today=now.date())
                assert (got.problems, got.warnings) == ((), ())
                had += stored(got).values()
    assert len(had) >= 10
    statuses = [asked.status for asked in standing.downloads]
    assert statuses.count(403) > 0
    assert set(statuses) == {200, 403}
    assert all("Authorization" not in asked.headers for asked in standing.downloads)
