"""A page's files over several runs: kept, downloaded, named once, and gone when the page lets go."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from backup.errors import FileError
from backup.files.gather import Gathered
from backup.files.pending import Pending
from backup.files.records import FileRecord
from backup.model import Block, File, Json, LocalFile, MissingFile
from tests.files.runs import PageFiles, caption, media, stored
from tests.files.site import HTML, JPG, PDF, PNG, SVG, Answer


def signed(url: str, number: int) -> str:
    return f"{url}?X-Amz-Expires=3600&X-Amz-Signature={number}"


def test_a_page_gets_its_files_under_names_that_people_can_read(backup: PageFiles) -> None:
    put = backup.site.put
    got = backup.run(
        Block("h", "heading_1", {"rich_text": caption("Prerequisites")}),
        media("1", put("/image.png", PNG)),
        media("2", put("/wiring.png", JPG)),
        media("3", put("/b.svg", SVG), caption=caption("How it all fits")),
        media("4", put("/Manual%20v2.pdf", PDF), "pdf"),
        cover={"type": "external", "external": {"url": put("/cover.gif", b"GIF89a" + PNG)}},
    )
    assert stored(got) == {
        "1": "assets/1-prerequisites.png",
        "2": "assets/2-wiring.jpg",
        "3": "assets/3-how-it-all-fits.svg",
        "4": "attachments/Manual v2.pdf",
        "page/cover": "assets/4-cover.gif",
    }
    assert got.files["1"] == LocalFile("assets/1-prerequisites.png", "image.png", len(PNG), 1, 1)
    assert set(backup.content()) == set(stored(got).values())
    assert got.problems == ()


def test_a_second_run_downloads_nothing_although_every_signature_is_new(backup: PageFiles) -> None:
    png, pdf = backup.site.put("/a.png", PNG), backup.site.put("/b.pdf", PDF)
    first, second = (
        backup.run(media("1", signed(png, run)), media("2", signed(pdf, run), "pdf"))
        for run in (1, 2)
    )
    assert backup.asked() == ["/a.png", "/b.pdf"]
    assert second.files == first.files
    assert second.records == first.records
    assert second.staged == {}


@pytest.mark.parametrize("harm", ["removed", "changed", "cut", "a link", "a folder"])
def test_a_copy_that_is_not_what_was_stored_is_downloaded_again(
    backup: PageFiles, harm: str
) -> None:
    block = media("1", backup.site.put("/a.png", PNG))
    first = backup.run(block)
    copy = backup.folder / stored(first)["1"]
    copy.unlink()
    if harm == "changed":
        copy.write_bytes(PNG[:-1] + b"!")
    if harm == "cut":
        copy.write_bytes(PNG[:9])
    if harm == "a link":
        backup.root.joinpath("elsewhere").write_bytes(PNG)
        copy.symlink_to(backup.root / "elsewhere")
    if harm == "a folder":
        copy.mkdir()
    second = backup.run(block)
    assert backup.asked() == ["/a.png", "/a.png"]
    assert second.records == first.records
    assert backup.content() == {stored(first)["1"]: PNG}


def test_a_replaced_file_is_downloaded_because_its_path_is_new(backup: PageFiles) -> None:
    backup.run(media("1", backup.site.put("/one/plan.png", PNG)))
    got = backup.run(media("1", backup.site.put("/two/plan.png", JPG)))
    assert backup.content() == {"assets/1-plan.jpg": JPG}
    assert stored(got) == {"1": "assets/1-plan.jpg"}


def test_what_the_page_lets_go_of_leaves_the_folder(backup: PageFiles) -> None:
    one = media("1", backup.site.put("/a.png", PNG))
    two = media("2", backup.site.put("/b.png", JPG))
    first = backup.run(one, two)
    assert stored(backup.run(two)) == {"2": stored(first)["2"]}
    assert list(backup.content()) == [stored(first)["2"]]


def test_the_same_content_twice_is_stored_once(backup: PageFiles) -> None:
    one = media("1", backup.site.put("/a.png", PNG), caption=caption("First"))
    two = media("2", backup.site.put("/b.png", PNG), caption=caption("Second"))
    got = backup.run(one, two)
    assert stored(got) == {"1": "assets/1-first.png", "2": "assets/1-first.png"}
    assert backup.content() == {"assets/1-first.png": PNG}
    assert stored(backup.run(two)) == {"2": "assets/1-first.png"}
    assert backup.asked() == ["/a.png", "/b.png"]


def test_one_file_twice_in_a_property_is_downloaded_once(backup: PageFiles) -> None:
    url = backup.site.put("/a.zip", b"PK\x03\x04" + bytes(99))
    entries = [{"name": name, "type": "file", "file": {"url": url}} for name in ("a.zip", "b.zip")]
    got = backup.run(properties={"F": {"id": "f", "type": "files", "files": entries}})
    assert backup.asked() == ["/a.zip"]
    assert set(stored(got).values()) == {"attachments/a.zip"}
    assert [one.name for one in got.files.values()] == ["a.zip", "b.zip"]


def test_an_entry_added_above_in_a_property_renames_nothing(backup: PageFiles) -> None:
    def files(*names: str) -> Gathered:
        entries = [
            {
                "name": name,
                "type": "file",
                "file": {"url": backup.site.put(f"/{name}", name.encode())},
            }
            for name in names
        ]
        return backup.run(properties={"F": {"id": "f", "type": "files", "files": entries}})

    files("a.txt", "b.txt")
    backup.asked()
    assert list(stored(files("new.txt", "a.txt", "b.txt")).values()) == [
        "attachments/new.txt",
        "attachments/a.txt",
        "attachments/b.txt",
    ]
    assert backup.asked() == ["/new.txt"]


FAILURES = {
    "gone": Answer(b"", 404),
    "a web page": Answer(HTML),
    "empty": Answer(b""),
    "cut": Answer(PNG[:9], headers={"Content-Length": "70"}),
    "to metadata": Answer(b"", 302, {"Location": "http://169.254.169.254/latest/meta-data"}),
    "denied": Answer(b"", 403),
    "503": Answer(b"", 503),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_file_that_cannot_be_downloaded_costs_only_itself(
    backup: PageFiles, failure: str
) -> None:
    bad = signed(backup.site.play("/bad.png", FAILURES[failure]), 1)
    good = backup.site.put("/good.png", PNG)
    got = backup.run(media("1", bad), media("2", good))
    missing = got.files["1"]
    assert isinstance(missing, MissingFile)
    assert (missing.name, missing.url) == ("bad.png", "")
    assert stored(got) == {"2": "assets/2-good.png"}
    assert [each.file.key for each in got.pending] == ["1"]
    (problem,) = got.problems
    assert problem.page_id == "page"
    assert missing.reason in problem.what
    assert "X-Amz" not in problem.what


def test_the_next_run_tries_only_the_failed_file_and_gives_it_its_number(backup: PageFiles) -> None:
    bad = media("1", backup.site.play("/bad.png", Answer(b"", 404), Answer(JPG)))
    good = media("2", backup.site.put("/good.png", PNG))
    backup.run(bad, good)
    backup.asked()
    got = backup.run(bad, good)
    assert backup.asked() == ["/bad.png"]
    assert stored(got) == {"1": "assets/1-bad.jpg", "2": "assets/2-good.png"}
    assert got.pending == ()


def test_a_failed_external_file_keeps_its_address_without_its_secrets(backup: PageFiles) -> None:
    url = f"{backup.site.url}/a.png"
    got = backup.run(media("1", f"{url}?w=8&token=t0ken", hosted=False))
    assert got.files["1"] == MissingFile(
        "a.png", "the server answered 404 (Not Found)", f"{url}?w=8"
    )
    assert "t0ken" not in repr(got)


def test_a_file_that_is_too_large_is_left_out_and_is_not_a_failure(backup: PageFiles) -> None:
    big = backup.site.put("/film.mp4", b"x", Content_Length=str(5 * 1024**3))
    backup.max_bytes = 95 * 1024**2
    got = backup.run(media("1", big, "video"))
    assert isinstance(missing := got.files["1"], MissingFile)
    assert missing.reason == "it has 5,120 MB, and files over 95 MB are left out"
    assert got.problems == ()
    assert [each.limit for each in got.pending] == [95 * 1024**2]
    assert "film.mp4" in got.warnings[0].what


@pytest.mark.parametrize("failure", ["gone", "a web page", "empty", "to metadata", "denied"])
def test_a_file_that_was_deleted_outside_notion_is_a_warning_once(
    backup: PageFiles, failure: str
) -> None:
    block = media("1", backup.site.play("/bad.png", FAILURES[failure]), hosted=False)
    got = backup.run(block)
    assert isinstance(got.files["1"], MissingFile)
    assert got.problems == ()
    (warning,) = got.warnings
    assert "bad.png is not backed up: " in warning.what and "only count it" in warning.what
    again = backup.run(block)
    assert (again.problems, again.warnings, again.files) == ((), (), got.files)
    assert again.pending == got.pending


@pytest.mark.parametrize("failure", ["503", "cut"])
def test_what_may_pass_outside_notion_is_a_failure_for_a_week(
    backup: PageFiles, failure: str
) -> None:
    block = media("1", backup.site.play("/bad.png", FAILURES[failure]), hosted=False)
    for day in range(7):
        backup.today = date(2026, 9, 1 + day)
        got = backup.run(block)
        assert (len(got.problems), got.warnings) == (1, ())
    backup.today = date(2026, 9, 8)
    got = backup.run(block)
    assert (got.problems, got.warnings) == ((), ())
    assert all(pending.is_given_up(backup.today) for pending in got.pending)


def test_a_host_that_is_out_of_order_does_not_bring_back_deleted_files(backup: PageFiles) -> None:
    url = backup.site.play("/bad.png", Answer(b"", 404), FAILURES["503"])
    block = media("1", url, hosted=False)
    backup.run(block)
    got = backup.run(block)
    assert (got.problems, got.warnings) == ((), ())


def test_a_file_that_turns_out_to_be_deleted_is_reported_then(backup: PageFiles) -> None:
    busy = FAILURES["503"]
    url = backup.site.play("/bad.png", busy, busy, busy, busy, Answer(b"", 404))
    block = media("1", url, hosted=False)
    assert [len(backup.run(block).problems), len(backup.run(block).warnings)] == [1, 1]


def test_what_only_notion_has_is_a_failure_for_ever(backup: PageFiles) -> None:
    url = backup.site.put("/bee.png", b"", 404)
    emoji = {"custom_emoji": {"id": "e", "name": "bee", "url": url}}
    for day in (1, 30):
        backup.today = date(2026, 9, day)
        hosted = backup.run(media("1", signed(url, day)), icon={"type": "custom_emoji", **emoji})
        assert (len(hosted.problems), hosted.warnings) == (2, ())


@pytest.mark.parametrize(
    "raw",
    [{}, {"since": 5}, {"since": "soon", "gone": True}, {"since": "9999-99-99"}, {"gone": "yes"}],
)
def test_a_damaged_note_of_a_missing_file_is_one_of_a_failure(raw: Json) -> None:
    pending = Pending.from_json({"identity": "x", **raw})
    assert not pending.is_given_up(date(2026, 9, 1))
    assert pending.is_due(1, date(2026, 9, 1))


def test_of_many_deleted_files_each_is_tried_on_one_day_in_29() -> None:
    error = FileError("gone")
    gone = [
        Pending.of(File(f"{n}", "image", f"https://x.example/{n}", False), error, date(2026, 1, 1))
        for n in range(500)
    ]
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(29)]
    tried = [[pending.is_due(1, day) for day in days] for pending in gone]
    assert {sum(each) for each in tried} == {1}
    assert max(sum(day) for day in zip(*tried, strict=True)) < 40


HOSTILE = [
    "../../x",
    "CON.png",
    "n" * 300 + ".png",
    "🎉 party 🎉.png",
    "Plan.png",
    "plan.PNG",
    "Café.png",
    "Cafe\u0301.png",
    ".gitattributes",
    "a\x00b\n.png",
]


def test_hostile_names_stay_inside_the_folder_and_apart(backup: PageFiles) -> None:
    blocks = []
    for number, name in enumerate(HOSTILE):
        url = backup.site.put(f"/{number}", b"content %d" % number)
        blocks.append(media(f"a{number}", url, "file", name=name))
        picture = backup.site.put(f"/p{number}/{quote(name, safe='')}", PNG + bytes([number]))
        blocks.append(media(f"p{number}", picture))
    got = backup.run(*blocks)
    assert got.problems == ()
    assert len(backup.content()) == len({path.casefold() for path in backup.content()}) == 20
    assert {path.count("/") for path in backup.content()} == {1}
    assert {path.partition("/")[0] for path in backup.content()} == {"assets", "attachments"}
    assert got.files["a4"].name == "Plan.png"


def test_pages_without_files_ask_for_nothing(backup: PageFiles) -> None:
    assert backup.run(Block("1", "paragraph", {})) == Gathered({}, (), {})
    assert backup.asked() == []


def test_a_description_is_asked_for_once_and_ends_up_in_the_name(backup: PageFiles) -> None:
    block = media("1", backup.site.put("/image.png", PNG), caption=caption("Prerequisites"))
    pdf = media("2", backup.site.put("/a.pdf", PDF), "pdf")
    backup.description = "Proxmox cluster dashboard"
    first = backup.run(block, pdf)
    assert stored(first)["1"] == "assets/1-prerequisites-proxmox-cluster-dashboard.png"
    assert [got.file.key for got in backup.described] == ["1"]
    assert backup.run(block, pdf).files == first.files
    shutil.rmtree(backup.folder)
    assert backup.run(block, pdf).files == first.files
    assert len(backup.described) == 1


def test_a_record_survives_the_state_and_what_a_newer_version_added() -> None:
    full = FileRecord("1 /a.png", "assets/1-a.png", 70, "ab" * 32, "a.png", 1, 2, "a dot")
    small = FileRecord("1 /a.zip", "attachments/a.zip", 0, "ab" * 32)
    for record in (full, small):
        assert FileRecord.from_json({**record.to_json(), "later": 1}) == record
    assert small.to_json().keys() == {"identity", "path", "size", "sha256"}


@pytest.mark.parametrize(
    "harm", [{"path": None}, {"path": 3}, {"size": "70"}, {"sha256": []}, {"size": True}]
)
def test_a_record_that_somebody_broke_means_that_the_file_is_downloaded_again(
    backup: PageFiles, harm: Json
) -> None:
    block = media("1", backup.site.put("/a.png", PNG))
    (record,) = backup.run(block).records
    broken = FileRecord.from_json({**record.to_json(), **harm})
    backup.known = {record.identity: broken}
    assert backup.run(block).records == (record,)
    assert backup.asked() == ["/a.png", "/a.png"]


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/etc/passwd", "index.md"])
def test_a_path_in_the_state_cannot_reach_out_of_the_page(backup: PageFiles, path: str) -> None:
    block = media("1", backup.site.put("/a.png", PNG))
    (record,) = backup.run(block).records
    (backup.folder / "index.md").write_bytes(PNG)
    backup.known = {record.identity: replace(record, path=path)}
    assert stored(backup.run(block)) == {"1": "assets/1-image.png"}
