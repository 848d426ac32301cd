"""Files that cannot be downloaded, or not yet: reported in each run, tried alone, and there in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.model import Json
from fakenotion import blocks, build, faults
from tests.support.backups import Hasty, clock
from tests.support.library import PNG, Library, keeping


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with keeping(tmp_path / "repository") as made:
        yield made


def lacking(library: Library, **source: Json) -> str:
    """A page whose tree takes several requests to read, with a file that cannot be had."""
    file = source.get("file") or library.hosted("bad.png")
    nested = build.block("toggle", "Open", children=[blocks.media("image", file)])
    library.append(*(build.block("toggle", "More", children=[blocks.paragraph("x")]) for _ in "ab"))
    library.append(nested)
    library.fail("bad.png", faults.error(404))
    assert library.run().code == 1
    library.asked()
    return library.page_text


def test_a_file_that_still_fails_is_tried_alone_and_reported_again(library: Library) -> None:
    library.init()
    before = lacking(library)
    commits = library.commits()
    ran = library.run()
    assert ran.code == 1
    assert ran.log.count("error: Atlas: bad.png is not backed up") == 1
    notion, downloads = library.asked()
    assert len(notion) == 1 and notion[0].startswith("/v1/blocks/")  # its own, for a signature
    assert set(downloads) == {"bad.png"}
    assert "nothing changed, 1 missing file · 1 unchanged" in ran.log
    assert (library.page_text, library.commits()) == (before, commits)


def test_a_dry_run_says_which_pages_have_files_to_try_again_and_tries_none(
    library: Library,
) -> None:
    lacking(library)
    ran = library.run("--dry-run")
    assert "0 to remove, 1 unchanged, of 1 page missing files to try again" in ran.log
    assert library.asked() == ([], [])


def test_an_external_file_is_tried_again_without_asking_notion(library: Library) -> None:
    library.append(blocks.media("image", library.outside("bad.png")))
    library.fail("bad.png", faults.error(404))
    library.run()
    library.asked()
    assert library.run().code == 0
    assert library.asked() == ([], ["bad.png"])


def dead(library: Library) -> str:
    """A page with an image that its own host has no more."""
    library.append(blocks.media("image", library.outside("bad.png")))
    library.fail("bad.png", faults.error(404))
    ran = library.run()
    assert ran.code == 0
    assert ran.log.count("warning: Atlas: bad.png is not backed up: the server answered 404") == 1
    assert "*(not backed up: the server answered 404 (Not Found))*" in library.page_text
    assert "/bad.png" in library.page_text.partition("*(not backed up")[2]
    library.asked()
    return library.text(".notion-sync.json")


COUNTED = "1 file outside Notion cannot be downloaded; its page says why."


def test_a_dead_image_of_another_host_is_reported_once_and_then_counted(library: Library) -> None:
    library.init()
    state = dead(library)
    commits = library.commits()
    ran = library.run()
    assert ran.code == 0 and COUNTED in ran.log
    assert "bad.png" not in ran.log
    assert (library.text(".notion-sync.json"), library.commits()) == (state, commits)


def test_a_dead_image_is_hardly_tried_after_a_week(library: Library) -> None:
    dead(library)
    for _ in range(8, 37):
        clock(library.notion).forward(days=8)  # eight times 29 days
        ran = library.run()
        assert ran.code == 0 and COUNTED in ran.log
    assert library.asked() == ([], ["bad.png"])


def test_a_dead_image_is_tried_again_when_its_page_is_read_and_in_a_full_sync(
    library: Library,
) -> None:
    dead(library)
    clock(library.notion).forward(days=8)
    library.append(blocks.paragraph("More."))
    for flags in ((), ("--full-sync",)):
        library.server.downloads.clear()
        ran = library.run(*flags)
        assert ran.code == 0 and COUNTED in ran.log
        assert "bad.png is not backed up" not in ran.log
        assert library.downloads() == ["bad.png"]


def test_a_dead_image_that_comes_back_is_stored(library: Library) -> None:
    dead(library)
    library.heal()
    ran = library.run()
    assert ran.code == 0 and "outside Notion" not in ran.log
    assert library.stored() == ["assets/1-bad.png"]
    assert "not backed up" not in library.page_text


def test_a_host_that_is_out_of_order_is_a_failure_until_it_is_given_up(library: Library) -> None:
    library.stop = Hasty()
    library.append(blocks.media("image", library.outside("bad.png")))
    library.fail("bad.png", faults.error(503))
    assert [library.run().code, library.run().code] == [1, 1]
    clock(library.notion).forward(days=7)
    ran = library.run()
    assert ran.code == 0 and COUNTED in ran.log


def test_a_file_that_can_be_downloaded_at_last_takes_its_place_in_the_text(
    library: Library,
) -> None:
    lacking(library)
    library.heal()
    ran = library.run()
    assert ran.code == 0
    assert library.asked()[1] == ["bad.png"]
    assert library.stored() == ["assets/1-bad.png"]
    assert "not backed up" not in library.page_text
    assert '<img src="assets/1-bad.png"' in library.page_text
    assert "1 updated · 0 unchanged" in ran.log
    assert library.run().code == 0
    assert library.asked() == ([], [])


def test_of_two_missing_files_one_may_come_back(library: Library) -> None:
    library.append(blocks.media("image", library.hosted("other-bad.png", PNG + b"!")))
    lacking(library)
    library.fail("/bad.png", faults.error(404))
    ran = library.run()
    assert ran.code == 1
    assert ran.log.count("error: Atlas: bad.png is not backed up") == 1
    assert library.stored() == ["assets/1-other-bad.png"]
    assert sorted(library.asked()[1]) == ["bad.png", "other-bad.png"]


def test_a_missing_file_of_a_page_that_has_changed_is_tried_once(library: Library) -> None:
    lacking(library)
    library.append(blocks.paragraph("More."))
    ran = library.run()
    assert ran.log.count("error: Atlas: bad.png is not backed up") == 1
    assert library.asked()[1] == ["bad.png"]


def test_a_missing_file_that_notion_no_longer_shows_makes_its_page_read(library: Library) -> None:
    lacking(library)
    library.fail_next_block()
    ran = library.run()
    assert ran.code == 1 and "1 page read" in ran.log
    assert ran.log.count("error: Atlas: bad.png is not backed up") == 1


def test_a_file_over_the_limit_is_reported_and_is_not_a_failure(library: Library) -> None:
    library.append(blocks.media("video", library.hosted("film.mp4", b"film")))
    library.fail("film.mp4", faults.claims(5 * 1024**3))
    ran = library.run()
    assert ran.code == 0
    said = "it has 5,120 MB, and files over 95 MB are left out"
    assert f"warning: Atlas: film.mp4 is not backed up: {said}. See MAX_FILE_MB." in ran.log
    assert f"film.mp4 *(not backed up: {said})*" in library.page_text
    library.asked()
    assert library.run().code == 0
    assert library.asked() == ([], [])


def test_a_raised_limit_brings_what_was_left_out(library: Library) -> None:
    film = b"\0\0\0\x18ftypmp42" + bytes(1024**2)
    library.append(blocks.media("video", library.hosted("film.mp4", film)))
    assert "files over 1 MB are left out" in library.run(MAX_FILE_MB="1").log
    assert library.stored() == []
    ran = library.run(MAX_FILE_MB="2")
    assert ran.code == 0
    assert library.stored() == ["attachments/film.mp4"]
    assert "not backed up" not in library.page_text


def test_a_limit_that_is_raised_too_little_is_reported_in_the_text(library: Library) -> None:
    library.append(blocks.media("video", library.hosted("film.mp4", bytes(3 * 1024**2))))
    library.run(MAX_FILE_MB="1")
    assert "files over 1 MB are left out" in library.page_text
    ran = library.run(MAX_FILE_MB="2")
    assert ran.code == 0
    assert "files over 2 MB are left out" in library.page_text
    library.asked()
    assert library.run(MAX_FILE_MB="2").code == 0
    assert library.asked() == ([], [])


def test_the_state_keeps_no_secret_of_a_missing_file(library: Library) -> None:
    url = "https://user:pass@169.254.169.254/a.png?width=8&token=t0ken"
    library.append(blocks.media("image", build.external(url)))
    lacking(library)
    state = library.text(".notion-sync.json")
    assert "bad.png" in state
    assert not re.search("t0ken|pass|X-Amz|Signature", state)
