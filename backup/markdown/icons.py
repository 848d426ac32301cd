"""Icons of pages, callouts and tabs: an emoji as it is, a stored picture, or nothing."""

from __future__ import annotations

from backup.json_values import mapping, word
from backup.markdown.context import Context, Where
from backup.markdown.inline import literal
from backup.markdown.inline.read import small_picture
from backup.model import Json


def icon(icon: Json, owner_id: str, context: Context, where: Where, size: int = 20) -> str:
    """What stands for an icon object in a line of text.

    `owner_id` is the block or page that has it, `size` its edge in pixels. Notion's own named icons
    are drawings that its API only names, so they show nothing.
    """
    kind = word(icon, "type")
    if kind == "emoji":
        return literal(word(icon, "emoji").strip(), where)
    if kind != "custom_emoji":
        return small_picture(f"{owner_id}/icon", "", context, size)
    custom = mapping(icon, "custom_emoji")
    name = f":{word(custom, 'name')}:" if word(custom, "name") else ""
    picture = small_picture(f"emoji/{word(custom, 'id')}", name, context, size)
    return picture or literal(name, where)
