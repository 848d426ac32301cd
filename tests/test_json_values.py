"""Values out of JSON that may hold anything anywhere."""

from __future__ import annotations

import pytest

from backup import exact_json
from backup.json_values import (
    as_list,
    as_object,
    mapping,
    objects,
    objects_within,
    short_digest,
    word,
)

ODD = [None, True, 0, 1.5, "text", [], ["a"], {}, {"a": 1}]


@pytest.mark.parametrize("value", ODD)
def test_what_is_of_another_kind_counts_as_absent(value: object) -> None:
    assert as_object(value) == (value if isinstance(value, dict) else {})
    assert as_list(value) == (value if isinstance(value, list) else [])
    assert (objects(value), mapping(value, "b"), word(value, "b")) == ([], {}, "")
    assert mapping({"b": value}, "b") == as_object(value)
    assert word({"b": value}, "b") == (value if isinstance(value, str) else "")


def test_of_a_list_only_the_objects_are_taken() -> None:
    assert objects([*ODD, {"b": []}]) == [{}, {"a": 1}, {"b": []}]


def test_objects_are_found_wherever_they_lie_in_reading_order() -> None:
    value = [{"n": 1, "in": [[{"n": 2}], {"n": 3, "in": {"n": 4}}]}, "text", {"n": 5}]
    assert [each["n"] for each in objects_within(value)] == [1, 2, 3, 4, 5]
    deep: object = {"n": 1}
    for _ in range(5000):
        deep = [deep]
    assert list(objects_within(deep)) == [{"n": 1}]


def test_a_short_name_is_always_the_same_and_knows_every_number() -> None:
    assert short_digest([True, [["é", [1, 2.5, None]]]]) == "9ea9a78575ef"
    numbers = map(exact_json.loads, ("1.10", "1.1", "1e999", "2e999", "-0", "0"))
    assert len({short_digest([each]) for each in numbers}) == 6
