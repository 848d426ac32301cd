"""Icons of pages, callouts and tabs: an emoji as it is, a stored image, or what says the same."""

from __future__ import annotations

from backup.json_values import mapping, word
from backup.markdown.context import Context, Where
from backup.markdown.inline import literal
from backup.markdown.inline.read import small_image
from backup.model import Json, emoji

DATABASE, PAGE = "🗂️", "📄"  # of those that have none
# Notion's own icons have names, of which only the first word counts here ('info-alternate').
# Assumed: their names are those of the drawings; one that is not here is given by its name in a callout.
_NATIVE = {
    **dict.fromkeys(("warning", "caution"), "⚠️"),
    **dict.fromkeys(("info", "information"), "ℹ️"),
    **dict.fromkeys(("light", "lightbulb", "idea"), "💡"),
    **dict.fromkeys(("check", "checkmark", "done"), "✅"),
    **dict.fromkeys(("error", "close", "cross"), "❌"),
    **dict.fromkeys(("alert", "exclamation"), "❗"),
    **dict.fromkeys(("question", "help"), "❓"),
    **dict.fromkeys(("pin", "thumbtack"), "📌"),
    **dict.fromkeys(("note", "document"), "📝"),
    **dict.fromkeys(("stop", "blocked"), "🛑"),
    "star": "⭐",
    "heart": "❤️",
    "fire": "🔥",
    "flag": "🚩",
    "bell": "🔔",
    "key": "🔑",
    "lock": "🔒",
    "book": "📖",
    "calendar": "📅",
    "clock": "🕒",
    "home": "🏠",
    "mail": "✉️",
    "phone": "📞",
    "target": "🎯",
    "rocket": "🚀",
    "gear": "⚙️",
    "tag": "🏷️",
    "pizza": "🍕",
}


def character(icon: Json) -> str:
    """An icon as an emoji: the one that it is, or one that means the same; '' for every other icon."""
    if own := emoji(icon):
        return own.strip()
    return _NATIVE.get(native_name(icon).lower().replace("_", "-").partition("-")[0], "")


def native_name(icon: Json) -> str:
    """What Notion calls an icon of its own; '' for every other icon."""
    return word(mapping(icon, "icon"), "name") if word(icon, "type") == "icon" else ""


def icon(icon: Json, owner_id: str, context: Context, where: Where, size: int = 20) -> str:
    """What stands for an icon object in a line of text.

    `owner_id` is the block or page that has it, `size` its edge in pixels. Notion's own icons are
    drawings that its API only names: they show an emoji of the same meaning, or nothing.
    """
    kind = word(icon, "type")
    if kind in ("emoji", "icon"):
        return literal(character(icon), where)
    if kind != "custom_emoji":
        return small_image(f"{owner_id}/icon", "", context, size)
    custom = mapping(icon, "custom_emoji")
    name = f":{word(custom, 'name')}:" if word(custom, "name") else ""
    image = small_image(f"emoji/{word(custom, 'id')}", name, context, size)
    return image or literal(name, where)
