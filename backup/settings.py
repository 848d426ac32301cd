"""Settings: flags, action inputs, the environment, CONFIG and .env become one frozen value.

The table SETTINGS is the one list of settings; action.yml, the README and .env.example are held to
it by a test. Every mistake is found before the run starts, and all of them are told at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values

from backup.databases import Database, Entries, databases, folder
from backup.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: `default` as a user would write it, `meaning` in a user's words."""

    name: str
    default: str
    meaning: str
    secret: bool = False
    switch: bool = False  # true or false
    family: bool = False  # one variable for each n: no action input, no flag

    @property
    def input(self) -> str:
        """The name as an action input and as a flag (kebab-case); '' where there is none."""
        return "" if self.family else self.name.lower().replace("_", "-")


SETTINGS: tuple[Setting, ...] = (
    Setting("NOTION_TOKEN", "", "The secret of your Notion integration (ntn_…).", secret=True),
    Setting(
        "NOTION_API_URL",
        "https://api.notion.com",
        "Where the Notion API answers. Only for proxies and for tests.",
    ),
    Setting(
        "DATABASES",
        "",
        "What to back up, one database a line: its id or URL, or `path = id or URL` to choose the folder.",
    ),
    Setting(
        "DBn_NOTION_ID",
        "",
        "The same with one variable each (n = 1, 2, …; gaps allowed): id or URL of the n-th database.",
        family=True,
    ),
    Setting(
        "DBn_LABEL",
        "",
        "A name for the n-th database, in messages and for its folder. Default: its title in Notion.",
        family=True,
    ),
    Setting(
        "DBn_PATH",
        "",
        "The folder of the n-th database, below OUTPUT_DIR. Default: made from its label.",
        family=True,
    ),
    Setting(
        "DBn_GIT_REPO",
        "",
        "`repo` or `owner/repo`: the n-th database counts only in the workflow of that repository.",
        family=True,
    ),
    Setting(
        "CONFIG",
        "",
        "A whole .env text as one value, for settings that many repositories share.",
        secret=True,
    ),
    Setting(
        "OUTPUT_DIR",
        ".",
        "The folder below the workspace that holds the backup and its .notion-sync.json.",
    ),
    Setting(
        "FULL_SYNC", "false", "Read every page again, also those that did not change.", switch=True
    ),
    Setting("DRY_RUN", "false", "Say what would be done, and write nothing.", switch=True),
    Setting("COMMIT", "true", "false: write the files, leave git alone.", switch=True),
    Setting(
        "FRONT_MATTER", "true", "Start each page with title, id, address and times.", switch=True
    ),
    Setting("CONCURRENCY", "8", "How many requests and downloads run at once (1 to 64)."),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_WORDS = {"true": True, "yes": True, "1": True, "on": True} | {
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}


class Secret:
    """A value that no message shows: str() and repr() hide it, `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __bool__(self) -> bool:
        return bool(self._value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a run is told to do. `databases` are those that count in this repository."""

    notion_token: Secret
    notion_api_url: str
    databases: tuple[Database, ...]
    output_dir: str
    full_sync: bool
    dry_run: bool
    commit: bool
    front_matter: bool
    concurrency: int
    secrets: tuple[Secret, ...] = field(default=(), repr=False)

    @classmethod
    def read(
        cls, flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = ""
    ) -> Settings:
        """Read all settings; an earlier source wins: `flags` (setting name → text), `environ`
        (inputs and environment), its CONFIG, and `dotenv`, the text of a .env file.

        Raises ConfigError with every mistake, each naming its setting and what to write.
        """
        reader = Reader(_merged(flags, environ, dotenv))
        settings = cls(
            notion_token=reader.required_secret("NOTION_TOKEN"),
            notion_api_url=reader.parsed("NOTION_API_URL", _base_address),
            databases=reader.databases(environ.get("GITHUB_REPOSITORY", "")),
            output_dir=reader.parsed("OUTPUT_DIR", folder),
            full_sync=reader.switch("FULL_SYNC"),
            dry_run=reader.switch("DRY_RUN"),
            commit=reader.switch("COMMIT"),
            front_matter=reader.switch("FRONT_MATTER"),
            concurrency=reader.whole_number("CONCURRENCY", 1, 64),
            secrets=reader.secrets(),
        )
        if reader.problems:
            raise ConfigError("\n".join(reader.problems))
        return settings


class Reader:
    """Reads values by their setting's name and remembers everything that is wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The value as written, or the setting's default."""
        return self.values.get(name) or _BY_NAME[name].default

    def parsed(self, name: str, parse: Callable[[str], T]) -> T:
        """`parse` may raise ValueError with what to write instead; the default then stands in."""
        try:
            return parse(self.text(name))
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return parse(_BY_NAME[name].default)

    def switch(self, name: str) -> bool:
        """true or false, in the words people use for them."""
        return self.parsed(name, _switch)

    def whole_number(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return self.parsed(name, lambda text: _whole_number(text, low, high))

    def required_secret(self, name: str) -> Secret:
        """A secret without which nothing works."""
        value = self.text(name)
        if not value:
            self.problems.append(
                f"{name} is missing: create an integration on notion.so/profile/integrations, share "
                f"the database with it (⋯ → Connections), and pass its secret as {name}."
            )
        elif not value.isascii() or not value.isprintable() or " " in value:
            self.problems.append(f"{name} holds blanks or unprintable characters: copy it again.")
        return Secret(value)

    def databases(self, repository: str) -> tuple[Database, ...]:
        """The databases for this repository, from DATABASES and the DBn_… family."""
        entries: Entries = databases(self.values, repository)
        self.problems.extend(entries.problems)
        return entries.found

    def secrets(self) -> tuple[Secret, ...]:
        """Every value that must never be shown: the secret settings that are set.

        CONFIG is shown nowhere as a whole; the secrets in it are among the values already.
        """
        named = [
            setting.name for setting in SETTINGS if setting.secret and setting.name != "CONFIG"
        ]
        return tuple(Secret(self.values[name]) for name in named if self.values.get(name))


def _merged(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str) -> dict[str, str]:
    file = _dotenv(dotenv)
    config = _dotenv(flags.get("CONFIG") or environ.get("CONFIG") or file.get("CONFIG") or "")
    merged: dict[str, str] = {}
    for source in (file, config, environ, flags):
        merged.update({name: value.strip() for name, value in source.items() if value.strip()})
    return merged


def _dotenv(text: str) -> dict[str, str]:
    """Values of a .env text; `${NAME}` stays as it is: a token may hold a dollar."""
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in values.items() if value}


def _switch(text: str) -> bool:
    if (value := _WORDS.get(text.lower())) is None:
        raise ValueError(f"write true or false, not {text!r}.")
    return value


def _whole_number(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"write a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _base_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in ("http", "https") or not address.hostname or address.query:
        raise ValueError("write an address like https://api.notion.com, without a query.")
    return text.rstrip("/").removesuffix("/v1")
