"""Pages that were edited, renamed or given another place: what is read again, and what is written."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from fakenotion import blocks, build, properties
from fakenotion.server import Asked
from tests.support.backups import Backup, Ticking, backing_up, clock
from tests.support.kitchen import PNG, dead_links, later, read_since, row, rows, stocked


def test_only_the_edited_page_is_read_again(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.stamps()
    kitchen.notion.append(row(kitchen, "Milk"), [blocks.paragraph("Cold.")])
    asked = len(kitchen.server.requests)
    ran = kitchen.run()
    written = {path for path, stamp in kitchen.stamps().items() if before.get(path) != stamp}
    assert written == {"wiki/milk/index.md", "wiki/milk/.notion.json", ".notion-sync.json"}
    source = kitchen.notion.source(kitchen.notion.databases()[0])
    assert [each.path for each in kitchen.server.requests[asked:]][4:] == [
        f"/v1/blocks/{row(kitchen, 'Milk')}/children",
        f"/v1/data_sources/{source.replace('-', '')}/query",  # was it edited meanwhile?
    ]
    assert "1 updated" in ran.log


def test_a_rename_moves_the_folder_and_rewrites_the_links_to_it(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.rename(row(kitchen, "Cups"), "Mugs & bowls")
    downloads = len(kitchen.server.downloads)
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert kitchen.pages() == ["wiki/milk", "wiki/mugs-bowls", "wiki/tea"]
    assert "[Mugs & bowls](../mugs-bowls/index.md)" in kitchen.text("wiki/tea/index.md")
    assert (kitchen.folder / "wiki/mugs-bowls/assets/1-a-cup.png").read_bytes() == PNG
    assert len(kitchen.server.downloads) == downloads
    assert not (kitchen.folder / "wiki/cups").exists()
    assert dead_links(kitchen) == []


def test_a_page_that_is_mentioned_has_its_new_name_wherever_its_words_stand(
    kitchen: Backup, tmp_path: Path
) -> None:
    notion, cups, tea = kitchen.notion, row(kitchen, "Cups"), row(kitchen, "Tea")
    named = ("About ", build.mention_page(cups, "Cups"))
    picture = build.hosted(notion.files.keep("p.png", PNG))
    heading, *_ = notion.append(
        tea,
        [
            build.block("table_of_contents"),
            blocks.heading(1, [*named]),
            blocks.media("image", picture, [*named]),
            build.block("code", [*named], language="plain text"),
        ],
    )[1:]
    notion.add_comment(heading, "why?")
    notion.add_property(notion.source(notion.databases()[0]), "Note", properties.of("rich_text"))
    notion.set_property(tea, "Note", [*named])
    later(notion)
    settings = {"COMMENTS": "true", "FRONT_MATTER": "true", "PROPERTIES": "both"}
    kitchen.run(**settings)
    notion.rename(cups, "Mugs")
    assert kitchen.run(**settings).code == 0
    text = kitchen.text("wiki/tea/index.md")
    assert "About Cups" not in text and text.count("About Mugs") == 5
    with backing_up(tmp_path / "fresh", notion, git=False) as fresh:
        fresh.run(**settings)
        again = fresh.text("wiki/tea/index.md")
        assert again.replace("1-about-mugs", "1-about-cups") == text  # a file keeps its name


def test_a_link_shows_the_new_icon_of_its_page(kitchen: Backup) -> None:
    tea, cups = row(kitchen, "Tea"), row(kitchen, "Cups")
    kitchen.notion.append(tea, [blocks.link_to_page(cups)])
    later(kitchen.notion)
    kitchen.run()
    assert "- 📄 [Cups](../cups/index.md)" in kitchen.text("wiki/tea/index.md")
    kitchen.notion.set_icon(cups, build.emoji("🥛"))
    assert kitchen.run().code == 0
    assert "- 🥛 [Cups](../cups/index.md)" in kitchen.text("wiki/tea/index.md")


def test_a_breadcrumb_follows_the_name_of_its_database(kitchen: Backup) -> None:
    database = kitchen.notion.databases()[0]
    kitchen.notion.append(row(kitchen, "Milk"), [build.block("breadcrumb")])
    kitchen.run(DATABASES=f"docs = {database}")
    assert "[Wiki](../README.md)" in kitchen.text("docs/milk/index.md")
    kitchen.notion.rename(database, "Kitchen")
    kitchen.run(DATABASES=f"docs = {database}")
    assert "[Kitchen](../README.md)" in kitchen.text("docs/milk/index.md")


def test_two_pages_can_swap_titles(kitchen: Backup) -> None:
    kitchen.run()
    cups, milk = row(kitchen, "Cups"), row(kitchen, "Milk")
    kitchen.notion.append(milk, [blocks.paragraph("white")])
    kitchen.notion.rename(cups, "Milk")
    kitchen.notion.rename(milk, "Cups")
    assert kitchen.run().code == 0
    assert "white" in kitchen.text("wiki/cups/index.md")
    assert (kitchen.folder / "wiki/milk/assets/1-a-cup.png").read_bytes() == PNG
    assert not (kitchen.folder / "wiki/cups/assets").exists()
    assert "[Milk](../milk/index.md)" in kitchen.text("wiki/tea/index.md")


def test_a_title_can_be_taken_over_from_a_page_that_is_trashed(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.trash(row(kitchen, "Cups"))
    kitchen.notion.rename(row(kitchen, "Milk"), "Cups")
    assert kitchen.run().code == 0
    assert kitchen.pages() == ["wiki/cups", "wiki/tea"]
    assert not (kitchen.folder / "wiki/cups/assets").exists()
    assert dead_links(kitchen) == []


def test_of_two_equal_titles_both_get_a_suffix_and_the_one_that_stays_keeps_it(
    kitchen: Backup,
) -> None:
    kitchen.run()
    second = kitchen.notion.add_page(kitchen.notion.databases()[0], "MILK")
    kitchen.run()
    twins = [folder for folder in kitchen.pages() if folder.startswith("wiki/milk")]
    assert len(twins) == 2 and all(re.fullmatch(r"wiki/milk-[0-9a-f]{8}", each) for each in twins)
    kitchen.notion.trash(second)
    assert kitchen.run().code == 0
    assert [folder for folder in kitchen.pages() if folder.startswith("wiki/milk")] == [twins[0]]


def test_an_archived_page_is_kept_up_to_date(kitchen: Backup) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.archive(milk)
    kitchen.notion.append(milk, [blocks.paragraph("Sour.")])
    kitchen.run()
    assert "Sour." in kitchen.text("wiki/milk/index.md")


def test_a_page_that_is_edited_while_it_is_read_is_read_again(kitchen: Backup) -> None:
    milk = row(kitchen, "Milk")
    edits = iter(["One.", "Two."])

    def edit_while_reading(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{milk}/children" and (words := next(edits, "")):
            later(kitchen.notion, minutes=1)
            kitchen.notion.append(milk, [blocks.paragraph(words)])

    kitchen.server.plan = edit_while_reading
    assert kitchen.run().code == 0
    assert "One.\n\nTwo." in kitchen.text("wiki/milk/index.md")


def test_a_page_that_is_edited_all_the_time_is_taken_after_three_readings(kitchen: Backup) -> None:
    milk = row(kitchen, "Milk")

    def edit_while_reading(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{milk}/children":
            later(kitchen.notion, minutes=1)
            kitchen.notion.append(milk, [blocks.paragraph("More.")])

    kitchen.server.plan = edit_while_reading
    assert kitchen.run().code == 0
    kitchen.heal()
    readings = [each for each in kitchen.server.requests if milk in each.path]
    assert len(readings) == 3
    kitchen.run()
    assert kitchen.text("wiki/milk/index.md").count("More.") == 3


def test_a_page_that_was_not_settled_is_read_again_also_when_clocks_of_notion_differ(
    kitchen: Backup,
) -> None:
    """The answers are dated 110 seconds ahead of the edits: by that clock their minute is over."""
    notion, milk = kitchen.notion, row(kitchen, "Milk")
    edited = clock(notion)
    edited.forward(seconds=20)
    edits = iter([(10, "One."), (45, "Two."), (10, "Three.")])  # the last two within one minute

    def edit_while_reading(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{milk}/children" and (edit := next(edits, None)):
            edited.forward(seconds=edit[0])
            notion.now = edited
            notion.append(milk, [blocks.paragraph(edit[1])])
            notion.now = ahead

    def ahead() -> datetime:
        return edited() + timedelta(seconds=110)

    kitchen.server.plan, notion.now = edit_while_reading, ahead
    kitchen.run()
    notion.now = edited
    kitchen.run()
    assert "Three." in kitchen.text("wiki/milk/index.md")


def test_what_changed_while_a_page_was_read_comes_with_the_second_reading(kitchen: Backup) -> None:
    """Also inside of synced blocks, of which the run keeps what it has read."""
    toggle = build.block("toggle", "More", children=[blocks.paragraph("Deep.")])
    original = build.block("synced_block", children=[toggle], synced_from=None)
    notion, tea = kitchen.notion, row(kitchen, "Tea")
    (synced,) = notion.append(tea, [original])
    inside = notion.listed(synced)[0]
    later(notion)
    edits = iter(["New."])

    def edit_while_reading(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{inside}/children" and (words := next(edits, "")):
            later(notion, minutes=1)
            notion.append(synced, [blocks.paragraph(words)])

    kitchen.server.plan = edit_while_reading
    assert kitchen.run().code == 0
    assert "New." in kitchen.text("wiki/tea/index.md")


def test_copies_of_a_synced_block_are_read_once_in_a_run(kitchen: Backup) -> None:
    inner = [
        blocks.paragraph("Shared."),
        build.block("toggle", "More", children=[blocks.paragraph("Deep.")]),
    ]
    original = build.block("synced_block", children=inner, synced_from=None)
    (id_,) = kitchen.notion.append(row(kitchen, "Tea"), [original])
    for title in ("Milk", "Cups"):
        kitchen.notion.append(
            row(kitchen, title), [blocks.synced_copy(id_), blocks.synced_copy(id_)]
        )
    later(kitchen.notion)
    assert kitchen.run().code == 0
    asked = [each.path for each in kitchen.server.requests if each.path.endswith("/children")]
    assert len(asked) == 3 + 2  # the pages, the original, the toggle in it
    assert kitchen.text("wiki/milk/index.md").count("Deep.") == 2


def test_a_page_edited_in_the_minute_of_its_reading_is_read_once_more(kitchen: Backup) -> None:
    milk = row(kitchen, "Milk")
    clock(kitchen.notion).forward(seconds=30)
    kitchen.notion.append(milk, [blocks.paragraph("One.")])
    kitchen.run()
    kitchen.notion.append(milk, [blocks.paragraph("Two.")])  # the same minute: no new time stamp
    later(kitchen.notion)
    assert kitchen.run().code == 0
    assert "Two." in kitchen.text("wiki/milk/index.md")
    asked = len(kitchen.server.requests)
    kitchen.run()
    assert len(kitchen.server.requests) - asked == 4


def test_an_edit_behind_the_back_of_a_listing_that_takes_minutes_comes_with_the_next_run(
    tmp_path: Path,
) -> None:
    """Rows were given already, and their minute was not over when the listing began: no new time
    stamp will tell."""
    notion = stocked()
    now = clock(notion)
    notion.add_property(notion.source(notion.databases()[0]), "Price", properties.number(), 1)
    for id_ in rows(notion):
        notion.set_property(id_, "Price", 1)
    edits = iter([2])

    def edit(asked: Asked) -> None:
        if asked.body.get("start_cursor") and (price := next(edits, 0)):
            for id_ in rows(notion):
                notion.set_property(id_, "Price", price)
            later(notion)

    with backing_up(tmp_path / "repository", notion, git=False, most=2) as backup:
        backup.server.plan, backup.stop = edit, Ticking(lambda: now().timestamp())
        assert backup.run().code == 0
        later(notion)
        assert backup.run().code == 0
        assert all("Price | 2" in backup.text(f"{page}/index.md") for page in backup.pages())


def test_a_setting_that_changes_the_text_writes_the_pages_again(kitchen: Backup) -> None:
    kitchen.run()
    ran = kitchen.run(FRONT_MATTER="true")
    assert "3 updated" in ran.log
    assert kitchen.text("wiki/tea/index.md").startswith('---\ntitle: "Tea"\n')


def test_a_link_to_a_block_lands_on_it_and_the_anchor_goes_with_the_link(kitchen: Backup) -> None:
    notion, milk = kitchen.notion, row(kitchen, "Milk")
    (target,) = notion.append(milk, [blocks.paragraph("Here.")])
    link = f"https://www.notion.so/{milk.replace('-', '')}#{target.replace('-', '')}"
    (linking,) = notion.append(
        row(kitchen, "Tea"), [blocks.paragraph(build.text("there", link=link))]
    )
    later(notion)
    kitchen.run()
    anchor = f"b-{target[-8:]}"
    assert f'<a id="{anchor}"></a>Here.' in kitchen.text("wiki/milk/index.md")
    assert f"(../milk/index.md#{anchor})" in kitchen.text("wiki/tea/index.md")
    notion.edit(linking, "no more")
    later(notion)
    kitchen.run()
    assert "<a id" not in kitchen.text("wiki/milk/index.md")


def test_a_database_given_another_folder_moves_there(kitchen: Backup) -> None:
    kitchen.run()
    database = kitchen.notion.databases()[0]
    assert kitchen.run(DATABASES=f"docs/kitchen = {database}").code == 0
    assert kitchen.pages() == ["docs/kitchen/cups", "docs/kitchen/milk", "docs/kitchen/tea"]
    assert not (kitchen.folder / "wiki").exists()
    assert dead_links(kitchen) == []


def test_what_counts_is_the_clock_of_notion_and_not_that_of_the_runner(kitchen: Backup) -> None:
    clock(kitchen.notion).forward(days=400)
    milk = row(kitchen, "Milk")
    kitchen.notion.append(milk, [blocks.paragraph("One.")])
    kitchen.run()
    kitchen.notion.append(milk, [blocks.paragraph("Two.")])
    kitchen.run()
    assert "Two." in kitchen.text("wiki/milk/index.md")


def test_a_new_prefix_of_a_column_of_numbers_is_written_without_reading_a_page(
    kitchen: Backup,
) -> None:
    notion = kitchen.notion
    source = notion.source(notion.databases()[0])
    notion.add_property(source, "Ticket", properties.unique_id("OLD"), 7)
    later(notion)
    kitchen.run()
    assert "| Ticket | OLD-" in kitchen.text("wiki/milk/index.md")
    notion.change_property(source, "Ticket", prefix="NEW")
    later(notion)
    asked = len(kitchen.server.requests)
    assert kitchen.run().code == 0
    assert "| Ticket | NEW-" in kitchen.text("wiki/milk/index.md")
    assert read_since(kitchen, asked) == set()
