"""Messages to chats: within the services' limits, without pings, with what their readers want to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests

from backup.report import discord, ntfy, slack, webhook
from backup.report.report import Report
from tests.report.hostile import COMMIT, TITLES, entries, huge, report, titled
from tests.report.inbox import Inbox

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


def test_discord_tells_what_happened_in_each_database() -> None:
    general, wiki = discord.message(report())["embeds"]
    assert general["title"].startswith("Notion backup: 1 new, 1 updated")
    assert general["url"].endswith("/acme/wiki/actions/runs/77")
    assert general["timestamp"] == "2026-11-22T04:17:00+00:00"
    assert "Books: nothing changed, 4 pages" in general["description"]
    assert "Other database" in general["description"]
    facts = {field["name"]: field["value"] for field in general["fields"]}
    assert (facts["Time"], facts["Files"], facts["Warnings"]) == ("12.3 s", "4", "1")
    assert COMMIT in facts["Commit"]
    assert "github.com" in general["footer"]["text"] and "runner-1" in general["footer"]["text"]
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
            notifier.send(ran, requests.Session())
        assert len(inbox.letters) == count


def check_slack(message: Mapping[str, Any]) -> None:
    assert 1 <= len(message["blocks"]) <= 50
    assert units(message["text"]) <= 4_000
    for block in message["blocks"]:
        texts = block["elements"] if block["type"] == "context" else [block["text"]]
        limit = 150 if block["type"] == "header" else 3_000
        assert all(1 <= units(text["text"]) <= limit for text in texts)


@pytest.mark.parametrize("title", [*BAD, *TITLES])
def test_slack_takes_the_message_whatever_comes(title: str) -> None:
    check_slack(slack.message(titled(title)))


@pytest.mark.parametrize("title", BAD)
def test_slack_takes_a_message_of_any_size(title: str) -> None:
    check_slack(slack.message(huge(title)))


def test_slack_says_what_happened_and_mentions_nobody() -> None:
    message = slack.message(titled("<!channel> & <@U1> <https://e.example|x>"))
    said = json.dumps(message, ensure_ascii=False)
    assert "<!" not in said and "<@" not in said and "<https://e" not in said
    assert "&lt;!channel&gt; &amp; &lt;@U1&gt;" in said
    plain = json.dumps(slack.message(report()), ensure_ascii=False)
    for words in (
        "|Wiki>*: 1 new, 1 updated",
        "New: new 0",
        ":warning: Bad page",
        "|log>",
        "12.3 s",
    ):
        assert words in plain


@pytest.mark.parametrize("title", [*BAD, *TITLES])
def test_ntfy_keeps_the_message_a_message(inbox: Inbox, title: str) -> None:
    ntfy.Ntfy(inbox.url + "/topic", "tk_token").send(huge(title, databases=3), requests.Session())
    (letter,) = inbox.letters
    assert 0 < len(letter.body) <= 4_096
    assert letter.headers["Authorization"] == "Bearer tk_token"
    assert letter.headers["Priority"] == "high"
    assert letter.headers["Click"].endswith("/actions/runs/77")


def test_ntfy_is_quiet_when_nothing_changed(inbox: Inbox) -> None:
    ntfy.Ntfy(inbox.url).send(Report(unchanged=3), requests.Session())
    (letter,) = inbox.letters
    assert letter.headers["Priority"] == "low" and "Authorization" not in letter.headers
    assert letter.headers["Title"] == "Notion backup: nothing changed"


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
    webhook.Webhook(inbox.url).send(given, requests.Session())
    (letter,) = inbox.letters
    assert letter.headers["Content-Type"] == "application/json"
    assert len(letter.body) < 6_000_000
    assert len(letter.json["changes"]) == len(letter.json["problems"]) == 500
    assert letter.json["left_out"]["changes"] == len([*given.details()]) - 500
