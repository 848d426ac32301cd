"""A page's files as the owner of a backup sees them: what is there, what its text says, run after run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from backup.demo import blocks, build, drawings, faults
from backup.demo import properties as p
from backup.demo.faults import Fault
from backup.demo.nodes import Clock
from backup.demo.workspace import Workspace
from backup.model import Json
from tests.backups import Backup, backing_up

PNG = drawings.buoy()
PAGE = "library/atlas"


class Library(Backup):
    """One page, 'Atlas', in a database with a column of files."""

    @property
    def page(self) -> str:
        return self.notion.node(self.notion.source(self.notion.databases()[0])).children[0]

    def hosted(self, name: str, content: bytes = PNG) -> Json:
        return build.hosted(self.notion.files.keep(name, content))

    def outside(self, name: str, content: bytes = PNG) -> Json:
        return build.external(self.notion.files.outside(name, content))

    def append(self, *made: Json) -> list[str]:
        """Blocks at the end of the page, some time ago."""
        ids = self.notion.append(self.page, made)
        self.later()
        return list(ids)

    def later(self) -> None:
        self.notion.now.forward(minutes=5)  # type: ignore[attr-defined]  # a Clock in these tests

    @property
    def page_text(self) -> str:
        return self.text(f"{PAGE}/index.md")

    def stored(self) -> list[str]:
        """What lies beside the page's text."""
        found = (path.removeprefix(f"{PAGE}/") for path in self.files() if path.startswith(PAGE))
        return [path for path in found if path != "index.md"]

    def asked(self) -> tuple[list[str], list[str]]:
        """The requests to Notion that concern the page, and the downloads, since the last time."""
        found = [each.path for each in self.server.requests], self.downloads()
        self.server.requests.clear()
        self.server.downloads.clear()
        return [path for path in found[0] if re.search(r"/v1/(blocks|pages)/", path)], found[1]

    def fail_next_block(self) -> None:
        """The next block that is read alone is not there."""
        alone = re.compile(r"/v1/blocks/[^/]+")
        missing = [faults.error(404)]
        self.server.plan = lambda asked: (
            missing.pop()
            if missing and alone.fullmatch(asked.path)
            else faults.error(404)
            if "bad.png" in asked.path
            else None
        )

    def downloads(self) -> list[str]:
        return sorted(unquote(each.path).rpartition("/")[2] for each in self.server.downloads)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    notion = Workspace("Library", now=Clock(2026, 9, 1))
    columns = {"Copies": p.of("files"), "Maps": p.rollup("Others", "Maps", "show_original")}
    database = notion.add_database("Library", columns)
    notion.add_page(database, "Atlas")
    with backing_up(tmp_path / "repository", notion) as made:
        yield Library(made.folder, made.notion, made.server, made.url)


def test_whatever_a_page_refers_to_is_stored_and_shown(library: Library) -> None:
    notion = library.notion
    bee = notion.add_emoji("bee", PNG + b"bee")
    media = {type_: library.hosted(f"a.{type_}", type_.encode()) for type_ in ("file", "pdf")}
    media |= {type_: library.hosted(f"{type_}.mp4", type_.encode()) for type_ in ("video", "audio")}
    library.append(
        *(blocks.media(type_, file) for type_, file in media.items()),
        blocks.media("image", library.hosted("drawing.png", PNG + b"1")),
        blocks.media("image", library.outside("outside.png", PNG + b"2")),
        blocks.media("video", library.outside("clip.mp4", b"clip")),
        build.block("embed", url=notion.files.keep("chart.html", b"<p>chart</p>")),
        build.block("callout", "Look", icon=library.hosted("eye.png", PNG + b"3")),
        blocks.paragraph(build.mention_emoji(bee["id"], "bee", bee["url"])),
        build.block("tab", children=[blocks.paragraph("Tab", icon=library.hosted("tab.png"))]),
    )
    notion.set_icon(library.page, library.hosted("globe.png", PNG + b"4"))
    notion.set_cover(library.page, library.hosted("sea.png", PNG + b"5"))
    copies = [{"name": "Scan.pdf", **library.hosted("scan.pdf", b"%PDF-1.4 scan")}]
    notion.set_property(library.page, "Copies", copies)
    rolled_up = [{"name": "Map.png", **library.hosted("map.png", PNG + b"6")}]
    notion.set_property(library.page, "Maps", [{"type": "files", "files": rolled_up}])
    library.later()
    ran = library.run()
    assert ran.code == 0, ran.log
    assert "not backed up" not in library.page_text
    assert len(library.stored()) == 15
    for path in library.stored():
        assert quote(path) in library.page_text, path


