"""Numbers go through the program as they came, whatever Python would make of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup import exact_json
from backup.exact_json import Exact

NUMBERS = (
    *("0", "-0", "7", "1.0", "1.10", "0.1", "1e5", "1E+2", "-0.0", "1e999", "2.50"),
    *("12345678901234567", "0.12345678901234567", "12345678901234567890", "1234567890.1234567890"),
    "9" * 5000,
)


@pytest.mark.parametrize("digits", NUMBERS, ids=lambda digits: digits[:24])
def test_a_number_is_written_as_it_came(digits: str) -> None:
    line = f'{{"a":[{digits},"{digits}"]}}'
    assert exact_json.dumps(exact_json.loads(line)) == line


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)
def test_every_number_is_written_as_it_came(digits: str) -> None:
    assert exact_json.dumps(exact_json.loads(digits)) == digits


def test_a_text_that_looks_like_a_number_on_its_way_stays_a_text() -> None:
    texts = ["\0=1.10", "\0\0=1.10", '"\0=1.10', "\\u0000=1.10"]
    value = [Exact("1.10"), *texts, Exact("2.50")]
    assert exact_json.loads(exact_json.dumps(value)) == value


def test_many_values_are_written_as_each_alone() -> None:
    values = [{"b": 1, "a": ["\0"]}, ["\0", "\0", "\0"], [Exact("1.10"), "\0=1.10"], {}, []]
    for some in (values, values[2:], [["\0", 1]], []):
        assert exact_json.dumps_each(some) == [exact_json.dumps(each) for each in some]


def test_a_number_that_python_writes_alike_is_an_ordinary_one() -> None:
    assert exact_json.loads("[1.5,2,-3]") == [1.5, 2, -3]
    assert float(exact_json.loads("1.10")) == 1.1


def test_a_constant_that_json_does_not_have_is_null() -> None:
    assert exact_json.loads("[NaN,Infinity]") == [None, None]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(("results", "object", "id", "[{", '"')), inside, max_size=3
        )
    ),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.sampled_from(("id", "results", "object")), _VALUES, max_size=3)


@given(st.lists(_OBJECTS | _VALUES, max_size=4), _OBJECTS, st.sampled_from((None, 1)))
def test_a_list_says_where_each_of_its_results_begins(
    results: list[object], rest: dict[str, object], indent: int | None
) -> None:
    text = json.dumps({"object": "list", "results": results, **rest}, indent=indent)
    found, starts = exact_json.loads_list(text)
    assert found == exact_json.loads(text)
    assert [exact_json.load_at(text, start) for start in starts] in ([], found["results"])


def test_a_list_of_notions_says_it() -> None:
    text = '{"object":"list","results":[{"id":"a","n":1.10}, {"id":"b"} ],"has_more":false}'
    found, starts = exact_json.loads_list(text.replace(" ]", "]"))
    assert (found["has_more"], len(starts)) == (False, 2)
    assert exact_json.load_at(text, starts[0]) == {"id": "a", "n": Exact("1.10")}


@pytest.mark.parametrize("end", ("", ",]}", "]", '],"results":[]}', " {}]}"))
def test_what_is_not_a_list_is_read_as_it_is(end: str) -> None:
    text = '{"object":"list","results":[{"id":"a"}' + end
    try:
        plain: object = exact_json.loads(text)
    except ValueError:
        with pytest.raises(ValueError):
            exact_json.loads_list(text)
    else:
        assert exact_json.loads_list(text) == (plain, [])
