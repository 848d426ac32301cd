"""The settings of AI naming, which count only when it is switched on."""

from __future__ import annotations

from dataclasses import dataclass

from backup.settings.reader import Reader, Secret

_GET_A_KEY = "write the key of your account at the service that AI_API_URL names."


@dataclass(frozen=True, kw_only=True, slots=True)
class AiNaming:
    """Who is asked what a picture shows. `max_px` is the longest edge that is sent, in pixels; the
    prices are for a million tokens, None when they are not given."""

    key: Secret
    url: str
    model: str
    max_px: int
    price_in: float | None
    price_out: float | None


def ai_naming(reader: Reader) -> AiNaming | None:
    """None when it is off: a mistake in the other settings then does no harm."""
    if not reader.switch("AI_NAMING_ENABLED"):
        return None
    return AiNaming(
        key=reader.required_secret("AI_API_KEY", _GET_A_KEY),
        url=reader.base_address("AI_API_URL"),
        model=reader.text("AI_MODEL"),
        max_px=reader.whole_number("AI_MAX_PX", 64, 8_000),
        price_in=reader.price("AI_PRICE_IN"),
        price_out=reader.price("AI_PRICE_OUT"),
    )
