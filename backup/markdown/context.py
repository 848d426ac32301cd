"""What a renderer may know: frozen, replaced on the way down, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum

from backup.json_values import as_object, mapping, objects, short_digest
from backup.model import TEXT, Block, Files, Json, Target, Targets
from backup.settings.rendering import Rendering

RENDERER = "3"  # raised when the same page gives other Markdown: every page is written again then


class Where(Enum):
    """The place a rich text is written into: it decides what has to be escaped, and how to break."""

    BLOCK = "block"  # a paragraph of its own, also the first line of a quote
    ITEM = "item"  # the first line of a list item
    HEADING = "heading"  # one line after '## '
    CELL = "cell"  # one cell of a pipe table
    SUMMARY = "summary"  # HTML text inside <summary>, or any other HTML element


@dataclass(frozen=True, slots=True)
class Options:
    """Settings that change the Markdown; part of what makes a page 'changed'."""

    front_matter: str = "false"  # true · false · flat
    properties: str = "table"  # table · front-matter · both · none
    image_max_width: int = 800  # pixels
    image_style: str = "html"  # html · markdown

    @classmethod
    def of(cls, rendering: Rendering) -> Options:
        """From the settings."""
        return cls(**{each.name: getattr(rendering, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class Context:
    """Everything outside the page that its Markdown depends on.

    `path`: the page's own file below the output folder. `targets`: every page and database of the
    backup by its bare id. `files`: the page's files by their key (see model.File). `anchors`: bare
    ids of blocks that some link points to. `ancestors`: the page's parents, outermost first. `views`:
    for each child database that shows the rows of another one the id of that, '' when unknown.
    """

    path: str = TEXT
    page_id: str = ""
    targets: Targets = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    anchors: frozenset[str] = frozenset()
    ancestors: tuple[Target, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    options: Options = Options()
    toc: Mapping[str, str] = field(default_factory=dict)  # heading block id -> '#anchor'
    headings: tuple[Block, ...] = ()  # the page's headings that have a text, in reading order
    at_page_level: bool = True  # alerts are shown there only (markdown.md 5.4)
    in_item: bool = False  # somewhere below a list item: images are not centred there
    number: int = 1  # what a numbered list item is counted as


def render_key(schema: Json, options: Options) -> str:
    """A short name for everything besides the page itself that its Markdown depends on.

    The order of keys says nothing. Formula expressions are left out: Notion rewrites their text
    without any change (changelog of 2026-08-12), and the values say what they give.
    """
    columns = {name: _column(config) for name, config in schema.items() if isinstance(config, dict)}
    return short_digest([RENDERER, repr(options), columns])


def _column(config: Json) -> list[Json | str]:
    kind = str(config.get("type", ""))
    choices = objects(mapping(config, kind).get("options"))
    named = {str(each.get("id")): each.get("name") for each in choices}
    decisive = {key: mapping(config, kind).get(key) for key in _DECISIVE}
    return [str(config.get("id", "")), kind, named, {k: v for k, v in decisive.items() if v}]


def fits(properties: Json, schema: Json) -> bool:
    """Whether there is a value for each column, with its name, and names its options, as the schema does. Both
    are asked for at once: what was made or renamed in between is in one of them alone.

    Assumed: otherwise Notion gives the same columns and names in both (as in all recorded answers).
    """
    called = {as_object(value).get("id"): name for name, value in properties.items()}
    for name, config in schema.items():
        id_ = as_object(config).get("id")
        if id_ is not None and called.get(id_) != name:
            return False
        kind = str(as_object(config).get("type", ""))
        options = objects(mapping(config, kind).get("options"))
        names = {each.get("id"): each.get("name") for each in options}
        value = mapping(properties, name).get(kind) if names else None
        chosen = objects(value if isinstance(value, list) else [value])
        if any(names.get(each.get("id"), each.get("name")) != each.get("name") for each in chosen):
            return False
    return True


# What changes all values of a column though nobody edits a page: a ticket's prefix, what a rollup does.
_DECISIVE = ("prefix", "function", "rollup_property_id", "relation_property_id")
