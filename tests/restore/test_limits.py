"""What is too much for one request comes back all the same: no request passes a limit of Notion's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backup.model import Json, plain_text
from backup.restore import limits
from backup.restore.losses import Loss
from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from tests.restore.test_copy import hold
from tests.support.copying import copying, ground
from tests.support.kitchen import PNG

ZIP = b"PK\x05\x06" + bytes(18)  # an empty archive


def nested(levels: int, *below: Json) -> Json:
    made = build.block("toggle", f"level {levels}", children=below)
    return nested(levels - 1, made) if levels > 1 else made


def marked(count: int, words: str = "w") -> list[Json]:
    return [build.text(f"{words}{n}", bold=bool(n % 2)) for n in range(count)]


LARGE: dict[str, Callable[[], list[Json]]] = {
    "101 blocks": lambda: [blocks.paragraph(f"{n}") for n in range(101)],
    "1,001 blocks in tens": lambda: [
        build.block("toggle", "t", children=[blocks.paragraph("x") for _ in range(100)])
        for _ in range(11)
    ],
    "eight levels": lambda: [nested(8, blocks.paragraph("deep"))],
    "101 in one": lambda: [nested(2, *[blocks.paragraph(f"{n}") for n in range(101)])],
    "a megabyte": lambda: [blocks.paragraph("語" * 2_000) for _ in range(170)],
    "a text of 2,001": lambda: [blocks.paragraph("x" * 2_001)],
    "an emoji at the cut": lambda: [blocks.paragraph("x" * 1_999 + "🔥" + "y")],
    "101 texts": lambda: [build.block("paragraph", marked(101)), blocks.paragraph("after")],
    "101 texts with blocks in it": lambda: [
        build.block("bulleted_list_item", marked(101), children=[blocks.paragraph("in")])
    ],
    "a table of 250 rows": lambda: [blocks.table([[f"{n}", "b"] for n in range(250)])],
    "a table in a column": lambda: [
        blocks.columns([blocks.table([["a"], ["b"]])], [blocks.paragraph("r")])
    ],
    "columns in columns": lambda: [
        blocks.columns(
            [blocks.columns([blocks.paragraph("a")], [blocks.paragraph("b")])],
            [nested(3, blocks.paragraph("c"))],
        )
    ],
    "columns in tabs": lambda: [
        blocks.tabs({"A": [blocks.columns([blocks.paragraph("a")], [blocks.paragraph("b")])]})
    ],
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_for_a_request_comes_back(name: str, tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    top.workspace.append(top.id, LARGE[name]())
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert max(write.size for write in copy.backup.server.writes.log) <= limits.BYTES


def test_a_file_that_the_workspace_refuses_is_a_loss_and_never_sent(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    keep = top.workspace.files.keep
    top.block(blocks.media("file", build.hosted(keep("a.zip", ZIP)), name="a.zip"))
    large = PNG + bytes(limits.FREE_FILE)
    top.block(blocks.media("image", build.hosted(keep("large.png", large))))
    with copying(tmp_path / "repository", top) as copy:
        assert [lost.kind for lost in copy.plan.losses] == [Loss.FILE_TYPE, Loss.FILE_TOO_LARGE]
        hold(copy)
        assert not any("file_uploads" in write.path for write in copy.backup.server.writes.log)


def test_a_refused_file_may_have_a_caption_of_which_something_is_lost_too(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    kept = build.hosted(top.workspace.files.keep("Makefile", b"all:"))
    caption = ["As ", build.text("said", link="/x")]
    top.block(blocks.media("file", kept, caption=caption, name="Makefile"))
    with copying(tmp_path / "repository", top) as copy:
        assert {lost.kind for lost in copy.plan.losses} == {Loss.FILE_TYPE, Loss.ADDRESS}
        hold(copy)


def test_a_large_file_goes_in_parts_where_the_workspace_takes_it(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    large = PNG + bytes(21 * limits.MIB)
    picture = build.hosted(top.workspace.files.keep("large.png", large))
    top.block(blocks.media("image", picture))
    top.block(blocks.media("image", picture))  # the same content goes once
    with copying(tmp_path / "repository", top, most=100 * limits.MIB) as copy:
        copy.backup.server.writes.uploads.fail_first = True
        sent = copy.send()
        assert sent.finished, sent.problem
        assert copy.proof(sent).differences == ()
        made = [w for w in copy.backup.server.writes.log if w.path == "/v1/file_uploads"]
        assert len(made) == 1


def test_a_link_that_notion_refuses_stays_as_text(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    top.block(build.block("paragraph", [build.text("here", link="javascript:alert(1)")]))
    with copying(tmp_path / "repository", top) as copy:
        assert [lost.kind for lost in copy.plan.losses] == [Loss.ADDRESS]
        hold(copy)


def test_a_row_of_a_table_that_no_request_takes_is_cut(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top", "Before")
    top.block(blocks.table([["語" * 60_000, "b"], ["c" * 200_000, "x" * 200_000], ["d", "e"]]))
    top.block(blocks.table([["w" * 6_000] * 100]))
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert {lost.kind for lost in copy.plan.losses} == {Loss.TOO_DEEP}


def test_a_row_whose_values_no_request_takes_comes_back(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    names = [f"T{number}" for number in range(12)]
    database = top.database("Things", {name: properties.of("rich_text") for name in names})
    database.row("Cup", {name: build.runs("語" * 14_000) for name in names}, "Words")
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        assert copy.plan.losses == ()


def test_an_address_in_capital_letters_leads_where_it_led(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    top.block(build.block("paragraph", [build.text("here", link="HTTPS://e.co/A:B")]))
    top.block(build.block("paragraph", [build.text("Ada", link="Mailto:a@b.co")]))
    top.block(build.block("bookmark", url="HTTP://e.co/A"))
    with copying(tmp_path / "repository", top) as copy:
        assert copy.plan.losses == ()
        hold(copy)


PAGE = f"/{'1' * 32}"
REFUSED: dict[str, tuple[Json, str]] = {
    "an address of a person": (build.block("bookmark", url="mailto:a@b.co"), "mailto:a@b.co"),
    "a phone number": (build.block("embed", url="tel:123"), "tel:123"),
    "a short link to a page": (build.block("bookmark", url=PAGE), PAGE),
    "a server of files": (build.block("embed", url="ftp://e.co/x"), "ftp://e.co/x"),
    "a picture on one": (
        blocks.media("image", build.external("ftp://e.co/x.png")),
        "ftp://e.co/x.png",
    ),
    "a film by mail": (blocks.media("video", build.external("mailto:a@b.co")), "mailto:a@b.co"),
    "a preview of a mail": (build.block("link_preview", url="mailto:a@b.co"), "mailto:a@b.co"),
}


@pytest.mark.parametrize("which", REFUSED)
def test_an_address_that_only_a_text_can_have_stays_as_one(which: str, tmp_path: Path) -> None:
    block, address = REFUSED[which]
    top = Branch.root(ground(), "Top")
    top.block(block)
    with copying(tmp_path / "repository", top) as copy:
        (lost,) = copy.plan.losses
        assert lost.kind is (Loss.NOT_CREATABLE if "preview" in which else Loss.ADDRESS)
        hold(copy)
        (made,) = copy.notion.listed(copy.notion.listed(copy.goal.id)[0])
        assert address in plain_text(copy.notion.node(made).data["paragraph"]["rich_text"])


LINK = "https://e.co/" + "y" * 140 + ".png"
NAMES = {"long": "x" * 150, "an address": LINK, "at the cut": "x" * 99 + "🔥🔥", "none": ""}


@pytest.mark.parametrize("which", NAMES)
def test_a_file_in_a_value_has_as_much_of_its_name_as_notion_takes(
    which: str, tmp_path: Path
) -> None:
    top = Branch.root(ground(), "Top")
    named = {"name": NAMES[which], **build.external("https://e.co/a.png")}
    kept = {"name": NAMES[which], **build.hosted(top.workspace.files.keep("b.png", PNG))}
    top.database("Things", {"F": properties.of("files")}).row("Cup", {"F": [named, kept]})
    with copying(tmp_path / "repository", top) as copy:
        wanted = [] if which == "none" else [Loss.TOO_DEEP]
        assert [*dict.fromkeys(lost.kind for lost in copy.plan.losses)] == wanted
        hold(copy)


@pytest.mark.parametrize("name", ["x" * 1_000, ""])
def test_a_file_has_as_much_of_its_name_as_notion_takes(name: str, tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    top.block(blocks.media("file", build.external("https://e.co/a.pdf"), name=name))
    with copying(tmp_path / "repository", top) as copy:
        assert [lost.kind for lost in copy.plan.losses] == ([Loss.TOO_DEEP] if name else [])
        hold(copy)


def test_a_value_has_as_many_files_as_a_request_takes(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    files = [{"name": f"{n}", **build.external(f"https://e.co/{n}")} for n in range(101)]
    top.database("Things", {"F": properties.of("files")}).row("Cup", {"F": files})
    with copying(tmp_path / "repository", top) as copy:
        assert [lost.kind for lost in copy.plan.losses] == [Loss.TOO_DEEP]
        hold(copy)


def test_an_image_as_the_icon_of_a_block_is_named(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    picture = build.hosted(top.workspace.files.keep("a.png", PNG))
    top.block(build.block("callout", "Look", icon=picture))
    label = build.block("paragraph", "A", icon=picture, children=[blocks.paragraph("In")])
    top.block(build.block("tab", children=[label]))
    elsewhere = build.external("https://e.co/a.png")
    top.block(build.block("callout", "There", icon=elsewhere))
    with copying(tmp_path / "repository", top) as copy:
        lost = {(lost.kind, lost.name) for lost in copy.plan.losses}
        assert lost == {(Loss.FILE_TYPE, "a.png"), (Loss.DEFAULT_ICON, "")}
        hold(copy)
