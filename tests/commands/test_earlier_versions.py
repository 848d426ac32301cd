"""A backup that an earlier version of the program made: the next run goes on with it.

format-1.json and format-1.journal are what version 1 of the state wrote of the small wiki (see
`kitchen`), with 'Milk' archived. Only the render key is replaced by today's: it says how pages look.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from backup.sync.state import NAME, Record, loads
from fakenotion import blocks
from tests.support.backups import Backup
from tests.support.kitchen import later, read_since, row

HERE = Path(__file__).parent
STATE = (HERE / "format-1.json").read_text("utf-8")
JOURNAL = (HERE / "format-1.journal").read_text("utf-8")
OLD = {"database", "led", "mark", "settled", "shape", "shown"}
FRONT_MATTER = pytest.mark.parametrize("front_matter", ["true", "false"])


@pytest.fixture
def archived(kitchen: Backup) -> Backup:
    """The wiki as it was when version 1 wrote its state; there were no stores then."""
    kitchen.environ["KEEP_JSON"] = "false"
    kitchen.notion.archive(row(kitchen, "Milk"))
    later(kitchen.notion)
    return kitchen


def of_version_1(backup: Backup, text: str = STATE) -> str:
    """What version 1 wrote, with the render key of the pages that lie there."""
    state = loads(backup.text(NAME))
    [key] = {record.render_key for record in state.pages.values()}
    old = re.sub(r'"shape": "\w+"', f'"shape": "{key}"', text)
    if text == STATE:
        assert loads(old) == replace(state, people={}), (
            "the wiki is not what it was when format-1.json was written"
        )
    return old


def keys(backup: Backup) -> set[str]:
    """Every key of every entry of the state."""
    raw = json.loads(backup.text(NAME))
    return {key for each in (*raw["pages"].values(), *raw["databases"].values()) for key in each}


@FRONT_MATTER
def test_a_run_without_changes_reads_no_page_and_writes_nothing(
    archived: Backup, front_matter: str
) -> None:
    archived.run(FRONT_MATTER=front_matter)
    (archived.folder / NAME).write_text(of_version_1(archived), "utf-8")
    before, asked = archived.stamps(), len(archived.server.requests)
    ran = archived.run(FRONT_MATTER=front_matter)
    assert ran.code == 0, ran.log
    assert archived.stamps() == before
    assert read_since(archived, asked) == set()


@FRONT_MATTER
def test_a_run_without_changes_makes_no_commit_and_the_next_change_writes_version_2(
    archived: Backup, front_matter: str
) -> None:
    archived.init()
    archived.run(FRONT_MATTER=front_matter)
    (archived.folder / NAME).write_text(of_version_1(archived), "utf-8")
    archived.git("commit", "-aqm", "as version 1 left it")
    tip = archived.git("rev-parse", "HEAD")
    assert archived.run(FRONT_MATTER=front_matter).code == 0
    assert archived.git("rev-parse", "HEAD") == tip
    assert archived.git("status", "--porcelain") == ""
    tea = row(archived, "Tea")
    archived.notion.append(tea, [blocks.paragraph("Hot.")])
    later(archived.notion)
    asked = len(archived.server.requests)
    assert archived.run(FRONT_MATTER=front_matter).code == 0
    assert read_since(archived, asked) == {tea}
    changed = archived.git("show", "--name-only", "--format=", "HEAD").splitlines()
    assert changed == [NAME, "wiki/tea/index.md"]
    assert json.loads(archived.text(NAME))["version"] == 2
    assert not keys(archived) & OLD


@FRONT_MATTER
def test_what_an_interrupted_run_of_an_earlier_version_finished_is_not_read_again(
    archived: Backup, front_matter: str
) -> None:
    archived.run(FRONT_MATTER=front_matter)
    whole = loads(archived.text(NAME))
    texts = {id_: archived.text(f"{each.folder}/index.md") for id_, each in whole.pages.items()}
    digests = {id_: hashlib.sha256(text.encode()).hexdigest() for id_, text in texts.items()}
    lines = [json.loads(line) for line in of_version_1(archived, JOURNAL).splitlines() if line]
    lines = [{**each, "text": digests[each["page"]]} for each in lines if "page" in each]
    (archived.folder / NAME).unlink()
    journal = "".join(f"\n{json.dumps(each)}" for each in lines)
    (archived.folder / ".notion-sync.journal").write_text(journal, "utf-8")
    asked = len(archived.server.requests)
    ran = archived.run(FRONT_MATTER=front_matter)
    assert ran.code == 0, ran.log
    assert loads(archived.text(NAME)) == replace(whole, people={}) and not keys(archived) & OLD
    assert read_since(archived, asked) == set()


@FRONT_MATTER
def test_each_page_is_read_once_to_get_its_store_and_no_text_is_written_again(
    archived: Backup, front_matter: str
) -> None:
    archived.init()
    archived.run(FRONT_MATTER=front_matter)
    (archived.folder / NAME).write_text(of_version_1(archived), "utf-8")
    archived.git("commit", "-aqm", "as version 1 left it")
    archived.environ["KEEP_JSON"] = "true"
    stamps, asked = archived.stamps(), len(archived.server.requests)
    ran = archived.run(FRONT_MATTER=front_matter)
    assert ran.code == 0, ran.log
    assert "Without a .notion.json so far: 3 pages" in ran.log
    assert len(read_since(archived, asked)) == 3
    changed = archived.git("show", "--name-only", "--format=", "HEAD").splitlines()
    folders = ("wiki", "wiki/cups", "wiki/milk", "wiki/tea")
    stores = [f"{folder}/.notion.json" for folder in folders]
    assert changed == sorted([NAME, *stores, "wiki/README.md", "wiki/database.csv"])
    texts = [path for path in stamps if path.endswith("/index.md")]
    assert [archived.stamps()[path] for path in texts] == [stamps[path] for path in texts]
    asked = len(archived.server.requests)
    assert archived.run(FRONT_MATTER=front_matter).code == 0
    assert read_since(archived, asked) == set()


def test_every_name_of_version_1_is_read_and_todays_name_counts_where_both_stand() -> None:
    raw = json.loads(STATE)
    id_, page = next(iter(raw["pages"].items()))
    page |= {"led": "l", "mark": "m", "settled": False, "shape": "s"}
    database = page["database"]
    record = loads(json.dumps(raw)).pages[id_]
    assert record.parent == database and not record.unknown
    assert (record.links_digest, record.relations_digest) == ("l", "m")
    assert (record.stable, record.render_key) == (False, "s")
    page |= {"links_digest": "new", "stable": True}
    again: Record = loads(json.dumps(raw)).pages[id_]
    assert (again.links_digest, again.stable, again.render_key) == ("new", True, "s")
    assert loads(STATE).databases[database].index_digest == "02403e8dde2d"
