"""The settings that shape the Markdown: whoever renders a page needs all of them, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from backup.settings.parsers import one_of, switch, whole_number
from backup.settings.setting import setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendering:
    """How a page is written."""

    front_matter: bool = setting(
        "FRONT_MATTER",
        "true",
        "Start each page with front matter: title, id, URL and times.",
        switch,
    )
    properties: str = setting(
        "PROPERTIES",
        "table",
        "Where to put a row's properties: `table` under the title, `front-matter` for site "
        "generators, `both` or `none`.",
        one_of("table", "front-matter", "both", "none"),
    )
    image_style: str = setting(
        "IMAGE_STYLE",
        "html",
        "`html`: images are centred and limited in width; `markdown`: plain Markdown images.",
        one_of("html", "markdown"),
    )
    image_max_width: int = setting(
        "IMAGE_MAX_WIDTH",
        "800",
        "Show wider images at this width (pixels).",
        whole_number(50, 10_000),
    )
