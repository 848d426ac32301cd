"""Each block inside each container that Notion allows, to a depth of ten, on both hosts."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from backup.markdown.blocks import RENDERERS, flow
from backup.markdown.blocks.markup import stacked
from backup.markdown.lint import complaints
from backup.model import Json
from tests.oracles import gitea, github, visible
from tests.support.notion_shapes import block, context, numbered, tree

GOLDEN = Path(__file__).parent.parent / "golden" / "blocks"
DEEP = 10
Host = Callable[[str], str]
HOSTS: tuple[Host, ...] = (github, gitea)


def samples() -> dict[str, tuple[Json, Json]]:
    """A block of each type from the golden files, and its surroundings."""
    found: dict[str, tuple[Json, Json]] = {}
    for case in sorted(GOLDEN.glob("*.json")):
        loaded = json.loads(case.read_text(encoding="utf-8"))
        for raw in loaded["blocks"]:
            for type_ in {part.type for part in tree(raw).walk()} & RENDERERS.keys():
                if type_ == raw["type"]:
                    found.setdefault(type_, (raw, loaded.get("context", {})))
    return found


def _columns(child: Json) -> Json:
    return block("column_list", None, block("column", None, child), block("column", None))


def _tab(child: Json) -> Json:
    return block("tab", None, block("paragraph", "Tab", child, icon=None))


CONTAINERS: dict[str, Callable[[Json], Json]] = {
    "bulleted list item": lambda child: block("bulleted_list_item", "Item", child),
    "numbered list item": lambda child: block("numbered_list_item", "Item", child),
    "to-do": lambda child: block("to_do", "Item", child, checked=True),
    "toggle": lambda child: block("toggle", "Toggle", child),
    "toggle heading": lambda child: block("heading_2", "Head", child, is_toggleable=True),
    "quote": lambda child: block("quote", "Quote", child),
    "callout": lambda child: block("callout", "Callout", child, icon=None),
    "paragraph": lambda child: block("paragraph", "Paragraph", child),
    "columns": _columns,
    "synced block": lambda child: block("synced_block", None, child, synced_from=None),
    "tab": _tab,
    "template": lambda child: block("template", "Template", child),
}
SAMPLES = samples()


def markdown(raw: Json, around: Json) -> str:
    return stacked("# Title", flow((tree(numbered([raw])[0]),), context(around))) + "\n"


def text(source: str, host: Host) -> str:
    """What a reader sees. Boxes in a quote are text to GitHub's parser (see outline.py)."""
    seen = "".join(char.text for char in visible(host(source)) if not char.text.isspace())
    return seen.replace("[]", "").replace("[x]", "")


@cache
def wanted(type_: str, host: Host) -> str:
    """What is seen of a type's sample below page level, where there are no alerts."""
    raw, around = SAMPLES[type_]
    return text(markdown(CONTAINERS["toggle"](raw), around), host).removeprefix("TitleToggle")


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_block_shows_the_same_in_a_container(container: str) -> None:
    wrong = []
    for type_, (raw, around) in SAMPLES.items():
        source = markdown(CONTAINERS[container](raw), around)
        for host in HOSTS:
            seen = text(source, host)
            if not seen.endswith(wanted(type_, host)):
                wrong.append(f"{type_} on {host.__name__}: {seen!r}, not {wanted(type_, host)!r}")
        wrong += [f"{type_}: {complaint}" for complaint in complaints(source)]
    assert wrong == []


def test_ten_levels_of_a_container_show_what_is_in_the_innermost() -> None:
    wrong = []
    for container, wrap in CONTAINERS.items():
        raw: Any = block("code", "deep\n\n\tinside", language="c", caption=[])
        for _ in range(DEEP):
            raw = wrap(raw)
        source = markdown(raw, {})
        for host in HOSTS:
            html = host(source).replace(' class="language-c"', "")
            if "<code>deep\n\n\tinside\n</code>" not in html:
                wrong.append(f"{container} on {host.__name__}: {html}")
        wrong += [f"{container}: {complaint}" for complaint in complaints(source)]
    assert wrong == []


def test_a_hundred_levels_of_everything_are_no_error() -> None:
    """As deep as pages are read."""
    raw: Any = block("paragraph", "innermost")
    wraps = list(CONTAINERS.values())
    for level in range(100):
        raw = wraps[level % len(wraps)](raw)
    assert "innermost" in markdown(raw, {})


def test_every_block_type_is_put_into_every_container() -> None:
    inside_only = {"column"}  # nothing but a column list can hold one
    assert RENDERERS.keys() - SAMPLES.keys() == inside_only
