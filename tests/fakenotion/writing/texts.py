"""Short names for what requests hold."""

from __future__ import annotations

from typing import Any


def text(content: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"content": content}, **more}


def block(type_: str, content: str | None = None, **data: Any) -> dict[str, Any]:
    rich = {} if content is None else {"rich_text": [text(content)]}
    return {"object": "block", "type": type_, type_: {**rich, **data}}


def paragraph(content: str = "x", *children: Any) -> dict[str, Any]:
    more = {"children": list(children)} if children else {}
    return block("paragraph", content, **more)


def below(id_: str) -> dict[str, Any]:
    return {"parent": {"type": "page_id", "page_id": id_}}


def titled(title: str, name: str = "title") -> dict[str, Any]:
    return {name: {"title": [text(title)]}}