def test_what_is_there_already_is_not_downloaded_again(library: Library) -> None:
    library.append(blocks.media("image", library.hosted("a.png")))
    library.run()
    assert library.downloads() == ["a.png"]
    library.append(blocks.paragraph("More."))
    assert library.run().code == 0
    assert library.run("--full-sync").code == 0
    assert library.downloads() == ["a.png"]


def test_a_connection_that_breaks_is_made_again(library: Library) -> None:
    library.append(blocks.media("image", library.hosted("chart.png")))
    library.server.fail_next(faults.cut_off(), path="chart.png")
    assert library.run().code == 0
    assert (library.folder / PAGE / "assets/1-chart.png").read_bytes() == PNG


PICTURES = {
    "an image": lambda library, file: library.append(blocks.media("image", file)),
    "a cover": lambda library, file: library.notion.set_cover(library.page, file),
    "an icon": lambda library, file: library.notion.set_icon(library.page, file),
    "a property": lambda library, file: library.notion.set_property(
        library.page, "Copies", [{"name": "a.png", **file}]
    ),
    "a callout's icon": lambda library, file: library.append(
        build.block("callout", "Look", icon=file)
    ),
}


@pytest.mark.parametrize("place", PICTURES)
def test_an_expired_address_is_read_anew(library: Library, place: str) -> None:
    PICTURES[place](library, library.hosted("a.png"))
    library.later()
    library.server.fail_next(Fault(status=403, body=b""), path="a.png")
    ran = library.run()
    assert ran.code == 0, ran.log
    assert library.downloads() == ["a.png", "a.png"]
    assert len(library.stored()) == 1


FAILURES = {
    "gone": (faults.error(404), "the server answered 404 (Not Found)"),
    "a web page": (Fault(body=faults.HTML), "the server sent a web page instead of the picture"),
    "0 bytes": (Fault(body=b""), "the server sent an empty file"),
    "denied again and again": (Fault(status=403, body=b""), "the server answered 403 (Forbidden)"),
    "to the metadata of a cloud": (
        faults.redirect("http://169.254.169.254/latest/meta-data"),
        "its server is not on the public internet",
    ),
    "to a file": (faults.redirect("file:///etc/passwd"), "only http and https"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_picture_that_cannot_be_had_leaves_a_line_in_the_text(
    library: Library, failure: str
) -> None:
    fault, reason = FAILURES[failure]
    bad, good = library.hosted("bad.png"), library.hosted("good.png", PNG + b"!")
    library.append(blocks.media("image", bad), blocks.media("image", good))
    library.fail("bad.png", fault)
    ran = library.run()
    assert ran.code == 1
    assert f"error: Atlas: bad.png is not backed up: {reason}" in ran.log
    assert re.search(rf"📎 bad.png \*\(not backed up: {re.escape(reason)}", library.page_text)
    assert "X-Amz" not in library.page_text + ran.log + library.text(".notion-sync.json")
    assert library.stored() == ["assets/2-good.png"]


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost/a.png",
        "http://[::ffff:127.0.0.1]/a.png",
        "http://2130706433/a.png",
        "file:///etc/passwd",
        "http://user:pass@169.254.169.254/a.png?token=t0ken",
    ],
)
def test_an_address_inside_the_network_is_not_asked(library: Library, address: str) -> None:
    library.append(blocks.media("image", build.external(address)))
    ran = library.run()
    assert ran.code == 1 and "not backed up" in library.page_text
    assert library.stored() == library.downloads() == []
    assert not re.search("t0ken|user:pass", library.page_text + ran.log)


