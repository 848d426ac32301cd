"""AI naming as the owner of a backup sees it: names, texts, requests and what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakenotion import blocks, build
from fakenotion.storage import PNG
from tests.support.backups import Backup, Ran, backing_up, clock, wiki
from tests.support.messages_api import KEY, MessagesApi, Said, answering


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with answering() as running:
        running.plays(Said("Proxmox cluster dashboard"))
        yield running


@pytest.fixture
def backup(tmp_path: Path) -> Iterator[Backup]:
    """Two pages; 'Setup' shows a picture below a heading."""
    with backing_up(tmp_path / "repository", wiki("Setup", "Other"), git=False) as made:
        show(made, "Setup", PNG, heading="Prerequisites")
        yield made


def rows(backup: Backup) -> dict[str, str]:
    notion = backup.notion
    ids = notion.node(notion.source(notion.databases()[0])).children
    return {notion.title(notion.node(id_)): id_ for id_ in ids}


def show(backup: Backup, title: str, content: bytes, heading: str = "", caption: str = "") -> None:
    """Append a picture to a page, some time ago."""
    notion = backup.notion
    if heading:
        notion.append(rows(backup)[title], [blocks.heading(2, heading)])
    kept = notion.files.keep("image.png", content)
    notion.append(rows(backup)[title], [blocks.media("image", build.hosted(kept), caption)])
    clock(notion).forward(minutes=5)


def run(backup: Backup, api: MessagesApi, *flags: str, **more: str) -> Ran:
    """A run with AI naming switched on."""
    switched = {"AI_NAMING_ENABLED": "true", "AI_API_URL": api.url, "AI_API_KEY": KEY}
    return backup.run(*flags, **{**switched, **more})


def pictures(backup: Backup) -> list[str]:
    return [path for path in backup.files() if "/assets/" in path]


def test_a_new_image_is_called_by_what_it_shows(backup: Backup, api: MessagesApi) -> None:
    assert run(backup, api).code == 0
    name = "1-prerequisites-proxmox-cluster-dashboard.png"
    assert pictures(backup) == [f"wiki/setup/assets/{name}"]
    text = backup.text("wiki/setup/index.md")
    assert f'<img src="assets/{name}" alt="proxmox cluster dashboard">' in text
    (asked,) = api.seen
    assert asked.image == PNG


def test_a_caption_is_the_better_text_for_those_who_do_not_see_the_image(
    backup: Backup, api: MessagesApi
) -> None:
    show(backup, "Other", PNG, caption="Three nodes")
    run(backup, api)
    assert 'alt="Three nodes"' in backup.text("wiki/other/index.md")
    assert "wiki/other/assets/1-three-nodes-proxmox-cluster-dashboard.png" in pictures(backup)


def test_switched_off_nobody_is_asked(backup: Backup, api: MessagesApi) -> None:
    ran = backup.run(AI_API_URL=api.url, AI_API_KEY=KEY)
    assert pictures(backup) == ["wiki/setup/assets/1-prerequisites.png"]
    assert (ran.code, api.seen) == (0, [])
    assert "AI" not in ran.log


def test_what_was_learned_is_not_asked_again(backup: Backup, api: MessagesApi) -> None:
    backup.init()
    run(backup, api)
    before = backup.stamps()
    for flags in ([], ["--full-sync"]):
        assert run(backup, api, *flags).code == 0
    assert len(api.seen) == 1
    assert {path: stamp for path, stamp in backup.stamps().items() if "assets" in path}.items() <= (
        before.items()
    )
    assert backup.commits() == 1


def test_one_image_on_two_pages_is_asked_for_once(backup: Backup, api: MessagesApi) -> None:
    show(backup, "Other", PNG, heading="Later")
    run(backup, api)
    assert len(api.seen) == 1
    assert pictures(backup) == [
        "wiki/other/assets/1-later-proxmox-cluster-dashboard.png",
        "wiki/setup/assets/1-prerequisites-proxmox-cluster-dashboard.png",
    ]


def test_a_known_image_costs_nothing_on_a_page_that_gets_it_later(
    backup: Backup, api: MessagesApi
) -> None:
    run(backup, api)
    show(backup, "Other", PNG, heading="Later")
    run(backup, api)
    assert len(api.seen) == 1
    assert "wiki/other/assets/1-later-proxmox-cluster-dashboard.png" in pictures(backup)


def test_switched_on_later_it_renames_nothing(backup: Backup, api: MessagesApi) -> None:
    backup.run()
    show(backup, "Setup", PNG + b"!")
    run(backup, api)
    assert pictures(backup) == [
        "wiki/setup/assets/1-prerequisites.png",
        "wiki/setup/assets/2-prerequisites-proxmox-cluster-dashboard.png",
    ]
    assert [asked.image for asked in api.seen] == [PNG + b"!"]


def test_a_name_survives_switching_off_a_lost_copy_and_a_rename(
    backup: Backup, api: MessagesApi
) -> None:
    run(backup, api)
    (path,) = pictures(backup)
    (backup.folder / path).unlink()
    assert backup.run().code == 0
    assert pictures(backup) == [path]
    (backup.folder / path).unlink()
    backup.notion.rename(rows(backup)["Setup"], "Set-up")
    assert run(backup, api).code == 0
    assert pictures(backup) == [path.replace("/setup/", "/set-up/")]
    assert 'alt="proxmox cluster dashboard"' in backup.text("wiki/set-up/index.md")
    assert len(api.seen) == 1


def test_a_refusal_is_an_answer_too_and_remembered(backup: Backup, api: MessagesApi) -> None:
    api.plays(Said("I'm sorry, I can't help with that."))
    run(backup, api)
    show(backup, "Other", PNG, heading="Later")
    assert run(backup, api).code == 0
    assert len(api.seen) == 1
    assert pictures(backup) == [
        "wiki/other/assets/1-later.png",
        "wiki/setup/assets/1-prerequisites.png",
    ]


def test_a_service_out_of_order_costs_the_words_and_is_reported_once(
    backup: Backup, api: MessagesApi
) -> None:
    api.plays(Said(status=401, raw=KEY.encode()))
    for number in range(6):
        show(backup, "Other", PNG + bytes([number]), heading=f"Step {number}")
    ran = run(backup, api)
    assert ran.code == 0
    assert ran.log.count("warning: AI naming") == 1 and "AI_API_KEY" in ran.log
    assert len(api.seen) < 7
    assert len(pictures(backup)) == 7
    assert "wiki/other/assets/6-step-5.png" in pictures(backup)


def test_the_summary_says_what_it_took(backup: Backup, api: MessagesApi) -> None:
    priced = run(backup, api, AI_PRICE_IN="1.00", AI_PRICE_OUT="20")
    assert "AI naming: 1 request, 1,000 tokens in, 10 out, cost 0.0012" in priced.log
    show(backup, "Other", PNG + b"!")
    assert "AI naming: 1 request, 1,000 tokens in, 10 out\n" in run(backup, api).log
    assert "AI naming" not in run(backup, api).log


def test_neither_the_log_nor_the_repository_holds_the_key(backup: Backup, api: MessagesApi) -> None:
    backup.init()
    assert KEY not in run(backup, api).log
    assert KEY not in backup.git("log", "-p", "--format=%B")


def test_a_title_that_holds_the_key_is_not_printed(backup: Backup, api: MessagesApi) -> None:
    backup.notion.rename(rows(backup)["Other"], f"Other {KEY}")
    assert KEY not in run(backup, api).log


def test_a_dry_run_asks_nobody(backup: Backup, api: MessagesApi) -> None:
    assert run(backup, api, "--dry-run").code == 0
    assert api.seen == []


def test_a_model_and_a_size_can_be_chosen(backup: Backup, api: MessagesApi) -> None:
    run(backup, api, AI_MODEL="anthropic/claude-haiku-4.5")
    assert api.seen[0].body["model"] == "anthropic/claude-haiku-4.5"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AI_API_KEY", ""),
        ("AI_API_KEY", "two words"),
        ("AI_API_URL", "openrouter.ai"),
        ("AI_MAX_PX", "12"),
        ("AI_PRICE_IN", "cheap"),
        ("AI_NAMING_ENABLED", "perhaps"),
    ],
)
def test_a_mistake_in_its_settings_is_reported_before_anything_happens(
    backup: Backup, api: MessagesApi, name: str, value: str
) -> None:
    ran = run(backup, api, **{name: value})
    assert ran.code == 2 and name in ran.log
    assert backup.files() == {}


def test_its_settings_do_no_harm_while_it_is_off(backup: Backup) -> None:
    assert backup.run(AI_MAX_PX="12", AI_API_URL="nowhere").code == 0
