"""Settings: flags, action inputs, the environment, CONFIG and .env become one frozen value.

Every mistake is found before the run starts, and all of them are reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from backup import ci
from backup.errors import ConfigError
from backup.model import NamedRoot
from backup.settings import ai, databases, dotenv_text
from backup.settings.ai import AiNaming, ai_naming
from backup.settings.contacts import DRY_RUN, Contacts
from backup.settings.contacts import SETTINGS as _CONTACTS
from backup.settings.databases import folder
from backup.settings.nearest import nearest
from backup.settings.parsers import (
    Secret,
    base_address,
    hosts,
    one_of,
    secret,
    shown,
    switch,
    whole_number,
)
from backup.settings.publishing import Publishing, publishing
from backup.settings.rendering import Rendering
from backup.settings.restoring import Restoring, restoring
from backup.settings.setting import Fields, Setting, SettingReader, declared, one, setting, several

__all__ = [
    "COMMAND",
    "NAMES",
    "SETTINGS",
    "AiNaming",
    "ApiSettings",
    "Contacts",
    "NothingNamed",
    "ReadingSettings",
    "Rendering",
    "RestoreSettings",
    "Restoring",
    "Secret",
    "Setting",
    "Settings",
    "command_of",
    "contacts",
    "named",
]

T = TypeVar("T")

_API = "https://api.notion.com"
_CONFIG = Setting(  # without a value of its own: what it holds is read like the environment
    "CONFIG",
    "",
    "A whole .env text as one value, for settings that several repositories share.",
    secret=True,
)
COMMAND = Setting(
    "COMMAND",
    "backup",
    "What to do: `backup`; `verify`: check what is backed up; `status`: show what is backed up; "
    "`restore`: bring a page back (RESTORE_PATH). `verify` and `status` need no token, no network and "
    "no DATABASES, and write nothing.",
)
_TOKEN = Setting(
    "NOTION_TOKEN",
    "",
    "The secret of your Notion integration (ntn_…).",
    secret,
    required="create an integration on notion.so/profile/integrations, share the database with "
    "it (⋯ → Connections), and pass its secret as NOTION_TOKEN.",
    secret=True,
)
_API_URL = Setting(
    "NOTION_API_URL",
    _API,
    "The address of the Notion API. Change it only for a proxy or for tests.",
    base_address(_API),
)
_PRIVATE_HOSTS = Setting(
    "ALLOWED_PRIVATE_HOSTS",
    "",
    "Hosts in private networks from which files may be downloaded, separated by spaces; "
    "`host:port` for a port other than 80 or 443.",
    hosts,
)
_CONCURRENCY = Setting(
    "CONCURRENCY",
    "16",
    "How many requests and downloads run in parallel (1 to 64).",
    whole_number(1, 64),
)
_OUTPUT_DIR = Setting(
    "OUTPUT_DIR",
    ".",
    "The folder, relative to the workspace, that holds the backup and its .notion-sync.json.",
    folder,
)


def _keeps(text: str) -> bool:
    return one_of("remove", "keep")(text) == "keep"


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    is_part = part.isdecimal() and parts.isdecimal() and len(text) <= 9
    if not (is_part and 1 <= int(part) <= int(parts) <= 1000):
        raise ValueError(f"write a part like 2/3 (the second of three), not {shown(text)}.")
    return int(part), int(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a run is to do. `databases` are those that count in this repository; `ai_naming` is
    None when images get their usual names. `warnings` is what was ignored and probably meant. The
    fields stand in the order of the table in docs/settings.md."""

    notion_token: Secret = one(_TOKEN)
    notion_api_url: str = one(_API_URL)
    databases: tuple[NamedRoot, ...] = several(
        *databases.SETTINGS, _CONFIG, read=databases.databases
    )
    child_pages: bool = setting(
        "CHILD_PAGES",
        "true",
        "Also back up the pages and databases inside pages. `false` leaves links to them.",
        switch,
    )
    comments: bool = setting(
        "COMMENTS",
        "false",
        "Also back up open comments, at the end of their page. The integration needs the capability to read "
        "comments, and each run takes about two more requests per page.",
        switch,
    )
    output_dir: str = one(_OUTPUT_DIR)
    full_sync: bool = setting(
        "FULL_SYNC", "false", "Read every page again, even if it did not change.", switch
    )
    dry_run: bool = one(DRY_RUN)
    publishing: Publishing = several(*declared(Publishing), read=publishing)
    rendering: Rendering = several(
        *declared(Rendering), read=lambda reader: reader.values(Rendering)
    )
    keep_json: bool = setting(
        "KEEP_JSON",
        "true",
        "Keep a `.notion.json` beside each page and list of pages: what Notion answered, without loss. "
        "The Markdown can then be written again without asking Notion. Without it and without front matter, "
        "only the state file says whose a page is: if that is lost, and git has no earlier one, the "
        "pages that changed in Notion since are reported and left as they are.",
        switch,
    )
    max_file_mb: int = setting(
        "MAX_FILE_MB",
        "95",
        "Do not store larger files; the page gives their name and size instead. GitHub "
        "accepts up to 100.",
        whole_number(1, 5_000),
    )
    allowed_private_hosts: tuple[str, ...] = one(_PRIVATE_HOSTS)
    keep_deleted: bool = setting(
        "ON_DELETE",
        "remove",
        "What to do with a page in Notion's trash: `remove` its files, or `keep` them.",
        _keeps,
    )
    allow_mass_delete: bool = setting(
        "ALLOW_MASS_DELETE",
        "false",
        "Allow a run to remove many pages of a database at once (20 %, at least 5).",
        switch,
    )
    ai_naming: AiNaming | None = several(ai.ENABLED, *declared(AiNaming), read=ai_naming)
    shard: tuple[int, int] = setting(
        "SHARD",
        "1/1",
        "`i/n`: back up only the i-th of n parts of the pages, to split a large database "
        "across jobs.",
        _shard,
    )
    verify: bool = setting(
        "VERIFY",
        "false",
        "Check the whole backup after the run, as the command `verify` does.",
        switch,
    )
    concurrency: int = one(_CONCURRENCY)
    secrets: tuple[Secret, ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        flags: Mapping[str, str],
        environ: Mapping[str, str],
        dotenv: str = "",
        here: Callable[[], str] = lambda: "",
    ) -> Settings:
        """Read all settings; an earlier source wins: `flags` (setting name → text), `environ`
        (inputs and environment), its CONFIG, and `dotenv`, the text of a .env file. Outside of a workflow
        `here` says which repository ('owner/repo') the run is for, where a setting depends on that.

        Raises ConfigError with every mistake, each naming its setting and what to write.
        """
        texts = _merged(flags, environ, dotenv)
        repository = ci.repository(environ)
        if not repository and databases.depends_on_repository(texts):
            repository = here()
        reader = SettingReader(texts, repository)
        files = {".env": dotenv, "CONFIG": _config(flags, environ, dotenv)}
        found = [dotenv_text.flaws(name, text, NAMES) for name, text in files.items()]
        reader.problems += [each for flaws in found for each in flaws.mistakes]
        warnings = [each for flaws in found for each in flaws.warnings]
        known = _contacts(reader)
        settings = reader.values(cls, secrets=known.secrets)
        settings = replace(settings, warnings=(*warnings, *settings.rendering.warnings))
        return _sound(reader, environ, settings, warnings)


