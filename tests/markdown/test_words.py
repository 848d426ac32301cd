"""Small texts: languages of code, dates, sizes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backup.markdown.blocks.code import fence_word
from backup.markdown.dates import moment, span
from backup.markdown.media import human_size

LANGUAGES = Path(__file__).parents[3] / "shared" / "reference" / "lang-map.json"


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("python", "python"),
        ("C++", "cpp"),
        ("plain text", ""),
        ("llvm ir", "llvm"),
        ("java/c/c++/c#", "java"),
        ("Brand New", "brand"),
        ("a,b", ""),
        ("{x}", ""),
        ("", ""),
    ],
)
def test_a_language_becomes_the_word_that_both_hosts_know(language: str, word: str) -> None:
    assert fence_word(language) == word


def test_the_whole_map_of_the_reference_holds() -> None:
    if not LANGUAGES.exists():
        pytest.skip(f"no {LANGUAGES.name} beside this repository")
    languages = json.loads(LANGUAGES.read_text(encoding="utf-8"))
    assert {name: fence_word(name) for name in languages} == languages


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-07-25", "2026-07-25"),
        ("2026-07-25T16:57:00.000+02:00", "2026-07-25 16:57 +02:00"),
        ("2026-07-25T16:57:09.000Z", "2026-07-25 16:57:09 UTC"),
        ("2026-07-25T16:57:00.000", "2026-07-25 16:57"),
        ("soon", "soon"),
    ],
)
def test_a_moment_is_shown_as_given_without_what_says_nothing(given: str, shown: str) -> None:
    assert moment(given) == shown


def test_a_span_has_both_ends_and_the_zone() -> None:
    date = {"start": "2026-01-01T10:00", "end": "2026-01-02T11:00", "time_zone": "Asia/Tokyo"}
    assert span(date) == "2026-01-01 10:00 → 2026-01-02 11:00 (Asia/Tokyo)"
    assert span({"start": None, "end": None, "time_zone": "Asia/Tokyo"}) == ""
    assert span(None) == ""


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1234567, "1.2 MB"),
        (999_949, "999.9 kB"),
        (999_950, "1 MB"),
        (5_000_000_000, "5 GB"),
    ],
)
def test_a_size_is_shown_in_the_unit_a_person_would_use(size: int, shown: str) -> None:
    assert human_size(size) == shown
