"""Which command is meant: by a word on the command line, by COMMAND, by nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup.__main__ import main
from backup.commands import COMMANDS
from fakenotion.faults import Fault
from tests.support.backups import Backup
from tests.support.looking import look


def command(folder: Path, *arguments: str, **environ: str) -> str:
    """The command that looked."""
    return str(look(folder, *arguments, "--json", **environ).json["command"])


def test_the_first_word_is_the_command_then_the_setting_counts(kitchen: Backup) -> None:
    kitchen.run()
    folder = kitchen.folder
    assert command(folder, "status") == "status"
    assert command(folder, "--output-dir", ".", "verify") == "verify"
    assert command(folder, COMMAND="status") == "status"
    assert command(folder, "verify", COMMAND="status") == "verify"
    assert command(folder, "--command", "status", COMMAND="verify") == "status"
    assert command(folder, CONFIG="COMMAND=verify\nNOTION_TOKEN=x") == "verify"


def test_nothing_a_flag_or_its_name_means_backup(kitchen: Backup) -> None:
    for arguments in ((), ("--full-sync",), ("backup",), ("backup", "--dry-run")):
        ran = kitchen.run(*arguments)
        assert ran.code == 0 and "Listing pages" in ran.log, arguments


@pytest.mark.parametrize(
    ("word", "near"), [("verfy", "verify"), ("stat", "status"), ("bakup", "backup")]
)
def test_an_unknown_command_is_one_sentence_with_the_nearest_name(
    tmp_path: Path, word: str, near: str
) -> None:
    for seen in (look(tmp_path, word), look(tmp_path, COMMAND=word)):
        (line,) = [each for each in seen.out.splitlines() if each.startswith("error:")]
        assert seen.code == 2 and f"{word!r}" in line and f"write {near}." in line


def test_a_word_that_is_like_no_command_gets_all_of_them(tmp_path: Path) -> None:
    out = look(tmp_path, "xyz").out
    assert all(name in out for name in COMMANDS)


def test_a_word_behind_a_command_that_takes_none_is_a_mistake(tmp_path: Path) -> None:
    seen = look(tmp_path, "status", "wiki/tea")
    assert seen.code == 2 and "'wiki/tea'" in seen.out


def test_a_backup_does_not_answer_in_json(tmp_path: Path) -> None:
    seen = look(tmp_path, "--json")
    assert (seen.code, seen.out) == (2, "") and "--json" in seen.err


def said(outputs: Path, name: str) -> str:
    """An output that the runner was handed."""
    return outputs.read_text().partition(f"{name}<<")[2].splitlines()[1]


def test_a_step_gets_outputs_and_a_summary(kitchen: Backup) -> None:
    kitchen.run()
    asked = len(kitchen.server.requests)
    (kitchen.folder / "wiki/cups/mine <b>.txt").write_text("mine")
    outputs, summary = kitchen.folder.parent / "outputs", kitchen.folder.parent / "summary.md"
    given = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    seen = look(kitchen.folder, COMMAND="verify", **given)
    assert seen.code == 1 and "::error title=wiki/cups/mine <b>.txt::" in seen.out
    assert (said(outputs, "problems"), said(outputs, "changed")) == ("1", "false")
    shown = summary.read_text()
    assert shown.startswith("## Verified") and "<b>" not in shown
    assert len(kitchen.server.requests) == asked


def test_help_names_every_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"], {})
    out = " ".join(capsys.readouterr().out.split())
    assert f"[{' | '.join(COMMANDS)}]" in out
    assert all(f"{name}: {each.meaning}" in out for name, each in COMMANDS.items())


def test_a_backup_counts_its_problems_for_later_steps(kitchen: Backup, tmp_path: Path) -> None:
    kitchen.fail("cup.png", Fault(status=404, body=b""))
    kitchen.run(GITHUB_OUTPUT=str(tmp_path / "ill"))
    kitchen.heal()
    kitchen.run(GITHUB_OUTPUT=str(tmp_path / "well"))
    assert (said(tmp_path / "ill", "problems"), said(tmp_path / "well", "problems")) == ("1", "0")


def test_a_warning_stands_in_the_log_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        f"NOTION_TOKEN=ntn_planted_secret\nDATABASES={'0' * 32}\nFULLSYNC=true\n"
    )
    assert main([], {"GITHUB_WORKSPACE": str(tmp_path)}) == 2
    said = capsys.readouterr().out
    assert "warning: settings: .env: FULLSYNC is not a setting and was ignored." in said
    assert "is not a git repository" in said
