"""Values out of JSON that may hold anything anywhere."""

from __future__ import annotations

import pytest

from backup.json_values import as_list, as_object, mapping, objects, objects_within, word

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
