"""Slugs: readable, the same however typed, and taken by every file system."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.slug import is_path, is_reserved, slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("How to: reset the router!", "how-to-reset-the-router"),
        ("  Überstraße 12  ", "überstraße-12"),
        ("日本語のページ", "日本語のページ"),
        ("हिन्दी", "हिन्दी"),
        ("snake_case_name", "snake_case_name"),
        ("_private_", "private"),
        ("a/b\\c?d*e:f|g<h>i\"j'k", "a-b-c-d-e-f-g-h-i-j-k"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf --no", "rf-no"),
        ("...hidden", "hidden"),
        ("100 % — sure", "100-sure"),
        ("🚀 Launch ❤️ day 🎉", "launch-day"),
        ("1️⃣ First", "1-first"),
        ("H₂O at 25 m²", "h₂o-at-25-m²"),
        ("line\nbreak\ttab\x00nul", "line-break-tab-nul"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen-and-zerowidth"),
        ("İstanbul", "i̇stanbul"),
        ("lone \ud800 surrogate", "lone-surrogate"),
    ],
)
def test_a_title_becomes_a_name_that_people_recognise(text: str, name: str) -> None:
    assert slug(text) == name


@pytest.mark.parametrize("text", ["", "   ", "🎉", "❤️", "...", "-_-", "\u0301", "\u3164", "👩‍💻"])
def test_nothing_is_left_of_text_without_letters(text: str) -> None:
    assert slug(text) == ""


def test_composed_and_decomposed_letters_give_one_name() -> None:
    assert slug("Cafe\u0301") == slug("Café") == "café"


def test_an_invisible_character_between_letter_and_mark_changes_nothing() -> None:
    assert slug("Cafe\u200d\u0301") == "café"


@pytest.mark.parametrize(
    "text", ["CON", "prn", "Aux", "NUL", "nul.", "COM1", "com0", "LPT9", "com¹", "LPT³", "(con)"]
)
def test_device_names_of_windows_are_guarded(text: str) -> None:
    assert slug(text).endswith("-x")
    assert not is_reserved(slug(text))


@pytest.mark.parametrize("text", ["Console", "com10", "community", "lpt", "auxiliary", "con 1"])
def test_names_that_only_resemble_a_device_stay(text: str) -> None:
    assert not slug(text).endswith("-x")


@pytest.mark.parametrize(
    "text", [".git", ".GIT", "git~1", "GIT~1", ".g\u200cit", "CONIN$", "conout$"]
)
def test_no_slug_is_a_folder_of_git_or_a_console(text: str) -> None:
    assert is_reserved(text)
    assert slug(text)
    assert not is_reserved(slug(text))


@pytest.mark.parametrize("name", ["nul.tar.gz", "CON.png", "con .txt", "aux. ", "com².md", ".git."])
def test_a_reserved_name_is_seen_behind_extensions_dots_and_spaces(name: str) -> None:
    assert is_reserved(name)


def test_a_mark_on_an_underscore_does_not_open_the_name() -> None:
    assert slug("_\u0301a") == "a"


def test_a_long_title_is_cut_to_eighty_bytes() -> None:
    assert slug("a" * 300) == "a" * 80
    assert slug("日" * 300) == "日" * 26


def test_the_cut_leaves_no_dash_behind() -> None:
    assert slug("a" * 79 + " bcd") == "a" * 79


def test_the_cut_does_not_take_the_mark_from_its_letter() -> None:
    assert slug("aaaaaaaक\u093f", limit=10) == "aaaaaaa"
    assert slug("x" + "\u0316" * 100, limit=9) == "x" + "\u0316" * 4


@given(st.text(), st.integers(8, 90))
def test_any_text_gives_a_safe_name(text: str, limit: int) -> None:
    name = slug(text, limit)
    assert len(name.encode()) <= limit
    assert name == unicodedata.normalize("NFC", name)
    assert not is_reserved(name)
    assert name == name.strip("-_. ")
    assert all(char in "-_" or unicodedata.category(char)[0] in "LMN" for char in name)
    assert slug(name, limit) == name


@pytest.mark.parametrize(
    "path", ["index.md", "wiki/tea/index.md", "größe & café/tee.md", ".docs/x", "wiki/a:b.txt", "🍵/" + "x" * 255]
)  # fmt: skip
def test_a_path_that_leads_down_from_the_folder_is_one(path: str) -> None:
    assert is_path(path)


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "/", "/etc/x", "a//b", "a/", "a/./b", "a/../b", "~/../x", "a\\b", "C:/x", "C:", "a\0b", "a\x7fb",
     "a\nb", "a/\x85b", "\ud800", ".git", "a/.GIT/b", ".git. ", ".g\u200dit", "git~1", ".gitignore", ".GitModules",
     ".gitattributes", ".github/x", "a/.gitea", ".forgejo", "x" * 256, "ü" * 128, "a/" * 500 + "b", "ü/" * 400 + "b"],
)  # fmt: skip
def test_no_other_path_is_one(path: str) -> None:
    assert not is_path(path)
