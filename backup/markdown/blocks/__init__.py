"""Blocks as Markdown: one module a family, one function a type.

Importing the package fills the table in `register`; the families are named here, so that tools and
people can follow. A family stays a module of its own, however small: its name is where people look.
"""

from __future__ import annotations

from backup.markdown.blocks import (
    code,
    lists,
    media,
    meetings,
    quotes,
    structure,
    tables,
    text,
    toggles,
    unsupported,
)
from backup.markdown.blocks.flow import flow
from backup.markdown.blocks.register import RENDERERS

__all__ = [
    "RENDERERS",
    "code",
    "flow",
    "lists",
    "media",
    "meetings",
    "quotes",
    "structure",
    "tables",
    "text",
    "toggles",
    "unsupported",
]
