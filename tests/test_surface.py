"""What users rely on is what it was: commands, settings, inputs, outputs, exit codes.

surface.json is the list. A change here is one that workflows out there notice: change the list only
when you mean that, and say so in CHANGELOG.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from backup import errors
from backup.__main__ import _parser
from backup.commands import COMMANDS
from backup.settings import SETTINGS

ROOT = Path(__file__).parents[1]
EXPECTED: dict[str, Any] = json.loads((ROOT / "tests/surface.json").read_text("utf-8"))


def today() -> dict[str, Any]:
    """The same of this program."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    exits = (ROOT / "README.md").read_text("utf-8").partition("## Exit codes")[2].partition("##")[0]
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    return {
        "commands": sorted(COMMANDS),
        "flags": sorted(
            f"{option} {action.metavar or ''}".strip()
            for action in _parser()._actions
            for option in action.option_strings
        ),
        "settings": [
            f"{each.name}={each.default}{' (secret)' if each.secret else ''}" for each in SETTINGS
        ],
        "inputs": list(action["inputs"]),
        "outputs": list(action["outputs"]),
        "exit codes": re.findall(r"(?m)^\| ([\d, ]+) \|", exits),
        "errors that are the user's": sorted(
            each.__name__
            for each in kinds
            if issubclass(each, errors.BackupError) and each.exit_code == 2
        ),
    }


@pytest.mark.parametrize("what", EXPECTED)
def test_it_is_what_it_was(what: str) -> None:
    assert today()[what] == EXPECTED[what]


def test_the_list_is_complete() -> None:
    assert today().keys() == EXPECTED.keys()
