"""The settings that change the Markdown: whoever renders a page needs all of them, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from backup.settings.parsers import one_of, shown, switch, whole_number
from backup.settings.setting import setting


def _front_matter(text: str) -> str:
    """'true', 'false' or 'flat'; the first two in all words that people use for them."""
    try:
        return text.lower() if text.lower() == "flat" else str(switch(text)).lower()
    except ValueError:
        raise ValueError(f"write true or false or flat, not {shown(text)}.") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendering:
    """How a page is written."""

    front_matter: str = setting(
        "FRONT_MATTER",
        "false",
        "`true`: start each page with front matter: title, id, URL and times; `flat`: with each "
        "property as a key of its own, too, for Hugo, Obsidian or Docusaurus.",
        _front_matter,
    )
    properties: str = setting(
        "PROPERTIES",
        "table",
        "Where to put a row's properties: `table` under the title, `front-matter` (if the page has "
        "one), `both` or `none`.",
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

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was asked for and cannot be."""
        if self.properties == "front-matter" and self.front_matter == "false":
            return (_NO_FRONT_MATTER,)
        return ()


_NO_FRONT_MATTER = (
    "PROPERTIES says front-matter, but pages have none: properties stay in the table under the title. "
    "Set FRONT_MATTER=true."
)
