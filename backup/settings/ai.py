"""The settings of AI naming, which count only when it is switched on."""

from __future__ import annotations

from dataclasses import dataclass

from backup.settings.parsers import Secret, base_address, price, secret, switch, whole_number
from backup.settings.setting import Reader, Setting, setting

ENABLED = Setting(
    "AI_NAMING_ENABLED",
    "Let a model look at new pictures and add what they show to their file names.",
    switch,
    default="false",
)
_API = "https://api.anthropic.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class AiNaming:
    """Who is asked what a picture shows. `max_px` is the longest edge that is sent, in pixels; the
    prices are for a million tokens, None when they are not given."""

    key: Secret = setting(
        "AI_API_KEY",
        "The key for the model's API.",
        secret,
        required="write the key of your account at the service that AI_API_URL names.",
        secret=True,
    )
    url: str = setting(
        "AI_API_URL",
        "Any server of the Messages API: Anthropic, OpenRouter (https://openrouter.ai/api), your own.",
        base_address(_API),
        default=_API,
    )
    model: str = setting(
        "AI_MODEL", "The model that looks at the pictures.", str, default="claude-haiku-4-5"
    )
    max_px: int = setting(
        "AI_MAX_PX",
        "Larger pictures are scaled down to this edge before they are sent (pixels), if Python has "
        "Pillow; without it they are sent as they are, or left out when the API would refuse them.",
        whole_number(64, 8_000),
        default="1024",
    )
    price_in: float | None = setting(
        "AI_PRICE_IN", "Price of a million input tokens, so that the report says the cost.", price
    )
    price_out: float | None = setting("AI_PRICE_OUT", "Price of a million output tokens.", price)


def ai_naming(reader: Reader) -> AiNaming | None:
    """None when it is off: a mistake in the other settings then does no harm."""
    return reader.values(AiNaming) if reader.value(ENABLED) else None
