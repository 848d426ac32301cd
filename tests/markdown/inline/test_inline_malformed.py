"""Whatever the API sends, rich text never stops a page."""

from __future__ import annotations

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.links import references

KEYS = [
    "type",
    "text",
    "content",
    "link",
    "url",
    "href",
    "plain_text",
    "annotations",
    "bold",
    "code",
    "color",
    "mention",
    "page",
    "database",
    "id",
    "equation",
    "expression",
    "user",
    "name",
    "date",
    "start",
    "end",
    "custom_emoji",
    "link_mention",
    "title",
    "template_mention",
]
words = st.sampled_from(
    [*KEYS, "", "a", "1" * 32, f"/{'2' * 32}#{'3' * 32}", "https://[", "\ud800"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
runs = st.dictionaries(st.sampled_from(KEYS), values, max_size=6)


@settings(max_examples=75, database=None, deadline=None)
@seed(1)
@given(st.lists(runs | values, max_size=3), st.sampled_from(list(Where)))
def test_json_of_any_shape_gives_text_that_can_be_stored(array: list[object], where: Where) -> None:
    assert isinstance(inline(array, Context(), where).encode(), bytes)
    assert all(len(pair) == 2 for pair in references(array))
