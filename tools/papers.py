"""Writes what SETTINGS says into the papers: action.yml, docs/settings.md and .env.example.

    python -m tools.papers        (make readme)

The settings are declared in backup/settings alone. The lines between `<name>: generated` and
`<name>: end` belong to this program, and .env.example as a whole; all else belongs to people.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import yaml

from backup.restore.losses import Loss
from backup.settings import SETTINGS, Setting

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "Name or path of the Python to use, 3.10 or newer. Default: the first that is found."
EXAMPLES = {
    "NOTION_TOKEN": "ntn_the_secret_of_your_integration",
    "DATABASES": '"\nwiki = https://www.notion.so/team/How-we-work-0123456789abcdef0123456789abcdef\n"',
    "DBn_NOTION_ID": "https://www.notion.so/team/Books-00112233445566778899aabbccddeeff",
    "DBn_LABEL": "Reading list",
    "DBn_PATH": "books/reading-list",
    "DBn_GIT_REPO": "team/library",
    "RESTORE_PATH": "wiki/how-we-work",
    "RESTORE_INTO": "https://www.notion.so/your-team/Attic-ffeeddccbbaa99887766554433221100",
    "RESTORE_AT": "1a2b3c4",
    "NOTION_RESTORE_TOKEN": "ntn_the_secret_of_an_integration_that_may_insert_content",
    "NOTIFY_URLS": '"\nntfys://ntfy.sh/your-topic\nslack://token_a/token_b/token_c\n"',
    "GIT_TOKEN": "the_token_of_somebody_who_may_push",
    "BRANCH": "main",
    "COMMIT_MESSAGE": '"Notion: {counts}\n\n{titles}"',
    "COMMIT_AUTHOR": "Notion backup <backup@example.com>",
    "AI_API_KEY": "the_key_of_your_account",
    "AI_PRICE_IN": "1.00",
    "AI_PRICE_OUT": "5.00",
    "CONFIG": '"\nCONCURRENCY=4\nFRONT_MATTER=true\n"',
}


def main() -> None:
    """Bring every paper up to date, and say which ones were not."""
    for path, text in wanted().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


def wanted() -> dict[Path, str]:
    """Each paper's path with the text it should have."""
    action = (ROOT / "action.yml").read_text("utf-8")
    action = _filled(action, "inputs", "".join(map(_input, SETTINGS)))
    action = _filled(action, "environment", "".join(map(_variable, SETTINGS)))
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    page = _filled(page, "inputs", _inputs())
    page = _filled(page, "outputs", _outputs(yaml.safe_load(action)["outputs"]))
    restore = (ROOT / "docs/restore.md").read_text("utf-8")
    return {
        ROOT / "action.yml": action,
        ROOT / "docs/settings.md": page,
        ROOT / "docs/restore.md": _filled(restore, "losses", _losses()),
        ROOT / ".env.example": _example_file(),
    }


def _filled(text: str, name: str, passage: str) -> str:
    pattern = rf"(?s)({name}: generated[^\n]*\n).*?([^\n]*{name}: end)"
    return re.sub(pattern, lambda found: f"{found[1]}{passage}{found[2]}", text)


def _described(setting: Setting) -> str:
    default = f" Default: {setting.default}" if setting.default else ""
    return f"{setting.meaning}{default}"


def _input(setting: Setting) -> str:
    words = json.dumps(_described(setting), ensure_ascii=False)
    entry = f"  {setting.input}:\n    description: {words}\n    default: ''\n"
    return entry if setting.input else ""


def _variable(setting: Setting) -> str:
    name, input_ = setting.name, setting.input
    return f"        {name}: ${{{{ inputs.{input_} || env.{name} }}}}\n" if input_ else ""


def _inputs() -> str:
    rows = [_row("input", "variable", "default", "meaning"), _row(*["---"] * 4)]
    for setting in SETTINGS:
        input_ = f"`{setting.input}`" if setting.input else ""
        default = f"`{setting.default}`" if setting.default else ""
        rows.append(_row(input_, f"`{setting.name}`", default, setting.meaning))
    return "".join([*rows, _row("`python`", "", "", PYTHON)])


def _outputs(outputs: dict[str, dict[str, str]]) -> str:
    rows = [_row(f"`{name}`", output["description"]) for name, output in outputs.items()]
    return "".join([_row("output", "meaning"), _row("---", "---"), *rows])


def _losses() -> str:
    return "".join(f"- `{each.code}`: {each.value}\n" for each in Loss)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _example_file() -> str:
    head = (
        "Settings for notion-backup. Copy this file to .env, remove the # in front of what you "
        "need, and keep .env out of git: it holds secrets. A flag, an action input or an "
        "environment variable wins over this file."
    )
    return "\n".join([_remark(head), *map(_example, SETTINGS)])


def _example(setting: Setting) -> str:
    name = setting.name.replace("DBn", "DB1")
    value = EXAMPLES.get(setting.name, setting.default)
    value = f'"{value}"' if " " in value and '"' not in value else value
    line = f"{name}={value}"
    return f"{_remark(_described(setting))}{textwrap.indent(line, '#', bool)}\n"


def _remark(words: str) -> str:
    return textwrap.indent(textwrap.fill(words, 96, break_on_hyphens=False), "# ") + "\n"


if __name__ == "__main__":
    main()
