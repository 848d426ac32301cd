"""Who hears of a run, however it ends: a real run, and a server that takes the messages."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.report import chats
from backup.stop import Stop
from fakenotion.faults import Fault
from tests.support.backups import TOKEN, Backup, Hasty, Stumbling, backing_up, wiki
from tests.support.inbox import Inbox

KEY = "k9-planted-key-of-a-hook"
RUNNER = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/wiki",
    "GITHUB_RUN_ID": "77",
}


@pytest.fixture
def kitchen(tmp_path: Path, inbox: Inbox) -> Iterator[Backup]:
    """A backup of two pages, on a runner, with every notifier set to the inbox."""
    with backing_up(tmp_path / "repository", wiki("Tea", "Milk")) as backup:
        backup.environ = {
            **RUNNER,
            "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "HEALTHCHECK_URL": f"{inbox.url}/watch/{KEY}?create=1",
            "DISCORD_WEBHOOK_URL": f"{inbox.url}/discord/{KEY}",
            "NOTIFY_URLS": f"json://{inbox.url.removeprefix('http://')}/chat/{KEY}",
            "NTFY_URL": f"{inbox.url}/{KEY}",
            "NTFY_TOKEN": "tk_planted",
            "WEBHOOK_URL": f"{inbox.url}/hook/{KEY}",
        }
        yield backup


def shown(inbox: Inbox) -> list[str]:
    """Who was notified, without the key: ['/watch//start', '/discord/', …]."""
    return sorted(path.replace(KEY, "").partition("?")[0] for path in inbox.paths())


def messages(inbox: Inbox) -> list[str]:
    """What was sent; without the topic, which ntfy wants there and sends to nobody."""
    return [letter.body.decode().replace(f'"topic": "{KEY}"', "") for letter in inbox.letters]


EVERYBODY = ["/", "/chat/", "/discord/", "/hook/"]  # a topic of ntfy is in the message


def test_every_service_is_notified_of_a_run(kitchen: Backup, inbox: Inbox) -> None:
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert shown(inbox) == sorted([*EVERYBODY, "/watch/", "/watch//start"])
    assert inbox.paths()[0].endswith("/start?create=1")
    hook = next(letter.json for letter in inbox.letters if letter.path.startswith("/hook"))
    assert hook["ok"] and hook["pages"]["new"] == 2 and hook["databases"][0]["title"] == "Wiki"
    assert hook["commit"] == kitchen.git("rev-parse", "HEAD")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", hook["finished"])
    assert hook["run_url"] == "https://github.com/acme/wiki/actions/runs/77"


def test_a_run_without_changes_still_says_that_it_ran(kitchen: Backup, inbox: Inbox) -> None:
    kitchen.run()
    inbox.letters.clear()
    kitchen.run()
    assert shown(inbox) == sorted([*EVERYBODY, "/watch/", "/watch//start"])


def row(backup: Backup, title: str) -> str:
    notion = backup.notion
    rows = notion.node(notion.source(notion.databases()[0])).children
    return next(id_ for id_ in rows if notion.title(notion.node(id_)) == title)


def test_a_failed_page_is_reported_with_its_reason(
    kitchen: Backup, inbox: Inbox, tmp_path: Path
) -> None:
    milk = row(kitchen, "Milk")
    kitchen.fail(f"/v1/blocks/{milk}", Fault(status=400, body=b"{}"))
    ran = kitchen.run()
    assert ran.code == 1
    assert shown(inbox) == sorted([*EVERYBODY, "/watch//fail", "/watch//start"])
    discord = next(letter.body.decode() for letter in inbox.letters if "discord" in letter.path)
    assert "**Milk**" in discord and "1 new, 1 failed" in discord
    (failed,) = json.loads(outputs(tmp_path)["failed-pages"])
    assert (failed["id"], failed["title"]) == (milk.replace("-", ""), "Milk")
    lines = ran.log.splitlines()
    assert any(line.startswith("::error title=Milk::") for line in lines)


def test_why_a_run_ended_early_is_an_error_in_the_log_too(kitchen: Backup) -> None:
    kitchen.fail("/v1/blocks/", Fault(status=401, body=b"{}"))
    lines = kitchen.run().log.splitlines()
    assert sum(line.startswith("::error title=The run ended early::") for line in lines) == 1


def outputs(folder: Path) -> dict[str, str]:
    text = (folder / "outputs").read_text()
    return dict(re.findall(r"^([a-z-]+)<<(?:\S+)\n(.*)\n", text, re.MULTILINE))


@pytest.mark.parametrize("wrong", [{"NOTION_TOKEN": ""}, {"CONCURRENCY": "many"}])
def test_a_wrong_setting_notifies_the_health_check(
    kitchen: Backup, inbox: Inbox, tmp_path: Path, wrong: dict[str, str]
) -> None:
    ran = kitchen.run(**wrong)
    assert ran.code == 2 and "Traceback" not in ran.log
    assert shown(inbox) == sorted([*EVERYBODY, "/watch//fail", "/watch//start"])
    body = next(letter.body for letter in inbox.letters if "/fail" in letter.path).decode()
    assert f"not saved: configuration: {next(iter(wrong))}" in body
    assert "Notion backup failed" in (tmp_path / "summary.md").read_text()


def test_a_file_of_settings_that_is_missing_notifies_it_too(kitchen: Backup, inbox: Inbox) -> None:
    assert kitchen.run("--env", "nowhere.env").code == 2
    assert shown(inbox) == sorted([*EVERYBODY, "/watch//fail", "/watch//start"])


def test_a_mistake_in_one_address_keeps_nobody_else_from_hearing(
    kitchen: Backup, inbox: Inbox
) -> None:
    ran = kitchen.run(WEBHOOK_URL=f"hooks/{KEY}", NOTIFY_URLS=f"hooks/{KEY}")
    assert ran.code == 2
    assert "WEBHOOK_URL: write a full URL" in ran.log and KEY not in ran.log
    assert "NOTIFY_URLS: line 1 is not an address like ntfys://" in ran.log
    assert shown(inbox) == ["/", "/discord/", "/watch//fail", "/watch//start"]


def test_a_bug_notifies_every_service_and_keeps_its_traceback(
    kitchen: Backup, inbox: Inbox
) -> None:
    kitchen.stop = Stumbling(f"{TOKEN} ::error::x {kitchen.environ['WEBHOOK_URL']}")
    ran = kitchen.run()
    assert ran.code == 1
    assert "Traceback" in ran.log and "in working" in ran.log
    assert shown(inbox) == sorted([*EVERYBODY, "/watch//fail", "/watch//start"])
    for said in (ran.log, *messages(inbox)):
        assert TOKEN not in said and KEY not in said


def test_a_stopped_run_pings_the_health_check(kitchen: Backup, inbox: Inbox) -> None:
    kitchen.stop = Stop()
    kitchen.stop.request()
    assert kitchen.run().code >= 128
    assert "/watch//fail" in shown(inbox)


@pytest.mark.parametrize("flags", [("--dry-run",), ("--dry-run", "--concurrency", "many")])
def test_a_dry_run_is_for_the_log_and_the_summary_alone(
    kitchen: Backup, inbox: Inbox, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    kitchen.run(*flags)
    assert inbox.letters == []
    assert (tmp_path / "summary.md").read_text().startswith("## Notion backup")


def test_notifications_that_fail_are_only_warnings(
    kitchen: Backup, inbox: Inbox, closed_port: int
) -> None:
    kitchen.stop = Hasty()
    closed = f"http://127.0.0.1:{closed_port}/{KEY}"
    inbox.answers = [(204, {}, b""), *[(404, {}, KEY.encode())] * 9]
    ran = kitchen.run(NTFY_URL=closed)
    assert ran.code == 0
    refused = "the server answered 404 (Not Found)"
    assert f"::warning title=Discord::notification failed: {refused}." in ran.log
    assert (
        f"title=Chat::notification failed: line 1 of NOTIFY_URLS: {refused}; NTFY_URL: the"
        in ran.log
    )
    assert KEY not in ran.log and "127.0.0.1" not in ran.log
    assert outputs_say_saved(kitchen)


def warned(inbox: Inbox) -> list[str]:
    """What the warnings in the message to the webhook are about."""
    hook = next(letter.json for letter in inbox.letters if letter.path.startswith("/hook"))
    return [each["where"] for each in hook["problems"] if each["kind"] == "warning"]


@pytest.mark.parametrize("code", [0, 2])
def test_a_health_check_that_was_not_told_of_the_start_is_a_warning_everywhere(
    kitchen: Backup, inbox: Inbox, tmp_path: Path, code: int
) -> None:
    inbox.answers = [(404, {}, b"")]
    assert kitchen.run(**({"CONCURRENCY": "many"} if code else {})).code == code
    assert warned(inbox) == ["Health check"]
    assert "Warnings: 1" in (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_runner_whose_file_cannot_be_written_keeps_nobody_from_hearing(
    kitchen: Backup, inbox: Inbox, tmp_path: Path, name: str
) -> None:
    """A container with another user than the runner's, or one that lacks the folder."""
    ran = kitchen.run(**{name: str(tmp_path / "nowhere" / "file")})
    assert (ran.code, "Traceback" in ran.log) == (0, False)
    why = "the runner's file cannot be written: No such file or directory."
    assert f"::warning title={name}::{why}" in ran.log
    assert warned(inbox) == [name]
    assert shown(inbox) == sorted([*EVERYBODY, "/watch/", "/watch//start"])
    inbox.letters.clear()
    ran = kitchen.run(CONCURRENCY="many", **{name: str(tmp_path)})
    assert (ran.code, "Traceback" in ran.log) == (2, False)
    assert shown(inbox) == sorted([*EVERYBODY, "/watch//fail", "/watch//start"])
    assert kitchen.run("verify", **{name: str(tmp_path)}).code == 0