def test_a_picture_with_a_wrong_extension_gets_the_right_one(library: Library) -> None:
    library.append(blocks.media("image", library.hosted("chart.jpg")))
    assert library.run().code == 0
    assert library.stored() == ["assets/1-chart.png"]


def test_an_svg_with_a_script_stays_a_file_and_is_not_written_into_the_text(
    library: Library,
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    library.append(blocks.media("image", library.hosted("drawing.svg", svg)))
    assert library.run().code == 0
    assert (library.folder / PAGE / "assets/1-drawing.svg").read_bytes() == svg
    assert '<img src="assets/1-drawing.svg"' in library.page_text
    assert "script" not in library.page_text


HOSTILE = ["../../x.png", "CON.png", "n" * 300 + ".png", "🎉 party 🎉.png", "Plan.png", "plan.PNG"]


def test_hostile_names_end_up_beside_the_text_and_are_linked(library: Library) -> None:
    for number, name in enumerate(HOSTILE):
        file = {"name": name, **library.hosted(f"{number}.bin", b"content %d" % number)}
        library.append(blocks.media("file", file))
    ran = library.run()
    assert ran.code == 0, ran.log
    assert len({path.casefold() for path in library.stored()}) == len(HOSTILE)
    assert {path.partition("/")[0] for path in library.stored()} == {"attachments"}
    linked = {unquote(target) for target in re.findall(r"\]\((\S+)\)", library.page_text)}
    assert linked == set(library.stored())


def test_what_a_page_lets_go_of_leaves_the_repository(library: Library) -> None:
    one, two = library.append(
        blocks.media("image", library.hosted("one.png", PNG + b"1")),
        blocks.media("pdf", library.hosted("two.pdf", b"%PDF-1.4")),
    )
    library.run()
    assert library.stored() == ["assets/1-one.png", "attachments/two.pdf"]
    library.notion.trash(one)
    library.later()
    assert library.run().code == 0
    assert library.stored() == ["attachments/two.pdf"]
    library.notion.trash(two)
    library.later()
    assert library.run().code == 0
    assert library.stored() == []
    assert "assets" not in library.git("ls-files")


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


def test_a_file_that_still_fails_is_tried_alone_and_told_again(library: Library) -> None:
    before = lacking(library)
    commits = library.commits()
    ran = library.run()
    assert ran.code == 1
    assert ran.log.count("error: Atlas: bad.png is not backed up") == 1
    notion, downloads = library.asked()
    assert len(notion) == 1 and notion[0].startswith("/v1/blocks/")  # its own, for a signature
    assert set(downloads) == {"bad.png"}
    assert "nothing changed · 1 unchanged" in ran.log
    assert (library.page_text, library.commits()) == (before, commits)


def test_an_external_file_is_tried_again_without_asking_notion(library: Library) -> None:
    lacking(library, file=library.outside("bad.png"))
    assert library.run().code == 1
    assert library.asked() == ([], ["bad.png"])


def test_a_file_that_can_be_had_at_last_takes_its_place_in_the_text(library: Library) -> None:
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
    assert ran.code == 1 and "1 updated" in ran.log
    assert ran.log.count("error: Atlas: bad.png is not backed up") == 1


def test_a_file_over_the_limit_is_told_and_costs_no_failure(library: Library) -> None:
    library.append(blocks.media("video", library.hosted("film.mp4", b"film")))
    library.fail("film.mp4", faults.claims(5 * 1024**3))
    ran = library.run()
    assert ran.code == 0
    told = "it has 5,120 MB, and files over 95 MB are left out"
    assert f"warning: Atlas: film.mp4 is not backed up: {told}. See MAX_FILE_MB." in ran.log
    assert f"film.mp4 *(not backed up: {told})*" in library.page_text
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


def test_the_state_keeps_no_secret_of_a_missing_file(library: Library) -> None:
    url = "https://user:pass@169.254.169.254/a.png?width=8&token=t0ken"
    library.append(blocks.media("image", build.external(url)))
    lacking(library)
    state = library.text(".notion-sync.json")
    assert "bad.png" in state
    assert not re.search("t0ken|pass|X-Amz|Signature", state)
