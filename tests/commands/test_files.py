"""A page's files as the owner of a backup sees them: what is there, and what its text says."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from fakenotion import blocks, build, faults
from fakenotion.faults import Fault
from tests.support.backups import Hasty
from tests.support.library import PAGE, PNG, Library, keeping


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with keeping(tmp_path / "repository") as made:
        yield made


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
    library.stop = hasty = Hasty()
    library.append(blocks.media("image", library.hosted("chart.png")))
    library.server.fail_next(faults.cut_off(), path="chart.png")
    assert library.run().code == 0
    assert (library.folder / PAGE / "assets/1-chart.png").read_bytes() == PNG
    assert len(hasty.waits) == 1 and hasty.waits[0] > 0


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
def test_an_expired_address_is_read_again(library: Library, place: str) -> None:
    PICTURES[place](library, library.hosted("a.png"))
    library.later()
    library.server.fail_next(Fault(status=403, body=b""), path="a.png")
    ran = library.run()
    assert ran.code == 0, ran.log
    assert library.downloads() == ["a.png", "a.png"]
    assert len(library.stored()) == 1


FAILURES = {
    "gone": (faults.error(404), "the server answered 404 (Not Found)"),
    "a web page": (Fault(body=faults.HTML), "the server sent a web page instead of the image"),
    "0 bytes": (Fault(body=b""), "the server sent an empty file"),
    "denied again and again": (Fault(status=403, body=b""), "the server answered 403 (Forbidden)"),
    "to the metadata of a cloud": (
        faults.redirect("http://169.254.169.254/latest/meta-data"),
        "its server is not on the public internet",
    ),
    "to a file": (faults.redirect("file:///etc/passwd"), "only http and https"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_image_that_cannot_be_downloaded_leaves_a_line_in_the_text(
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
    assert ran.code == 0 and "not backed up" in library.page_text
    assert "warning: Atlas: " in ran.log
    assert library.stored() == library.downloads() == []
    assert not re.search("t0ken|user:pass", library.page_text + ran.log)


def test_the_api_s_host_is_open_on_the_port_of_the_api_alone(library: Library) -> None:
    library.append(
        blocks.media("image", library.outside("a.png")),
        blocks.media("image", build.external("http://127.0.0.1:9/b.png")),
    )
    ran = library.run()
    assert "b.png is not backed up: its server is not on the public internet" in ran.log
    assert library.stored() == ["assets/1-image.png"]


def test_a_image_with_a_wrong_extension_gets_the_right_one(library: Library) -> None:
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
    body = library.page_text.partition("\n<sub>")[0]
    linked = {unquote(target) for target in re.findall(r"\]\((\S+)\)", body)}
    assert linked == set(library.stored())


def test_an_attachment_keeps_its_name_whatever_its_bytes_are(library: Library) -> None:
    names = {
        "site.tgz": gzip.compress(b"a site"),
        "logo.ai": b"%PDF-1.5",
        "layout.xml": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "raw.dng": b"II*\0" + bytes(20),
        "clip.m4v": b"\0\0\0\x18ftypmp42" + bytes(12),
        "photo.JPEG": b"\xff\xd8\xff\xe0" + bytes(20),
        "Makefile": b"all:\n\techo\n",
        "vault.kdbx": bytes(range(20)),
    }
    for number, (name, content) in enumerate(names.items()):
        file = {"name": name, **library.hosted(f"{number}.bin", content)}
        library.append(blocks.media("file", file))
    unnamed = {"name": "scan", **library.hosted("9.bin", b"%PDF-1.4")}
    library.append(blocks.media("file", unnamed))
    assert library.run().code == 0
    assert library.stored() == sorted(f"attachments/{name}" for name in (*names, "scan.pdf"))


def test_what_a_page_lets_go_of_leaves_the_repository(library: Library) -> None:
    one, two = library.append(
        blocks.media("image", library.hosted("one.png", PNG + b"1")),
        blocks.media("pdf", library.hosted("two.pdf", b"%PDF-1.4")),
    )
    library.init()
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