def outputs_say_saved(backup: Backup) -> bool:
    found = outputs(backup.folder.parent)
    return found["changed"] == "true" and found["commit"] == backup.git("rev-parse", "HEAD")


def test_a_notifier_with_a_bug_is_only_a_warning_too(
    kitchen: Backup, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chats, "body", lambda report: 1 / 0)
    ran = kitchen.run()
    assert ran.code == 0
    assert (
        "::warning title=Chat::notification failed: line 1 of NOTIFY_URLS: ZeroDivisionError;"
        in ran.log
    )
    assert "/discord/" in shown(inbox)


def test_nobody_is_notified_without_a_setting(kitchen: Backup, inbox: Inbox) -> None:
    ends = ("_URL", "_URLS", "_SUMMARY", "_OUTPUT")
    names = [name for name in kitchen.environ if name.endswith(ends)]
    assert kitchen.run(**dict.fromkeys(names, "")).code == 0
    assert inbox.letters == []


def test_notifications_can_be_set_in_the_shared_settings(kitchen: Backup, inbox: Inbox) -> None:
    config = f"DISCORD_WEBHOOK_URL={inbox.url}/shared\nDISCORD_LEVEL=2"
    kitchen.run(CONFIG=config, DISCORD_WEBHOOK_URL="")
    assert "/shared" in inbox.paths()


