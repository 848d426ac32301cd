"""Messages to chats: within the services' limits, without pings, with what their readers want to know."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import responses

from backup.report import chats, discord, sending, webhook
from backup.report.report import Report
from backup.report.sending import NotifyError, Sending
from tests.report.hostile import COMMIT, TITLES, entries, huge, report, titled
from tests.support.house import ROOT
from tests.support.inbox import Inbox

BAD = ("@:#$" * 200, "*" * 300, "日本語" * 200, "🎉" * 400, "a")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def discord_size(embed: Mapping[str, Any]) -> int:
    fields = [text for each in embed.get("fields", []) for text in (each["name"], each["value"])]
    footer = embed.get("footer", {}).get("text", "")
    return sum(map(units, [embed.get("title", ""), embed.get("description", ""), footer, *fields]))


def check_discord(message: Mapping[str, Any]) -> None:
    """Every limit of the documents."""
    assert message["allowed_mentions"] == {"parse": []}
    assert 1 <= len(message["embeds"]) <= 10
    assert sum(map(discord_size, message["embeds"])) <= 6_000
    for embed in message["embeds"]:
        assert 1 <= units(embed["title"]) <= 256
        assert units(embed.get("description", "")) <= 4_096
        assert len(embed.get("fields", [])) <= 25
        assert units(embed.get("footer", {}).get("text", "")) <= 2_048
        for field in embed.get("fields", []):
            assert 1 <= units(field["name"]) <= 256 and 1 <= units(field["value"]) <= 1_024


@pytest.mark.parametrize("title", [*BAD, *TITLES])
def test_discord_takes_the_message_whatever_the_titles_are(title: str) -> None:
    check_discord(discord.message(titled(title)))


@pytest.mark.parametrize("title", BAD)
@pytest.mark.parametrize("databases", [1, 5, 120])
def test_discord_takes_the_message_whatever_its_size(title: str, databases: int) -> None:
    message = discord.message(huge(title, databases=databases))
    check_discord(message)
    assert all(embed.get("description") for embed in message["embeds"])
    if databases == 120:
        assert "more databases with changes" in message["embeds"][0]["description"]


def test_discord_shows_what_happened_in_each_database() -> None:
    general, wiki = discord.message(report())["embeds"]
    assert general["title"].startswith("Notion backup: 1 new, 1 updated")
    assert general["url"].endswith("/acme/wiki/actions/runs/77")
    assert general["timestamp"] == "2026-11-22T04:17:00+00:00"
    assert "Books: nothing changed, 4 pages" in general["description"]
    assert "Other database" in general["description"]
    facts = {field["name"]: field["value"] for field in general["fields"]}
    assert (facts["Time"], facts["Files"], facts["Warnings"]) == ("12.3 s", "4", "1")
    assert COMMIT in facts["Commit"]
    assert (
        "Host: github.com" in general["footer"]["text"] and "runner-1" in general["footer"]["text"]
    )
    assert wiki["title"] == "Wiki" and wiki["url"].endswith(f"/blob/{COMMIT}/docs/wiki/README.md")
    for words in ("9 pages, 5 files", "**New:** new 0", "**Renamed:** renamed 0", "**Bad page**"):
        assert words in wiki["description"]


def test_discord_counts_the_names_that_do_not_fit() -> None:
    many = entries("new", 400)
    section = replace(report().sections[0], members=frozenset(each.page_id for each in many))
    _, wiki = discord.message(replace(report(), new=many, sections=(section,)))["embeds"]
    assert "new 0, new 1," in wiki["description"] and " more" in wiki["description"]


@pytest.mark.parametrize(
    ("level", "good", "bad"), [("never", 0, 0), ("errors", 0, 1), ("always", 1, 1)]
)
def test_discord_is_notified_as_often_as_the_level_says(
    inbox: Inbox, level: str, good: int, bad: int
) -> None:
    given = {"DISCORD_WEBHOOK_URL": inbox.url, "DISCORD_LEVEL": level}
    for ran, count in ((Report(), good), (report(), bad), (Report(broken=2), bad)):
        inbox.letters.clear()
        if notifier := discord.from_settings(given):
            notifier.send(ran, Sending())
        assert len(inbox.letters) == count


def address(inbox: Inbox, form: str = "json://{}/hook") -> str:
    """An address of apprise that leads to the inbox."""
    return form.format(inbox.url.removeprefix("http://"))


def notified(report: Report, session: Sending | None = None, **given: str) -> None:
    """Send it as the settings say."""
    if notifier := chats.from_settings(given):
        notifier.send(report, session or Sending())


@pytest.mark.parametrize("title", [*BAD, *TITLES])
@pytest.mark.parametrize("form", ["json://{}/hook", "ntfy://{}/topic"])
def test_a_chat_gets_a_message_of_a_size_that_it_takes(inbox: Inbox, form: str, title: str) -> None:
    notified(huge(title, databases=3), NOTIFY_URLS=address(inbox, form))
    (letter,) = inbox.letters
    assert 0 < units(letter.json["message"]) <= 1_800 and 0 < units(letter.json["title"]) <= 250
    assert "@everyone" not in letter.json["message"]


def test_a_chat_shows_how_the_run_went_and_where_its_log_is(inbox: Inbox) -> None:
    notified(report(), NOTIFY_URLS=address(inbox))
    (letter,) = inbox.letters
    assert letter.json["title"].startswith("Notion backup: 1 new, 1 updated")
    assert letter.json["type"] == "failure"
    for words in ("acme/wiki", "new: new 0", "not saved: ", "12.3 s", "/acme/wiki/actions/runs/77"):
        assert words in letter.json["message"]
    notified(Report(unchanged=3), NOTIFY_URLS=address(inbox))
    assert inbox.letters[1].json["type"] == "info"
    assert inbox.letters[1].json["title"] == "Notion backup: nothing changed"


def test_slack_gets_its_own_form_and_calls_nobody() -> None:
    hook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    bad = titled("<!channel> & <@U1> <https://e.example|x>")
    for given in (
        {"SLACK_WEBHOOK_URL": hook},
        {"NOTIFY_URLS": hook.replace("https://hooks.slack.com/services", "slack:/")},
    ):
        with responses.RequestsMock() as mocked:
            mocked.post(hook, body="ok")
            notified(bad, **given)
            said = str(json.loads(mocked.calls[0].request.body or ""))
        assert "<!" not in said and "<@" not in said and "<https://e" not in said
        assert "Notion backup: 1 new" in said


@pytest.mark.parametrize("token", ["", "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"])
def test_the_settings_for_ntfy_lead_to_its_topic(inbox: Inbox, token: str) -> None:
    notified(report(), NTFY_URL=f"{inbox.url}/my-topic", NTFY_TOKEN=token)
    (letter,) = inbox.letters
    assert letter.json["topic"] == "my-topic" and "new: new 0" in letter.json["message"]
    assert letter.headers.get("Authorization", "") == (f"Bearer {token}" if token else "")


def test_each_chat_that_fails_is_named_with_its_reason_and_the_others_hear(
    inbox: Inbox, closed_port: int
) -> None:
    inbox.answers = [(404, {}, b"k3y-in-the-answer")] * 2
    closed = f"json://127.0.0.1:{closed_port}/k3y-planted"
    addresses = "\n".join([address(inbox), closed, "nonsense://k3y-planted"])
    with pytest.raises(NotifyError) as caught:
        notified(report(), NOTIFY_URLS=addresses)
    assert str(caught.value) == (
        "line 1 of NOTIFY_URLS: the server answered 404 (Not Found); "
        "line 2 of NOTIFY_URLS: the connection failed; "
        "line 3 of NOTIFY_URLS: apprise does not understand this address"
    )
    assert len(inbox.letters) == 1, "a refusal is not repeated"


def test_no_chat_gets_the_reason_of_the_one_before_it_in_the_same_thread(
    inbox: Inbox, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1))
    inbox.answers = [(404, {}, b"")]
    closed = f"json://127.0.0.1:{closed_port}/k3y-planted"
    with pytest.raises(NotifyError) as caught:
        notified(report(), NOTIFY_URLS=f"{address(inbox)}\n{closed}")
    assert str(caught.value).endswith("line 2 of NOTIFY_URLS: the connection failed")


def test_a_chat_that_is_busy_is_asked_once_more(inbox: Inbox) -> None:
    waits: list[float] = []
    inbox.answers = [(503, {}, b"")]
    notified(report(), Sending(waits.append), NOTIFY_URLS=address(inbox))
    assert (len(inbox.letters), waits) == (2, [1.0])


def test_what_apprise_would_say_of_an_address_is_said_nowhere(
    inbox: Inbox, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    inbox.answers = [(500, {}, b"k3y")] * 2
    with caplog.at_level("DEBUG"), pytest.raises(NotifyError):
        notified(report(), NOTIFY_URLS=address(inbox, "json://user:k3y-planted@{}/k3y-planted-too"))
    seen = capfd.readouterr()
    shown = [each.getMessage() for each in caplog.records if each.name.startswith("apprise")]
    assert (seen.out, seen.err, shown) == ("", "", [])


@pytest.mark.parametrize(
    ("level", "good", "bad"), [("never", 0, 0), ("errors", 0, 1), ("always", 1, 1)]
)
def test_chats_are_notified_as_often_as_the_level_says(
    inbox: Inbox, level: str, good: int, bad: int
) -> None:
    for ran, count in ((Report(), good), (report(), bad), (Report(broken=2), bad)):
        inbox.letters.clear()
        notified(ran, NOTIFY_URLS=address(inbox), NOTIFY_LEVEL=level)
        assert len(inbox.letters) == count


def test_apprise_is_loaded_only_when_a_chat_is_set() -> None:
    code = "import sys, backup.__main__; print('apprise' in sys.modules, 'oauthlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False False\n"


def test_the_webhook_gets_the_keys_that_its_description_lists() -> None:
    message = webhook.message(report())
    described = webhook.__doc__ or ""
    assert [key for key in message if key not in described] == []
    assert (message["version"], message["ok"], message["exit_code"]) == (1, False, 1)
    assert message["pages"] == {
        **dict.fromkeys(("new", "updated", "renamed", "removed", "kept", "failed"), 1),
        "unchanged": 7,
        "read": 0,
        "rendered": 0,
    }
    assert message["databases"][0]["title"] == "Wiki" and message["databases"][0]["files"] == 5
    new, *_ = message["changes"]
    assert (new["what"], new["title"], new["id"]) == ("new", "new 0", "new0")
    assert new["url"].endswith(f"/blob/{COMMIT}/docs/wiki/new-0/index.md")
    assert {each["kind"] for each in message["problems"]} == {"error", "page", "file", "warning"}


@pytest.mark.parametrize("title", BAD)
def test_the_webhook_gets_a_bounded_message_and_how_much_was_left_out(
    inbox: Inbox, title: str
) -> None:
    given = huge(title)
    webhook.Webhook(inbox.url).send(given, Sending())
    (letter,) = inbox.letters
    assert letter.headers["Content-Type"] == "application/json"
    assert len(letter.body) < 6_000_000
    assert len(letter.json["changes"]) == len(letter.json["problems"]) == 500
    assert letter.json["left_out"]["changes"] == len([*given.details()]) - 500
