"""Folder names: readable, unique everywhere, and stable for as long as the title stays."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backup.sync.paths import Named, RootFolder, first_parts, names, root_folders

A = "38c9ce7b60a481568a110000aaaa0001"
B = "38c9ce7b60a481568a110000bbbb0002"
C = "38c9ce7b60a481568a110001bbbb0002"  # ends like B


def named(*titles: str, ids: tuple[str, ...] = (A, B, C)) -> list[str]:
    wanted = [Named(id_, title) for id_, title in zip(ids, titles, strict=False)]
    return list(names(wanted).values())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Getting started", "getting-started"),
        ("", "untitled"),
        ("🎉🎉", "untitled"),
        ("a/b\\c: d?", "a-b-c-d"),
        ("..", "untitled"),
        ("Trailing dots...", "trailing-dots"),
        ("שלום עולם", "שלום-עולם"),
        ("計画 2024", "計画-2024"),
    ],
)
def test_a_title_gives_a_readable_name(title: str, name: str) -> None:
    assert named(title) == [name]


@pytest.mark.parametrize("title", ["CON", ".git", "aux", "LPT1"])
def test_a_name_that_no_system_takes_is_not_given(title: str) -> None:
    (name,) = named(title)
    assert name not in ("con", ".git", "aux", "lpt1") and name.startswith(title.strip(".").lower())


@pytest.mark.parametrize("title", ["word " * 100, "é" * 300, "計" * 300])
def test_a_name_has_at_most_80_bytes_also_with_a_suffix(title: str) -> None:
    for name in [*named(title), *named(title, title)]:
        assert len(name.encode()) <= 80


@pytest.mark.parametrize(
    "twins",
    [
        ("Plan", "Plan"),
        ("Plan", "PLAN"),
        ("", ""),
        (unicodedata.normalize("NFC", "Café"), unicodedata.normalize("NFD", "Café")),
        ("Straße", "strasse"),
        ("aś", "aſ\u0301"),  # the long s
    ],
)
def test_names_that_one_file_system_takes_for_the_same_all_get_a_suffix(
    twins: tuple[str, str],
) -> None:
    first, second = named(*twins)
    assert first.endswith("-aaaa0001") and second.endswith("-bbbb0002")


@given(st.lists(st.sampled_from(("Plan", "PLAN", "Tea", "Café", "")), max_size=6), st.data())
@settings(deadline=None, database=None, max_examples=50)
def test_a_run_that_continues_finds_the_names_that_the_killed_one_found(
    titles: list[str], data: st.DataObject
) -> None:
    wanted = [Named(f"{number:024x}{number + 1:08x}", title) for number, title in enumerate(titles)]
    found = names(wanted)
    made = data.draw(st.sets(st.sampled_from(list(found)))) if found else set()
    again = [replace(each, current=found[each.id] if each.id in made else "") for each in wanted]
    assert names(again) == found


def test_a_new_twin_of_a_page_that_kept_its_suffix_gets_one_too() -> None:
    found = names([Named(A, "Plan", "plan-aaaa0001"), Named(B, "Plan")])
    assert found == {A: "plan-aaaa0001", B: "plan-bbbb0002"}


def test_ids_that_end_alike_get_longer_suffixes() -> None:
    first, second = named("Plan", "Plan", ids=(B, C))
    assert first != second and first.startswith("plan-") and second.endswith("bbbb0002")


def test_a_title_that_looks_like_a_suffixed_name_is_not_a_collision() -> None:
    assert len(set(named("Plan", "Plan", "plan-aaaa0001"))) == 3


def test_a_suffix_stays_when_its_reason_no_longer_holds() -> None:
    assert names([Named(A, "Plan", "plan-aaaa0001")]) == {A: "plan-aaaa0001"}
    assert names([Named(A, "Plan B", "plan-aaaa0001")]) == {A: "plan-b"}


def test_the_order_of_the_rows_makes_no_difference() -> None:
    wanted = [Named(A, "Plan"), Named(B, "plan"), Named(C, "Other")]
    assert names(wanted) == names(wanted[::-1])


def test_a_taken_name_is_not_given_again() -> None:
    assert names([Named(A, "Wiki")], taken=["wiki"]) == {A: "wiki-aaaa0001"}


def test_a_database_has_the_folder_that_was_given_or_that_of_its_title() -> None:
    wanted = {
        A: RootFolder("docs/wiki", "Wiki"),
        B: RootFolder("", "Reading list"),
        C: RootFolder("", "Docs"),
    }
    folders = root_folders(wanted, {})
    assert folders == {A: "docs/wiki", B: "reading-list", C: "docs-bbbb0002"}


def test_a_database_keeps_its_folder_when_another_one_is_not_to_be_seen() -> None:
    known = root_folders({A: RootFolder("", "Wiki"), B: RootFolder("", "Wiki")}, {})
    assert len(set(known.values())) == 2
    assert root_folders({A: RootFolder("", "Wiki")}, known) == {A: known[A]}


def test_a_new_database_does_not_take_the_folder_of_one_that_is_not_asked_for_any_more() -> None:
    assert root_folders({A: RootFolder("", "Wiki")}, {B: "wiki"}) == {A: "wiki-aaaa0001"}


def test_a_folder_above_another_database_is_not_given_to_a_page() -> None:
    assert first_parts(["wiki", "docs/books"], ".") == {"wiki", "docs"}
    assert first_parts(["wiki", "docs/books"], "docs") == {"books"}