@pytest.mark.parametrize("level", ["0", "never", "1", "Errors"])
def test_discord_level_limits_notifications(kitchen: Backup, inbox: Inbox, level: str) -> None:
    kitchen.run(DISCORD_LEVEL=level)
    assert "/discord/" not in shown(inbox) and "/hook/" in shown(inbox)


def test_no_secret_leaves_by_any_door(kitchen: Backup, inbox: Inbox, tmp_path: Path) -> None:
    """Titles that hold what must not be shown, in pages that are saved and in one that fails."""
    notion, hook = kitchen.notion, kitchen.environ["DISCORD_WEBHOOK_URL"]
    signed = "https://s3.example/a.png?X-Amz-Signature=4f5e6d7c"
    database = notion.databases()[0]
    for title in (f"token {TOKEN} inside", f"hook {hook}", signed, "tk_planted"):
        notion.add_page(database, title)
    bad = notion.add_page(database, f"bad {TOKEN} {hook}")
    kitchen.fail(f"/v1/blocks/{bad}", Fault(status=400, body=f'{{"message": "{TOKEN}"}}'.encode()))
    ran = kitchen.run()
    assert ran.code == 1
    doors = [
        ran.log,
        (tmp_path / "outputs").read_text(),
        (tmp_path / "summary.md").read_text(),
        *messages(inbox),
    ]
    assert len(doors) == 3 + 6
    for door in doors:
        plain = html.unescape(re.sub(r"</?span>|\\(?=[^\w\s])", "", door))
        assert "***" in plain or not door  # the watchdog's start says nothing
        for secret in (TOKEN, KEY, "tk_planted", "Signature=4f5e6d7c"):
            assert secret not in plain


@pytest.mark.parametrize("name", ["DATABASES", "OUTPUT_DIR", "COMMIT", "RESTORE_INTO"])
def test_a_token_in_the_wrong_setting_is_not_shown(
    kitchen: Backup, inbox: Inbox, tmp_path: Path, name: str
) -> None:
    """Two inputs were swapped: no setting says that this one is a secret."""
    token = "ntn_5836" + "1a2B3c4D5e" * 4 + "/:"
    ran = kitchen.run(NOTION_TOKEN="https://www.notion.so/Wiki", COMMAND="backup", **{name: token})
    ran = kitchen.run("restore", **{name: token}) if name == "RESTORE_INTO" else ran
    assert ran.code == 2 and name in ran.log and "***" in ran.log
    for door in (ran.log, (tmp_path / "summary.md").read_text(), *messages(inbox)):
        assert "5836" not in html.unescape(re.sub(r"</?span>", "", door))


def test_pages_in_the_summary_are_linked_where_they_lie(kitchen: Backup, tmp_path: Path) -> None:
    kitchen.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    kitchen.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    ran = kitchen.run(
        "--output-dir", "docs/notion", GITEA_ACTIONS="true", SERVER_URL="https://git.example"
    )
    assert ran.code == 0, ran.log
    commit = kitchen.git("rev-parse", "HEAD")
    path = "docs/notion/wiki/tea/index.md"
    assert kitchen.git("cat-file", "-t", f"{commit}:{path}") == "blob"
    address = f"https://git.example/acme/wiki/src/commit/{commit}/{path}"
    assert f"({address})" in (tmp_path / "summary.md").read_text()
