"""Secrets are blotted out in whatever form they turn up."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from backup.report.redaction import redacted
from tests.report.hostile import titled

HOOK = "https://discord.com/api/webhooks/123/abc%20DEF"
TOKEN = "ntn_a+b/c=d"


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"x{TOKEN}y",
        "ntn_a%2Bb%2Fc%3Dd",
        HOOK,
        "Max retries exceeded with url: /api/webhooks/123/abc%20DEF (Caused by",
        "https%3A%2F%2Fdiscord.com%2Fapi%2Fwebhooks%2F123%2Fabc%2520DEF",
    ],
)
def test_every_form_of_a_secret_goes(text: str) -> None:
    said = redacted(text, (TOKEN, HOOK))
    assert "***" in said and "abc" not in said and "ntn_a" not in said


def test_what_only_begins_like_a_token_stays() -> None:
    for text in ("secret_santa_list_of_everybody_in_the_office", "ntn_short", "my_ghs_notes"):
        assert redacted(text) == text


def test_a_secret_inside_another_leaves_no_rest() -> None:
    assert redacted("abcdefgh", ("abcdef", "abcdefgh")) == "***"


def test_each_line_of_a_secret_is_one() -> None:
    assert redacted("x second line y", ("first line\nsecond line",)) == "x *** y"


def test_a_key_in_an_address_is_a_secret_by_itself_but_a_word_is_none() -> None:
    hooks = (
        "https://a.example/hooks/9f8e7d6c5B4a39281706/x",
        "https://b.example/notion-backup-wiki",
    )
    assert redacted("9f8e7d6c5B4a39281706 9f8e7d6c5b4a39281706", hooks) == "*** ***"
    assert redacted("acme/notion-backup-wiki", hooks) == "acme/notion-backup-wiki"


def test_what_is_too_short_to_be_a_secret_spoils_no_text() -> None:
    assert redacted("a banana", ("a", "", "an")) == "a banana"


@pytest.mark.parametrize(
    "name",
    ["X-Amz-Signature", "X-Amz-Security-Token", "X-Goog-Signature", "Signature", "sig", "token"],
)
def test_signatures_of_addresses_go(name: str) -> None:
    said = redacted(f"see https://s3.example/a.png?x=1&{name}=4f5e6d&y=2.")
    assert "4f5e6d" not in said and "https://s3.example/a.png?x=1&" in said


def texts(value: Any) -> list[str]:
    """Every text in a report."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for each in value for text in texts(each)]
    if is_dataclass(value):
        return [text for each in fields(value) for text in texts(getattr(value, each.name))]
    return []


def test_a_report_loses_its_secrets_everywhere() -> None:
    report = titled(f"a {TOKEN} b", HOOK)
    before, after = texts(report), texts(report.redacted((TOKEN, HOOK)))
    assert len(after) == len(before) and any(TOKEN in text for text in before)
    assert [text for text in after if TOKEN in text or HOOK in text] == []


@pytest.mark.parametrize(
    "address", ["tgram://{}/-1001", "ntfys://{}@ntfy.sh/topic", "slack://x/{}"]
)
def test_a_key_in_the_address_of_a_chat_goes_also_alone(address: str) -> None:
    key = "123456789:AAabcdef"
    settings = f"json://host.example/a\n{address.format(key)}"
    assert redacted(f"said {key}; host.example", (settings,)) == "said ***; host.example"
