"""The settings of AI naming, which count only when it is switched on."""

from __future__ import annotations

from dataclasses import dataclass

from backup.settings.parsers import Secret, base_address, price, secret, switch, whole_number
from backup.settings.setting import Setting, SettingReader, setting

ENABLED = Setting(
    "AI_NAMING_ENABLED",
    "false",
    "Let an AI model look at new images and add a description to their file names.",
    switch,
)
_API = "https://api.anthropic.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class AiNaming:
    """Who is asked what an image shows. `max_px` is the longest edge that is sent, in pixels; the
    prices are for a million tokens, None when they are not given."""

    key: Secret = setting(
        "AI_API_KEY",
        "",
        "The API key for AI naming.",
        secret,
        required="write the key of your account at the service that AI_API_URL names.",
        secret=True,
    )
    url: str = setting(
        "AI_API_URL",
        _API,
        "Any server with the Messages API: Anthropic, OpenRouter "
        "(https://openrouter.ai/api), your own.",
        base_address(_API),
    )
    model: str = setting(
        "AI_MODEL", "claude-haiku-4-5", "The model that describes the images.", str
    )
    max_px: int = setting(
        "AI_MAX_PX",
        "1024",
        "Scale larger images down to this size (pixels, longer edge) before sending, if "
        "Pillow is installed. Without Pillow they are sent unchanged, or skipped if too "
        "large for the API.",
        whole_number(64, 8_000),
    )
    price_in: float | None = setting(
        "AI_PRICE_IN",
        "",
        "Price per million input tokens, to report the cost.",
        price,
    )
    price_out: float | None = setting("AI_PRICE_OUT", "", "Price per million output tokens.", price)


def ai_naming(reader: SettingReader) -> AiNaming | None:
    """None when it is off: a mistake in the other settings then does no harm."""
    return reader.values(AiNaming) if reader.value(ENABLED) else None
