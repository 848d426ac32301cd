"""A whole page: its head, its order, and what it says about itself."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backup.markdown.context import Context, Options
from backup.markdown.page import References, references, render
from backup.model import LocalFile, MissingFile, Page, Target
from tests.oracles import github, select
from tests.support.notion_shapes import block, page, rich, text

PAGE_ID = "0123456789abcdef0123456789abcdef"
BARE = Context()
HEADED = Context(options=Options(front_matter="true"))
FOOT = f"\n<sub>[Open in Notion](https://www.notion.so/{PAGE_ID}) · edited 2026-02-03 04:05 UTC</sub>\n"
NUMBER = {"properties": {"Size": {"id": "s", "type": "number", "number": 3}}}


def head(text: str) -> dict[str, Any]:
    return yaml.safe_load(text.split("---\n")[1])


def test_a_page_is_head_title_and_body_and_ends_with_one_newline() -> None:
    text = render(page("Title", block("paragraph", "Body.")), HEADED)
    assert text == (
        "---\n"
        'title: "Title"\n'
        'notion_id: "01234567-89ab-cdef-0123-456789abcdef"\n'
        'notion_url: "https://www.notion.so/0123456789abcdef0123456789abcdef"\n'
        'created: "2026-01-02T03:04:00.000Z"\n'
        'edited: "2026-02-03T04:05:00.000Z"\n'
        f"---\n\n# Title\n\nBody.\n{FOOT}"
    )


@pytest.mark.parametrize("title", ["", "\u00a0", "\u200b", "\u3164", "\ufe0f"])
def test_an_empty_page_is_its_title_and_where_it_is_from(title: str) -> None:
    assert render(page(title), BARE) == f"# Untitled\n{FOOT}"


def edited(by: dict[str, object], **properties: object) -> str:
    """The last line of a page that was edited by somebody."""
    return render(page("T", last_edited_by=by, properties=properties), BARE).splitlines()[-1]


def test_the_last_line_names_who_edited_the_page_where_that_is_known() -> None:
    ada = {"object": "user", "id": "a", "name": "Ada *L*\n1"}
    column = {"id": "e", "type": "last_edited_by", "last_edited_by": ada}
    assert edited(ada).endswith(r" · edited 2026-02-03 04:05 UTC by Ada \*L\* 1</sub>")
    assert edited({"object": "user", "id": "a"}).endswith("UTC</sub>")
    assert edited({"object": "user", "id": "a"}, By=column).endswith(r"by Ada \*L\* 1</sub>")
    assert edited({"object": "user", "id": "b"}, By=column).endswith("UTC</sub>")


@pytest.mark.parametrize(
    "end",
    [
        block("code", "```", language="plain text", caption=[]),
        block("toggle", "t", block("paragraph", "inside")),
        block("bulleted_list_item", "item", block("quote", "quoted")),
        block("quote", "quoted"),
        block("callout", "called", icon=None),
        block("equation", None, expression="x"),
        block("paragraph", "<div>"),
    ],
    ids=lambda each: each["type"],
)
def test_the_last_line_is_a_paragraph_of_its_own_whatever_stands_above(end: dict[str, Any]) -> None:
    html = github(render(page("T", end), BARE))
    [link] = select(html, "body > p:last-child > sub > a")
    assert link.get_text() == "Open in Notion"


def test_an_archived_page_says_so() -> None:
    assert edited({}).endswith("UTC</sub>")
    assert render(page("T", is_archived=True), BARE).endswith(" UTC · archived</sub>\n")
    both = page("T", is_archived=True, is_locked=True)
    assert render(both, BARE).endswith(" UTC · archived · locked</sub>\n")
    assert head(render(page("T", is_archived=True), HEADED))["archived"] == "true"
    assert "archived" not in head(render(page("T", is_archived=False), HEADED))


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_a_title_comes_back_from_the_front_matter_as_it_was(title: str) -> None:
    assert head(render(page(text(title)), HEADED))["title"] == (title or "Untitled")


@given(st.text(st.characters(categories=["C", "Z", "P", "Lu"])))
def test_no_character_of_a_title_spoils_the_front_matter(title: str) -> None:
    keys = head(render(page(text(title)), HEADED))
    assert list(keys) == ["title", "notion_id", "notion_url", "created", "edited"]
    assert all(isinstance(value, str) for value in keys.values())


def test_the_emoji_of_a_page_opens_its_title() -> None:
    raw = {"icon": {"type": "emoji", "emoji": "🧭"}}
    assert render(page("Way", **raw), BARE) == f"# 🧭 Way\n{FOOT}"


def test_an_image_as_icon_opens_the_title_when_it_is_stored() -> None:
    raw = {"icon": {"type": "file", "file": {"url": "https://example.org/i.png?X-Amz-Signature=1"}}}
    files = {f"{PAGE_ID}/icon": LocalFile("assets/icon.png", "icon.png", 9, 64, 64)}
    with_icon = render(page("Way", **raw), Context(files=files, options=BARE.options))
    image = '<img src="assets/icon.png" alt="" width="32" height="32">'
    assert with_icon == f"# {image} Way\n{FOOT}"
    assert render(page("Way", **raw), BARE) == f"# Way\n{FOOT}"


def test_the_cover_is_the_first_image_below_the_title() -> None:
    raw = {"cover": {"type": "external", "external": {"url": "https://example.org/c.jpg"}}}
    files = {f"{PAGE_ID}/cover": LocalFile("assets/cover.jpg", "cover.jpg", 9, 1500, 600)}
    stored = render(page("T", block("divider", None), **raw), Context(files=files))
    html = github(stored)
    assert [tag.name for tag in select(html, "h1 ~ *")] == ["p", "hr", "p"]
    assert select(html, "h1 + p > img[src='assets/cover.jpg']")
    assert "c.jpg *(not backed up: not downloaded)* <https://example.org/c.jpg>" in render(
        page("T", **raw), Context()
    )


@pytest.mark.parametrize(
    ("properties", "front_matter", "in_table", "in_head"),
    [
        ("table", "true", True, False),
        ("front-matter", "true", False, True),
        ("both", "true", True, True),
        ("none", "true", False, False),
        ("table", "false", True, False),
        ("front-matter", "false", True, False),  # nowhere else to go
        ("both", "false", True, False),
        ("none", "false", False, False),
        ("table", "flat", True, True),
        ("front-matter", "flat", False, True),
        ("both", "flat", True, True),
        ("none", "flat", False, False),
    ],
)
def test_properties_stand_where_the_setting_wants_them(
    properties: str, front_matter: str, in_table: bool, in_head: bool
) -> None:
    options = Options(front_matter=front_matter, properties=properties)
    shown = render(page("T", **NUMBER), Context(options=options))
    assert ("| Size | 3 |" in shown) == in_table
    assert shown.startswith("---\n") == (front_matter != "false")
    keys = head(shown) if front_matter != "false" else {}
    found = keys if front_matter == "flat" else keys.get("properties", {})
    assert found.get("size" if front_matter == "flat" else "Size") == (3 if in_head else None)


def test_flat_front_matter_has_a_key_for_each_property_and_none_twice() -> None:
    options = [{"name": "tea"}, {"name": "no"}]
    raw = {
        "Tags": {"id": "a", "type": "multi_select", "multi_select": options},
        "Due date": {"id": "b", "type": "date", "date": {"start": "2026-01-02"}},
        "due-date!": {"id": "c", "type": "checkbox", "checkbox": True},
        "Title": {"id": "d", "type": "number", "number": 1.5},
        "Größe (cm)": {"id": "e", "type": "rich_text", "rich_text": [text("a: b\n# c")]},
        "🏷": {"id": "f", "type": "url", "url": "https://example.org"},
        "No": {"id": "g", "type": "select", "select": {"name": "Yes"}},
    }
    shown = render(page("T", properties=raw), Context(options=Options(front_matter="flat")))
    assert head(shown) == {
        "title": "T",
        "notion_id": "01234567-89ab-cdef-0123-456789abcdef",
        "notion_url": "https://www.notion.so/0123456789abcdef0123456789abcdef",
        "created": "2026-01-02T03:04:00.000Z",
        "edited": "2026-02-03T04:05:00.000Z",
        "tags": ["tea", "no"],
        "due_date": date(2026, 1, 2),
        "due_date_2": True,
        "title_2": 1.5,
        "größe_cm": "a: b\n# c",
        "property": "https://example.org",
        "no": "Yes",
    }


def test_a_file_that_was_not_downloaded_never_shows_its_signed_address() -> None:
    signed = "https://prod-files-secure.s3.us-west-2.amazonaws.com/a/b/c.png?X-Amz-Signature=secret"
    kinds = ("image", "file", "pdf", "video", "audio")
    blocks = [
        block(kind, None, type=form, caption=[], **{form: {"url": signed}})
        for kind in kinds
        for form in ("file", "external")
    ]
    embed = block("embed", None, url=signed, caption=[])
    cover = {"cover": {"type": "file", "file": {"url": signed}}, "icon": {"type": "file"}}
    shown = render(page("T", *blocks, embed, **cover), Context())
    assert "secret" not in shown
    assert shown.count("c.png *(not backed up: not downloaded)*") == 12


def test_a_missing_file_says_why_and_where_it_can_be_had() -> None:
    files = {
        "00000001-0000-4000-8000-000000000001": MissingFile("a.pdf", "5 GB", "https://e.org/a.pdf")
    }
    raw = block("pdf", None, type="external", external={"url": "https://e.org/a.pdf"}, caption=[])
    shown = render(page("T", raw), Context(files=files, options=BARE.options))
    assert shown == f"# T\n\n📎 a.pdf *(not backed up: 5 GB)* <https://e.org/a.pdf>\n{FOOT}"


def test_the_same_page_gives_the_same_text_twice() -> None:
    whole = page("T", block("table_of_contents", None), block("heading_1", "One"), **NUMBER)
    assert render(whole, Context()) == render(whole, Context())


def test_a_link_between_pages_is_relative_to_the_page_that_holds_it() -> None:
    other = "ab" * 16
    context = Context(
        path="wiki/here/index.md",
        targets={other: Target("wiki/über uns/index.md", "Über uns")},
        options=BARE.options,
    )
    link = text("there", link=f"https://www.notion.so/{other}")
    shown = render(page("T", block("paragraph", [link])), context)
    assert shown == f"# T\n\n[there](../über%20uns/index.md)\n{FOOT}"


def test_references_are_found_wherever_a_page_links_from() -> None:
    ids = {name: f"{number:032x}" for number, name in enumerate("abcdefghijk", 1)}
    block_id = "f" * 32
    mention = {
        "type": "mention",
        "mention": {"type": "page", "page": {"id": ids["b"]}},
        "plain_text": "B",
        "href": None,
    }
    relation = {"type": "relation", "relation": [{"id": ids["g"]}]}
    whole = page(
        "T",
        block("paragraph", [text("a", link=f"/{ids['a']}#{block_id}"), mention]),
        block("link_to_page", None, type="page_id", page_id=ids["c"]),
        {**block("child_page", None, title="D"), "id": ids["d"]},
        block("bookmark", None, url=f"https://www.notion.so/{ids['e']}", caption=[]),
        block("toggle", "t", block("table_row", None, cells=[[text("f", link=f"/{ids['f']}")]])),
        block("paragraph", [text("outside", link="https://example.org"), text("#", link="#x")]),
        properties={
            "Relation": {"id": "r", **relation},
            "Rollup": {
                "id": "u",
                "type": "rollup",
                "rollup": {
                    "type": "array",
                    "array": [{"type": "relation", "relation": [{"id": ids["h"]}]}],
                },
            },
            "Link": {"id": "l", "type": "url", "url": f"https://www.notion.so/{ids['i']}"},
        },
    )
    assert references(whole) == References(
        frozenset(ids[name] for name in "abcdefghi"), frozenset({(ids["a"], block_id)})
    )


def test_a_link_to_a_block_of_the_same_page_names_the_page() -> None:
    block_id = "f" * 32
    whole = page("T", block("paragraph", [text("up", link=f"#{block_id}")]))
    assert references(whole).blocks == {(PAGE_ID, block_id)}


def test_a_page_without_a_page_object_is_rendered() -> None:
    assert select(github(render(Page(PAGE_ID, {}), BARE)), "h1")


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("example.com", "https://example.com"),
        ("www.example.org/a?b=c", "https://www.example.org/a?b=c"),
        ("//example.org/x", "https://example.org/x"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("bücher.example", "https://bücher.example"),
        ("HTTPS://example.org/A", "HTTPS://example.org/A"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("N/A", ""),
        ("see page 3", ""),
        ("localhost:8080/x", ""),
        ("../notes/x.md", ""),
    ],
)
def test_what_people_type_as_an_address_never_leads_into_the_repository(
    typed: str, target: str
) -> None:
    column = {"Link": {"id": "u", "type": "url", "url": typed}}
    blocks = [
        block("bookmark", None, url=typed, caption=[]),
        block("embed", None, url=typed, caption=[]),
        block("paragraph", [text("words", link=typed)]),
    ]
    html = github(render(page("T", *blocks, properties=column), BARE))
    found = [unquote(str(link["href"])) for link in select(html, "a[href]")]
    assert found[:-1] == ([target] * 4 if target else [])
    assert select(html, "body")[0].get_text().count(typed) == 3


@pytest.mark.parametrize("typed", ["#1234", " #intro", "#"])
def test_what_only_begins_like_a_place_in_the_page_is_not_an_address(typed: str) -> None:
    column = {"Issue": {"id": "u", "type": "url", "url": typed}}
    marks = [block(type_, None, url=typed, caption=[]) for type_ in ("bookmark", "embed")]
    html = github(render(page("T", *marks, properties=column), BARE))
    assert select(html, "body")[0].get_text().count(typed.strip()) == 3
    assert not select(html, "a[href^='#']")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.00001, "0.00001"),
        (-2.5e-7, "-0.00000025"),
        (1e16, "10000000000000000"),
        (1e300, "1e+300"),
    ],
)
def test_a_number_is_written_as_people_write_it(number: float, shown: str) -> None:
    column = {"Size": {"id": "s", "type": "number", "number": number}}
    assert f"| Size | {shown} |" in render(page("T", properties=column), BARE)


def test_a_date_in_a_text_reads_as_in_a_property() -> None:
    value = {"start": "2022-07-15T09:00:00.000+02:00", "end": None, "time_zone": None}
    mention = {"type": "date", "date": value}
    said = [{"type": "mention", "mention": mention, "plain_text": value["start"], "href": None}]
    assert "\n2022-07-15 09:00 +02:00\n" in render(page("T", block("paragraph", said)), BARE)


@pytest.mark.parametrize("name", ["a.heic", "a.tif", "a.psd", "a.mp4"])
def test_an_image_that_no_browser_draws_is_a_link(name: str) -> None:
    files = {"00000001-0000-4000-8000-000000000001": LocalFile(f"assets/{name}", name, 2000, 9, 9)}
    image = block("image", None, type="file", file={"url": "x"}, caption=[text("Me")])
    shown = render(page("T", image), Context(files=files))
    assert f"🖼️ [{name}](assets/{name}) (2 kB) — Me" in shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("HTTPS://youtu.be/A", "https://youtu.be/A"),
        ("//www.youtube.com/watch?v=1", "https://www.youtube.com/watch?v=1"),
        ("ftp://example.org/a.txt", "ftp://example.org/a.txt"),
        ("smb://me:secret@nas/a.txt", "smb://nas/a.txt"),
    ],
)
@pytest.mark.parametrize("kind", ["video", "file", "image"])
def test_where_a_file_is_stays_in_the_text(kind: str, given: str, shown: str) -> None:
    raw = block(kind, None, type="external", external={"url": given}, caption=[])
    written = render(page("T", raw), BARE)
    assert shown in written and "secret" not in written


def test_of_many_properties_the_most_useful_stand_first_and_the_others_are_folded() -> None:
    values = {
        "rich_text": rich("w"),
        "number": 1,
        "formula": {"type": "number", "number": 2},
        "status": {"name": "Done"},
        "select": {"name": "A"},
        "date": {"start": "2026-01-02"},
        "people": [{"id": "a", "name": "Ada"}],
        "checkbox": True,
    }
    raw = {kind: {"id": kind, "type": kind, kind: value} for kind, value in values.items()}
    few = render(page("T", properties=raw), BARE)
    assert "<details>" not in few and few.count("\n| ") == 10
    more = {"url": {"id": "u", "type": "url", "url": "https://example.org"}}
    html = github(render(page("T", properties={**raw, **more}), BARE))
    first = [cell.get_text() for cell in select(html, "h1 + table td:first-child")]
    assert first == ["status", "select", "date", "people", "checkbox"]
    [folded] = select(html, "h1 + table + details")
    assert folded.summary and folded.summary.get_text() == "4 more properties"
    cells = [cell.get_text() for cell in folded.select("td:first-child")]
    assert cells == ["rich_text", "number", "formula", "url"]
