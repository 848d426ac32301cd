"""Rich text as Notion keeps it: neighbours that look the same become one run, however long it gets."""

from __future__ import annotations

from typing import Any


def merged(value: Any) -> Any:
    """A copy of JSON in which every rich text has its runs merged (recorded: texts of 2,000 and 1
    characters came back as one run of 2,001)."""
    if isinstance(value, dict):
        return {key: merged(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    made: list[Any] = []
    for item in map(merged, value):
        if made and _alike(made[-1], item):
            content = made[-1]["text"]["content"] + item["text"]["content"]
            made[-1]["text"]["content"] = made[-1]["plain_text"] = content
        else:
            made.append(item)
    return made


def _alike(one: Any, other: Any) -> bool:
    """Whether two neighbours are runs of text that differ in nothing but their words."""
    runs = isinstance(one, dict) and isinstance(other, dict)
    if not runs or one.get("type") != "text" or other.get("type") != "text":
        return False
    look = _look(one)
    return look is not None and look == _look(other)


def _look(run: Any) -> Any:
    """All of a run but its words; None for what only looks like one."""
    text = run.get("text")
    if not isinstance(text, dict) or not isinstance(text.get("content"), str):
        return None
    if run.get("plain_text") != text["content"]:
        return None
    return text.get("link"), run.get("annotations"), run.get("href")
