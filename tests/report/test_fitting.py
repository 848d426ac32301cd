"""Texts and lists are cut to a limit, to the last unit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backup.report.fitting import cut, units, within


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_fits_and_is_as_long_as_it_can_be(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert units(short) <= limit
    if short != text:
        assert units(text) > limit
        assert short == "" or text.startswith(short[:-1])
        assert not short or units(text[: len(short)] + "…") > limit


@given(st.lists(st.text(max_size=9), max_size=20), st.integers(0, 60), st.integers(0, 30))
def test_lines_fit_whole_and_the_rest_is_counted(lines: list[str], limit: int, more: int) -> None:
    said = within(lines, limit, count=len(lines) + more if more else 0)
    assert units(said) <= limit
    every = "\n".join(lines)
    if not more and units(every) <= limit:
        assert said == every
    elif said:
        kept, _, last = said.rpartition("\n")
        number = int(last.split()[2])
        assert kept == "\n".join(lines[: len(lines) + more - number])
