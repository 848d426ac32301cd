"""Settings: where they come from, which one wins, and what a person reads when they are wrong."""

from __future__ import annotations

import pytest

from backup.errors import ConfigError
from backup.settings import SETTINGS, Settings
from backup.settings.databases import database_ids

ID = "38c9ce7b60a481568a11000000000001"
OTHER = "38c9ce7b60a481568a11000000000002"
GOOD = {"NOTION_TOKEN": "ntn_x", "DATABASES": ID}


def read(
    environ: dict[str, str], flags: dict[str, str] | None = None, dotenv: str = ""
) -> Settings:
    return Settings.read(flags or {}, environ, dotenv)


def problems(environ: dict[str, str], dotenv: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        read(environ, dotenv=dotenv)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        ID.upper(),
        f" {ID}\n",
        "38c9ce7b-60a4-8156-8a11-000000000001",
        f"https://www.notion.so/{ID}",
        f"https://www.notion.so/acme/Our-Wiki-{ID}?v={OTHER}&pvs=4",
        f"https://app.notion.com/p/Caf%C3%A9-{ID}?v={OTHER}#{OTHER}",
        f"notion.so/acme/{ID}?v={OTHER}",
        f"https://acme.notion.site/Wiki-{ID}",
        f"https://www.notion.so/acme?p={ID}&v={OTHER}",
        "https://www.notion.so/Wiki-38c9ce7b-60a4-8156-8a11-000000000001",
        f"Our-Wiki-{ID}",
        f"<https://www.notion.so/{ID}>",
    ],
)
def test_an_id_is_found_in_every_form_that_people_paste(text: str) -> None:
    assert database_ids(text) == (ID,)


@pytest.mark.parametrize(
    "text", ["wiki", "https://www.notion.so/wiki", f"?v={ID}", f"https://notion.so/x#{ID}", ID[:-1]]
)
def test_what_holds_no_id_is_refused(text: str) -> None:
    assert "contains no Notion id" in problems({**GOOD, "DATABASES": text})


def test_an_earlier_source_wins() -> None:
    environ = {**GOOD, "CONCURRENCY": "3", "CONFIG": "CONCURRENCY=4\nOUTPUT_DIR=shared"}
    dotenv = "CONCURRENCY=5\nOUTPUT_DIR=file\nDRY_RUN=true"
    settings = read(environ, {"FULL_SYNC": "true"}, dotenv)
    assert (settings.concurrency, settings.output_dir) == (3, "shared")
    assert settings.full_sync and settings.dry_run
    assert read(environ, {"CONCURRENCY": "2"}, dotenv).concurrency == 2


def test_an_empty_value_is_an_absent_one() -> None:
    settings = read({**GOOD, "CONCURRENCY": "", "OUTPUT_DIR": "  "}, dotenv="CONCURRENCY=5")
    assert (settings.concurrency, settings.output_dir) == (5, ".")


def test_all_mistakes_are_reported_at_once_and_each_names_its_setting() -> None:
    text = problems(
        {
            "CONCURRENCY": "many",
            "DRY_RUN": "perhaps",
            "NOTION_API_URL": "api.notion.com",
            "DB7_NOTION_ID": "wiki",
            "DB9_NOTION_ID": OTHER,
            "DB9_PATH": "../outside",
        }
    )
    for name in (
        "NOTION_TOKEN",
        "CONCURRENCY",
        "DRY_RUN",
        "NOTION_API_URL",
        "DB7_NOTION_ID",
        "DB9_PATH",
    ):
        assert name in text
    assert len({*text.splitlines()}) == len(text.splitlines()), "each is reported once"


@pytest.mark.parametrize("branch", ["notion-backup", "refs/heads/notion-backup"])
def test_a_branch_is_not_merged_into_itself(branch: str) -> None:
    said = problems({**GOOD, "PULL_REQUEST": "true", "BRANCH": branch, "CONCURRENCY": "many"})
    assert "PULL_REQUEST_BRANCH: must differ from BRANCH." in said
    assert "CONCURRENCY" in said
    assert read({**GOOD, "BRANCH": branch}).publishing.pull_request_branch == ""


def test_databases_come_from_lines_and_from_numbered_variables_with_gaps() -> None:
    lines = f"docs/wiki = {ID}\n\n# a remark\n. = {'a' * 32}"
    environ = {
        "NOTION_TOKEN": "t",
        "DATABASES": lines,
        "DB12_NOTION_ID": OTHER,
        "DB12_LABEL": "Books",
    }
    found = read(environ).databases
    assert [(each.id, each.path, each.label) for each in found] == [
        (ID, "docs/wiki", ""),
        ("a" * 32, ".", ""),
        (OTHER, "", "Books"),
    ]


def test_a_url_with_an_equals_sign_is_not_taken_for_a_path() -> None:
    (database,) = read({**GOOD, "DATABASES": f"https://www.notion.so/{ID}?v={OTHER}"}).databases
    assert (database.id, database.path) == (ID, "")


@pytest.mark.parametrize(
    ("repository", "ids"),
    [("acme/wiki", [ID]), ("Acme/Books", [OTHER]), ("other/books", [])],
)
def test_a_shared_configuration_counts_by_repository(repository: str, ids: list[str]) -> None:
    config = (
        f"DB1_NOTION_ID={ID}\nDB1_GIT_REPO=wiki\nDB2_NOTION_ID={OTHER}\nDB2_GIT_REPO=acme/books"
    )
    environ = {"NOTION_TOKEN": "t", "CONFIG": config, "GITHUB_REPOSITORY": repository}
    if ids:
        assert [database.id for database in read(environ).databases] == ids
    else:
        assert "other/books" in problems(environ)


def test_no_database_at_all_is_a_mistake() -> None:
    assert "DATABASES" in problems({"NOTION_TOKEN": "t"})


@pytest.mark.parametrize(
    "path",
    [
        *("/abs", "a/../b", ".git/x", "docs/.GitHub", "~/x", "C:/x", ".git. "),
        *("git~1", ".gitmodules/x", ".git\u200bhub", ".forgejo", "docs/.notion.json"),
    ],
)
def test_a_folder_that_leaves_the_backup_or_touches_git_is_refused(path: str) -> None:
    assert "PATH" in problems({"NOTION_TOKEN": "t", "DB1_NOTION_ID": ID, "DB1_PATH": path})


def test_one_database_or_one_folder_named_twice_is_refused() -> None:
    assert "same database" in problems({**GOOD, "DB1_NOTION_ID": ID})
    lines = f"wiki = {ID}\nWiki = {OTHER}"
    assert "same folder" in problems({"NOTION_TOKEN": "t", "DATABASES": lines})


def test_no_representation_of_the_settings_shows_the_token() -> None:
    settings = read({**GOOD, "NOTION_TOKEN": "ntn_planted"})
    assert "ntn_planted" not in f"{settings!r} {settings} {settings.notion_token}"
    assert settings.notion_token.reveal() == "ntn_planted"


def test_a_dollar_in_a_dotenv_file_stays_a_dollar() -> None:
    settings = read({"DATABASES": ID}, dotenv="NOTION_TOKEN=ntn_a${HOME}b")
    assert settings.notion_token.reveal() == "ntn_a${HOME}b"


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize("text", ["0/3", "4/3", "2", "a/b", "1/0", "-1/2"])
def test_a_shard_that_does_not_exist_is_refused(text: str) -> None:
    assert "SHARD" in problems({**GOOD, "SHARD": text})
    assert read({**GOOD, "SHARD": "2/3"}).shard == (2, 3)
