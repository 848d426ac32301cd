"""Whom to notify is known before the other settings are judged, and no mistake shows an address."""

from __future__ import annotations

import pytest

from backup.errors import ConfigError
from backup.settings import SETTINGS, Settings, contacts
from entrypoint import SECRETIVE

GOOD = {"NOTION_TOKEN": "ntn_x", "DATABASES": "38c9ce7b60a481568a11000000000001"}
KEY = "https://hooks.example/T0/key"
ADDRESSES = (
    "DISCORD_WEBHOOK_URL",
    "SLACK_WEBHOOK_URL",
    "NTFY_URL",
    "WEBHOOK_URL",
    "HEALTHCHECK_URL",
)


def test_they_are_known_whatever_is_wrong_with_the_rest() -> None:
    known = contacts({}, {"CONCURRENCY": "many", "WEBHOOK_URL": KEY}, "HEALTHCHECK_URL=http://h/x")
    assert (known.given["WEBHOOK_URL"], known.given["HEALTHCHECK_URL"]) == (KEY, "http://h/x")
    assert known.given["NTFY_URL"] == "" and known.given["DISCORD_LEVEL"] == "always"
    assert KEY in [secret.reveal() for secret in known.secrets]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "value", ["hooks.example/T0/key", "ftp://x/key", "https:///key", "https://[key", f"{KEY} {KEY}"]
)
def test_an_address_that_is_none_is_named_and_not_shown(name: str, value: str) -> None:
    assert contacts({}, {name: value}).given[name] == ""
    with pytest.raises(ConfigError) as caught:
        Settings.read({}, {**GOOD, name: value})
    assert str(caught.value).startswith(f"{name}: write a full URL")
    assert "key" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["hooks.example/key", "ntfys://", "ntfy:// a/key", "a,b://key x"])
def test_an_address_of_a_chat_that_is_none_is_named_by_its_line_and_not_shown(wrong: str) -> None:
    lines = f"ntfys://ntfy.sh/a\n\n{wrong}"
    with pytest.raises(ConfigError) as caught:
        Settings.read({}, {**GOOD, "NOTIFY_URLS": lines})
    assert str(caught.value).startswith("NOTIFY_URLS: line 2 is not an address like ntfys://")
    assert "key" not in str(caught.value)


def test_the_chats_stand_on_lines_of_their_own() -> None:
    given = contacts(
        {}, {"NOTIFY_URLS": " ntfys://ntfy.sh/a \n\nslack://a/b/c\n", "NOTIFY_LEVEL": "1"}
    ).given
    assert given["NOTIFY_URLS"] == "ntfys://ntfy.sh/a\nslack://a/b/c"
    assert given["NOTIFY_LEVEL"] == "errors"


def test_their_values_never_show_by_themselves() -> None:
    assert KEY not in repr(contacts({}, {"WEBHOOK_URL": KEY}))
    assert KEY not in repr(Settings.read({}, {**GOOD, "WEBHOOK_URL": KEY}))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("0", "never"), ("1", "errors"), ("2", "always"), ("", "always"), ("Never", "never")],
)
def test_the_level_for_discord_has_numbers_and_words(written: str, meant: str) -> None:
    assert contacts({}, {"DISCORD_LEVEL": written}).given["DISCORD_LEVEL"] == meant


def test_a_wrong_level_is_reported_with_the_right_ones() -> None:
    with pytest.raises(ConfigError, match="DISCORD_LEVEL: write never or errors or always"):
        Settings.read({}, {**GOOD, "DISCORD_LEVEL": "3"})


def test_a_token_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(ConfigError, match="NTFY_TOKEN: contains spaces"):
        Settings.read({}, {**GOOD, "NTFY_TOKEN": "tk a\r\nb"})


def test_no_secret_setting_is_passed_to_what_installs_the_packages() -> None:
    secret = [setting.name for setting in SETTINGS if setting.secret]
    assert [name for name in secret if not any(word in name for word in SECRETIVE)] == []