class _Few:
    """The few settings that a command needs."""

    __slots__ = ()

    @classmethod
    def read(
        cls: type[Fields], flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = ""
    ) -> Fields:
        """From the same sources as `Settings.read`; what is wrong with other settings is not asked.

        Raises ConfigError with every mistake.
        """
        reader = SettingReader(_merged(flags, environ, dotenv))
        return _sound(reader, environ, reader.values(cls))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingSettings(_Few):
    """Settings of a command that only looks at a backup: where it lies, and how it was rendered."""

    output_dir: str = one(_OUTPUT_DIR)
    rendering: Rendering = several(
        *declared(Rendering), read=lambda reader: reader.values(Rendering)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreSettings:
    """Settings of a restore: where the backup lies, what of it goes where, and how to ask Notion.
    `notion_token` may be empty where nothing is asked."""

    output_dir: str = one(_OUTPUT_DIR)
    notion_token: Secret = one(replace(_TOKEN, required=""))
    notion_api_url: str = one(_API_URL)
    allowed_private_hosts: tuple[str, ...] = one(_PRIVATE_HOSTS)
    concurrency: int = one(_CONCURRENCY)
    dry_run: bool = one(DRY_RUN)
    restoring: Restoring = several(*declared(Restoring), read=restoring)

    @property
    def plans_only(self) -> bool:
        """Whether nothing is to be written."""
        return self.dry_run or not self.restoring.into

    @classmethod
    def read(
        cls, flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = ""
    ) -> RestoreSettings:
        """From the same sources as `Settings.read`; what is wrong with other settings is not asked.

        Raises ConfigError with every mistake.
        """
        reader = SettingReader(_merged(flags, environ, dotenv))
        found = reader.values(cls)
        if not found.plans_only:
            reader.value(_TOKEN)  # what is written is read, too
        return _sound(reader, environ, found)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiSettings(_Few):
    """What is needed to ask Notion what there is: the token, whatever is wrong with other settings."""

    notion_token: Secret = one(_TOKEN)
    notion_api_url: str = one(_API_URL)


class NothingNamed(ConfigError):
    """No setting says what to back up: whoever asks Notion can say what there is."""


def _sound(
    reader: SettingReader, environ: Mapping[str, str], found: T, warnings: Collection[str] = ()
) -> T:
    """The values that were read, when nothing is wrong with any of them."""
    if reader.problems:
        problems = [*reader.problems, *warnings, *_misspelt(reader, environ)]
        if ci.product(environ):
            problems = [_with_input(each) for each in problems]
        kind = NothingNamed if databases.MISSING in reader.problems else ConfigError
        raise kind("\n".join(dict.fromkeys(problems)))
    return found


SETTINGS = (COMMAND, *declared(Settings), *declared(Restoring), *_CONTACTS)
NAMES = frozenset(each.name for each in SETTINGS)  # DBn_… stands for every number


def command_of(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = "") -> str:
    """What COMMAND says, from the same sources as `Settings.read`."""
    return str(SettingReader(_merged(flags, environ, dotenv)).value(COMMAND))


_ADVISED = re.compile(rf"\b({'|'.join(each.name for each in SETTINGS if each.input)})\b(?:=(\w+))?")


def named(text: str, *, workflow: bool) -> str:
    """Advice of our own with its settings as the reader writes them: GIT_TOKEN and PULL_REQUEST=true on a
    laptop, `git-token` and `pull-request: true` in a workflow."""
    if not workflow:
        return text
    inputs = {each.name: each.input for each in SETTINGS}

    def spelled(found: re.Match[str]) -> str:
        value = f": {found[2]}" if found[2] else ""
        return f"`{inputs[found[1]]}{value}`"

    return _ADVISED.sub(spelled, text)


def contacts(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = "") -> Contacts:
    """The notification settings, from the same sources as `Settings.read`, whatever is wrong with the rest."""
    return _contacts(SettingReader(_merged(flags, environ, dotenv)))


def _contacts(reader: SettingReader) -> Contacts:
    """CONFIG is shown nowhere as a whole; the secrets in it are among the values already."""
    names = (each.name for each in SETTINGS if each.secret and each is not _CONFIG)
    texts = filter(None, map(reader.texts.get, names))
    return Contacts.of(reader, tuple(map(Secret, texts)))


def _merged(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str) -> dict[str, str]:
    config = dotenv_text.values(_config(flags, environ, dotenv))
    merged: dict[str, str] = {}
    for source in (dotenv_text.values(dotenv), config, environ, flags):
        merged.update({name: value.strip() for name, value in source.items() if value.strip()})
    return merged


def _config(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str) -> str:
    return (
        flags.get("CONFIG") or environ.get("CONFIG") or dotenv_text.values(dotenv).get("CONFIG", "")
    )


_NAMED = re.compile(r"([A-Z_]+)(?=:| is missing)")  # the setting that a sentence begins with


def _with_input(problem: str) -> str:
    """A sentence with the name by which the author of a workflow knows its setting."""
    found = _NAMED.match(problem)
    if not found or found[1] not in NAMES:
        return problem
    return f"{problem} In a workflow, this is the input {found[1].lower().replace('_', '-')}."


def _misspelt(reader: SettingReader, environ: Mapping[str, str]) -> Iterator[str]:
    """The variable of the environment that was probably meant, for each setting that is missing."""
    missing = {what.partition(" is missing")[0] for what in reader.problems}
    for name in sorted(environ.keys() - NAMES):
        meant = nearest(name, NAMES)
        if meant != name and databases.FAMILY.sub("DATABASES", meant) in missing:
            yield f"{name} is set, but is not a setting. Did you mean {meant}?"
