"""Configurations that are wrong: each ends in one clear sentence that names the setting, or is a warning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backup.__main__ import main
from backup.errors import ConfigError
from backup.settings import Settings

ID = "38c9ce7b60a481568a11000000000001"
OTHER = "38c9ce7b60a481568a11000000000002"
SECRET = "ntn_planted_secret"
GOOD = {"NOTION_TOKEN": SECRET, "DATABASES": ID}
# What only a program says, and no person.
_PROGRAM = re.compile(
    r"Traceback|Error\b|invalid literal|NoneType|\bint\b|errno|object at 0x", re.I
)

# What is set over GOOD, and the words that its sentence must have.
WRONG: list[tuple[dict[str, str], str]] = [
    ({"NOTION_TOKEN": ""}, "NOTION_TOKEN is missing"),
    ({"NOTION_TOKEN": "ntn a"}, "NOTION_TOKEN: contains spaces"),
    ({"NOTION_TOKEN": "ntn_\u00e9"}, "NOTION_TOKEN: contains"),
    (
        {"NOTION_TOKEN": "", "NOTION_TOKN": SECRET},
        "NOTION_TOKN is set, but is not a setting. Did you",
    ),
    ({"NOTION_TOKEN": "", "NOTION_API_TOKEN": SECRET}, "Did you mean NOTION_TOKEN?"),
    ({"NOTION_TOKEN": "", "NOTIONTOKEN": SECRET}, "Did you mean NOTION_TOKEN?"),
    ({"NOTION_TOKEN": "", "notion_token": SECRET}, "Did you mean NOTION_TOKEN?"),
    ({"DATABASES": ""}, "DATABASES is missing"),
    (
        {"DATABASES": "", "DATABASE": ID},
        "DATABASE is set, but is not a setting. Did you mean DATABASES?",
    ),
    ({"DATABASES": "wiki"}, "DATABASES line 1: 'wiki' contains no Notion id"),
    ({"DATABASES": "https://www.notion.so/wiki"}, "contains no Notion id"),
    ({"DATABASES": ID[:-1]}, "contains no Notion id"),
    ({"DATABASES": f"{ID}\n{ID}"}, "the same database as DATABASES line 1"),
    ({"DATABASES": f"a = {ID}\nA = {OTHER}"}, "the same folder as DATABASES line 1"),
    ({"DATABASES": f"wiki: {ID}"}, "DATABASES line 1"),
    ({"DATABASES": f"a = {ID} b = {OTHER}"}, "Write `databases: |`"),
    ({"DATABASES": f"{ID} = wiki"}, "DATABASES line 1"),
    ({"DATABASES": f"../x = {ID}"}, "may not contain .."),
    ({"DATABASES": f"/abs = {ID}"}, "write a folder inside, like docs/wiki"),
    ({"DATABASES": f".git = {ID}"}, "a name that git or a host reads"),
    ({"DATABASES": f".github/x = {ID}"}, "a name that git or a host reads"),
    ({"DATABASES": f".g\u200dit = {ID}"}, "a name that git or a host reads"),
    ({"DATABASES": f"git~1 = {ID}"}, "a name that git or a host reads"),
    ({"DATABASES": f"{'w' * 300} = {ID}"}, "Write wwww"),
    ({"DATABASES": f"Our Wiki = {ID}"}, "Write our-wiki."),
    ({"DATABASES": f"100% = {ID}"}, "Write 100."),
    ({"DATABASES": f"a#b = {ID}"}, "Write a-b."),
    ({"DATABASES": f"nul = {ID}"}, "Write nul-x."),
    ({"DATABASES": f"t. = {ID}"}, "Write t."),
    ({"DATABASES": f"t/README.md = {ID}"}, "Write t/readme-md."),
    ({"DATABASES": f"t/database.csv = {ID}"}, "Write t/database-csv."),
    ({"DATABASES": f".notion-sync.tmp = {ID}"}, "Write notion-sync-tmp."),
    ({"DATABASES": f"a\x07b = {ID}"}, "Write a-b."),
    ({"DATABASES": f"a|b = {ID}"}, "Write a-b."),
    ({"DATABASES": f"docs/.wiki = {ID}"}, "begins with a dot. Write docs/wiki."),
    ({"DB1_NOTION_ID": OTHER, "DB1_PATH": ".wiki"}, "'.wiki' is a hidden folder"),
    ({"DB1_NOTION_ID": "wiki"}, "DB1_NOTION_ID: 'wiki' contains no Notion id"),
    ({"DB1_NOTION_ID": f"{OTHER} {ID}"}, "DB1_NOTION_ID"),
    ({"DB1_NOTION_ID": OTHER, "DB1_PATH": "~/x"}, "DB1_PATH: write a folder inside"),
    ({"DB1_NOTION_ID": OTHER, "DB1_PATH": "C:/x"}, "DB1_PATH: write a folder inside"),
    ({"DB1_NOTION_ID": OTHER, "DB1_PATH": "con"}, "Write con-x."),
    ({"DB1_LABEL": "Wiki"}, "DB1_NOTION_ID: is missing"),
    ({"DATABASES": "", "DB1_NOTIONID": ID}, "Did you mean DB1_NOTION_ID?"),
    (
        {"DATABASES": "", "DB1_NOTION_ID": ID, "DB1_GIT_REPO": "x"},
        "DBn_GIT_REPO: nothing is meant for",
    ),
    ({"OUTPUT_DIR": "../x"}, "OUTPUT_DIR: "),
    ({"OUTPUT_DIR": "my docs"}, "Write my-docs."),
    ({"OUTPUT_DIR": ".git"}, "OUTPUT_DIR: "),
    ({"OUTPUT_DIR": "a/" * 600}, "OUTPUT_DIR: "),
    ({"FULL_SYNC": "perhaps"}, "FULL_SYNC: write true or false, not 'perhaps'."),
    ({"DRY_RUN": "2"}, "DRY_RUN: write true or false"),
    ({"COMMIT": "never"}, "COMMIT: write run, page or false"),
    ({"PUBLISH_EVERY": "-1"}, "PUBLISH_EVERY: write a whole number from 0 to 86400"),
    ({"PUBLISH_EVERY": "5m"}, "PUBLISH_EVERY: write a whole number"),
    ({"PUBLISH_EVERY": "9" * 5000}, "PUBLISH_EVERY: write a whole number"),
    ({"CONCURRENCY": "0"}, "CONCURRENCY: write a whole number from 1 to 64, not '0'."),
    ({"CONCURRENCY": "8.5"}, "CONCURRENCY: write a whole number"),
    ({"CONCURRENCY": "\u00b2"}, "CONCURRENCY: write a whole number"),
    ({"IMAGE_MAX_WIDTH": "10"}, "IMAGE_MAX_WIDTH: write a whole number from 50"),
    ({"MAX_FILE_MB": "0"}, "MAX_FILE_MB: write a whole number"),
    ({"BRANCH": "a b"}, "BRANCH: 'a b' is not a valid branch name."),
    ({"BRANCH": "x.lock"}, "BRANCH: "),
    ({"BRANCH": "a..b"}, "BRANCH: "),
    ({"PULL_REQUEST": "true", "BRANCH": "notion-backup"}, "PULL_REQUEST_BRANCH: must differ"),
    ({"PULL_REQUEST_BRANCH": "-x"}, "PULL_REQUEST_BRANCH: "),
    ({"COMMIT_AUTHOR": "Ann"}, "COMMIT_AUTHOR: write it as Name <mail@example.com>"),
    ({"COMMIT_MESSAGE": "{name}"}, "COMMIT_MESSAGE: {name} means nothing here"),
    ({"GIT_TOKEN": "a b"}, "GIT_TOKEN: contains spaces"),
    ({"PROPERTIES": "list"}, "PROPERTIES: write table or front-matter or both or none"),
    ({"IMAGE_STYLE": "big"}, "IMAGE_STYLE: write html or markdown"),
    ({"FRONT_MATTER": "yaml"}, "FRONT_MATTER: write true or false or flat"),
    ({"ON_DELETE": "archive"}, "ON_DELETE: write remove or keep"),
    ({"ALLOW_MASS_DELETE": "all"}, "ALLOW_MASS_DELETE: write true or false"),
    ({"SHARD": "0/3"}, "SHARD: write a part like 2/3"),
    ({"SHARD": "4/3"}, "SHARD: write a part like 2/3"),
    ({"SHARD": f"1/{'9' * 5000}"}, "SHARD: write a part like 2/3"),
    ({"VERIFY": "maybe"}, "VERIFY: write true or false"),
    ({"NOTION_API_URL": "api.notion.com"}, "NOTION_API_URL: write an address like https://"),
    ({"NOTION_API_URL": "http://[::1"}, "NOTION_API_URL: write an address"),
    ({"NOTION_API_URL": "https://a:99999"}, "NOTION_API_URL: write an address"),
    ({"NOTION_API_URL": "https://a b"}, "NOTION_API_URL: write an address"),
    ({"NOTION_API_URL": "https://a?x=1"}, "NOTION_API_URL: write an address"),
    ({"ALLOWED_PRIVATE_HOSTS": "https://nas/"}, "ALLOWED_PRIVATE_HOSTS: write host names"),
    ({"ALLOWED_PRIVATE_HOSTS": "nas, box"}, "ALLOWED_PRIVATE_HOSTS: write host names"),
    ({"SERVER_URL": "git.example.com"}, "SERVER_URL: write a full URL"),
    ({"DISCORD_WEBHOOK_URL": "discord"}, "DISCORD_WEBHOOK_URL: write a full URL"),
    ({"DISCORD_LEVEL": "3"}, "DISCORD_LEVEL: write never or errors or always"),
    ({"WEBHOOK_URL": "ftp://x"}, "WEBHOOK_URL: write a full URL"),
    ({"HEALTHCHECK_URL": "https://a:0"}, "HEALTHCHECK_URL: write a full URL"),
    ({"AI_NAMING_ENABLED": "true"}, "AI_API_KEY is missing"),
    ({"AI_NAMING_ENABLED": "true", "AI_API_KEY": "k", "AI_PRICE_IN": "1,5"}, "AI_PRICE_IN: write"),
    (
        {"AI_NAMING_ENABLED": "true", "AI_API_KEY": "k", "AI_API_URL": "x"},
        "AI_API_URL: write an addr",
    ),
    (
        {"CONFIG": f'DATABASES="{ID}'},
        "CONFIG line 1: DATABASES: the quotes of its value are not cl",
    ),
    ({"CONFIG": f"OUTPUT_DIR=a\nDATABASES {ID}"}, "DATABASES"),
    ({"CONFIG": "CONCURRENCY: 8"}, "CONFIG line 1: write CONCURRENCY=value"),
    ({"CONFIG": f"DATABASES={ID}\nDATABASES={OTHER}"}, "CONFIG: DATABASES has two values; keep"),
    ({"CONFIG": f"DB1_NOTION_ID={ID}\nDB1_NOTION_ID={OTHER}"}, "CONFIG: DB1_NOTION_ID has two"),
    ({"CONFIG": f"DATABASES={ID}\n- {OTHER}"}, "names a database outside any setting"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=[words[:40] for _, words in WRONG])
def test_each_wrong_value_ends_in_one_sentence(wrong: dict[str, str], words: str) -> None:
    environ = {name: value for name, value in {**GOOD, **wrong}.items() if value}
    with pytest.raises(ConfigError) as caught:
        Settings.read({}, environ)
    said = str(caught.value)
    assert words in said
    assert SECRET not in said and not _PROGRAM.search(said), said
    assert all(len(line) < 420 and line.rstrip().endswith((".", "?")) for line in said.splitlines())


NEARLY = [
    ("FRONTMATTER=false", "FRONT_MATTER"),
    ("DISCORD_LVL=1", "DISCORD_LEVEL"),
    ("full_sync=true", "FULL_SYNC"),
    ("FULL-SYNC=true", "FULL_SYNC"),
    ("OUTPUTDIR=docs", "OUTPUT_DIR"),
    ("DB1_NOTIONID=x", "DB1_NOTION_ID"),
    ("DB12_LABLE=x", "DB12_LABEL"),
    ("DATABASE=x", "DATABASES"),
    ("PULLREQUEST=true", "PULL_REQUEST"),
]


@pytest.mark.parametrize(("line", "meant"), NEARLY)
def test_a_misspelt_name_gets_a_warning_with_the_nearest_one(line: str, meant: str) -> None:
    for given in ({"CONFIG": line}, {}):
        dotenv = "" if given else line
        (said,) = Settings.read({}, {**GOOD, **given}, dotenv).warnings
        assert f"Did you mean {meant}?" in said
        assert said.startswith("CONFIG: " if given else ".env: ")


def test_names_of_other_programs_are_left_alone() -> None:
    text = "PATH=/bin\nEDITOR=vi\nOTHER_KEY=1\nPOSTGRES_PASSWORD=x\nTZ=UTC\nCOMPOSE_PROJECT_NAME=a"
    assert Settings.read({}, GOOD, text).warnings == ()


def test_properties_that_have_no_front_matter_to_go_into_are_reported() -> None:
    (said,) = Settings.read({}, {**GOOD, "PROPERTIES": "front-matter"}).warnings
    assert "stay in the table" in said and said.endswith("Set FRONT_MATTER=true.")
    for more in ({"PROPERTIES": "both"}, {"PROPERTIES": "front-matter", "FRONT_MATTER": "flat"}):
        assert Settings.read({}, {**GOOD, **more}).warnings == ()


def test_names_of_the_script_before_are_explained() -> None:
    said = Settings.read({}, GOOD, "GIT_BASE_URL=https://git.example.com\nGIT_OWNER=me").warnings
    assert ["GIT_BASE_URL" in said[0], "GIT_OWNER" in said[1]] == [True, True]


def test_a_workflow_is_given_the_names_of_its_inputs() -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.read({}, {"GITHUB_ACTIONS": "true", "CONCURRENCY": "many"})
    said = str(caught.value).splitlines()
    assert any(line.endswith("this is the input notion-token.") for line in said)
    assert any(line.endswith("this is the input concurrency.") for line in said)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"NOTION_TOKEN={SECRET}\n".encode("utf-16"), "is not UTF-8 text: save it again as UTF-8."),
        (b"NOTION_TOKEN=\xe9\n", "is not UTF-8 text"),
        (f'NOTION_TOKEN="{SECRET}\nDATABASES={ID}\n'.encode(), "line 1: NOTION_TOKEN: the quotes"),
        (f"NOTION_TOKEN\t{SECRET}\nDATABASES={ID}\n".encode(), "write NOTION_TOKEN=value"),
    ],
)
def test_a_dotenv_file_that_cannot_be_read_is_named(
    content: bytes,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    assert main([], {}) == 2
    said = capsys.readouterr().out
    assert words in said and SECRET not in said


def test_a_dotenv_file_with_tabs_and_a_mark_at_its_beginning_is_read(tmp_path: Path) -> None:
    text = f"\ufeffNOTION_TOKEN\t=\t{SECRET}\n\tDATABASES = {ID}\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert Settings.read({}, {}, text.lstrip("\ufeff")).notion_token.reveal() == SECRET


@pytest.mark.parametrize(
    ("flag", "meant"),
    [("--ful-sync", "--full-sync"), ("--outputdir=x", "--output-dir"), ("--dryrun", "--dry-run")],
)
def test_a_misspelt_flag_is_one_line_with_the_nearest_one(
    flag: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([flag], {})
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"Did you mean {meant}?" in said
