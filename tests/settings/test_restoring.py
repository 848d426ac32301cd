"""The settings of a restore: what each may be, and what they need of each other."""

from __future__ import annotations

import pytest

from backup.errors import ConfigError
from backup.settings import RestoreSettings

PAGE = "0123456789abcdef0123456789abcdef"
TOKENS = {"NOTION_TOKEN": "ntn_reads", "NOTION_RESTORE_TOKEN": "ntn_writes"}


def read(**environ: str) -> RestoreSettings:
    return RestoreSettings.read({}, {"RESTORE_PATH": "wiki", **environ})


def test_a_plan_needs_no_token() -> None:
    assert read().plans_only and read(DRY_RUN="true", **TOKENS, RESTORE_INTO=PAGE).plans_only


@pytest.mark.parametrize(
    ("into", "value"),
    [
        ("original", "original"),
        ("Original", "original"),
        (f"https://www.notion.so/team/Attic-{PAGE}?pvs=4", PAGE),
        ("01234567-89ab-cdef-0123-456789abcdef", PAGE),
    ],
)
def test_a_place_is_the_trash_or_a_page(into: str, value: str) -> None:
    assert read(**TOKENS, RESTORE_INTO=into).restoring.into == value


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"RESTORE_PATH": ""}, "RESTORE_PATH is missing"),
        ({"RESTORE_INTO": "attic"}, "write original, or the link of one page"),
        ({"RESTORE_INTO": "workspace"}, "write original, or the link of one page"),
        ({"RESTORE_INTO": f"{PAGE} {PAGE[::-1]}"}, "link of one page"),
        ({"RESTORE_INTO": PAGE}, "NOTION_RESTORE_TOKEN is missing"),
        ({"RESTORE_INTO": PAGE, "NOTION_RESTORE_TOKEN": "ntn_x"}, "NOTION_TOKEN is missing"),
        ({**TOKENS, "RESTORE_INTO": "original", "RESTORE_AT": "1a2b3c4"}, "RESTORE_AT"),
        ({"RESTORE_AT": "--output=/tmp/x"}, "write a commit"),
        ({"RESTORE_AT": "HEAD:secrets"}, "write a commit"),
        ({"RESTORE_AT": "a..b"}, "write a commit"),
        ({"RESTORE_PROOF": "maybe"}, "RESTORE_PROOF: write true or false"),
    ],
)
def test_a_mistake_is_reported_with_what_to_write(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(**wrong)
