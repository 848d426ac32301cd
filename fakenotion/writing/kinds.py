"""Which blocks a request may make, and what each may hold under its type's key.

What is missing here cannot be made through the API: child pages and databases have endpoints of
their own; buttons, forms, meeting notes, link previews and unsupported blocks have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ANY = "any"  # every block that may stand on a page
COLUMN_LIST, TABLE, TAB = "column_list", "table", "tab"
_TEXT = {"rich_text": "rich"}
_COLORED = {**_TEXT, "color": "color"}
_MEDIA = {"caption": "rich", "external": "object", "file_upload": "object", "type": "text"}


@dataclass(frozen=True)
class Kind:
    """What a block of one type may hold: `fields` by name with how each is read, `needed` among
    them, and which `children` it takes: none (''), ANY, or blocks of that one type."""

    fields: Mapping[str, str]
    children: str = ""
    needed: tuple[str, ...] = ()


_HEADING = Kind({**_COLORED, "is_toggleable": "truth"}, ANY, ("rich_text",))
KINDS: Mapping[str, Kind] = {
    "embed": Kind({"url": "web", "file_upload": "object", "caption": "rich"}),
    "bookmark": Kind({"url": "web", "caption": "rich"}, "", ("url",)),
    "image": Kind(_MEDIA),
    "video": Kind(_MEDIA),
    "pdf": Kind(_MEDIA),
    "file": Kind({**_MEDIA, "name": "text"}),
    "audio": Kind(_MEDIA),
    "code": Kind(
        {**_TEXT, "language": "language", "caption": "rich"}, "", ("rich_text", "language")
    ),
    "equation": Kind({"expression": "expression"}, "", ("expression",)),
    "divider": Kind({}),
    "breadcrumb": Kind({}),
    "table_of_contents": Kind({"color": "color"}),
    "link_to_page": Kind(
        {"type": "text", "page_id": "text", "database_id": "text", "comment_id": "text"}
    ),
    "table_row": Kind({"cells": "cells"}, "", ("cells",)),
    "table": Kind(
        {"table_width": "number", "has_column_header": "truth", "has_row_header": "truth"},
        "table_row",
        ("table_width", "children"),
    ),
    "column_list": Kind({}, "column", ("children",)),
    "column": Kind({"width_ratio": "number"}, ANY, ("children",)),
    "tab": Kind({}, "paragraph", ("children",)),
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "heading_4": _HEADING,
    "paragraph": Kind({**_COLORED, "icon": "icon"}, ANY, ("rich_text",)),
    "bulleted_list_item": Kind(_COLORED, ANY, ("rich_text",)),
    "numbered_list_item": Kind(_COLORED, ANY, ("rich_text",)),
    "quote": Kind(_COLORED, ANY, ("rich_text",)),
    "to_do": Kind({**_COLORED, "checked": "truth"}, ANY, ("rich_text",)),
    "toggle": Kind(_COLORED, ANY, ("rich_text",)),
    "template": Kind(_TEXT, ANY, ("rich_text",)),
    "callout": Kind({**_COLORED, "icon": "icon"}, ANY, ("rich_text",)),
    "synced_block": Kind({"synced_from": "object?"}, ANY),
}
ONLY_INSIDE = {"column": COLUMN_LIST, "table_row": TABLE}  # what stands in one type of block alone

_WORDS = """abap abc agda arduino assembly bash basic bnf c c# c++ clojure coffeescript coq css dart
dhall diff docker ebnf elixir elm erlang f# flow fortran gherkin glsl go graphql groovy haskell hcl
html idris java javascript json julia kotlin latex less lisp livescript lua makefile markdown markup
matlab mathematica mermaid nix objective-c ocaml pascal perl php powershell prolog protobuf
purescript python r racket reason ruby rust sass scala scheme scss shell smalltalk solidity sql swift
toml typescript vb.net verilog vhdl webassembly xml yaml java/c/c++/c#"""
LANGUAGES = (
    *_WORDS.split(),
    *("ascii art", "llvm ir", "notion formula", "plain text", "visual basic"),
)
