"""Settings: flags, action inputs, the environment, CONFIG and .env become one frozen value.

Every mistake is found before the run starts, and all of them are told at once.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from backup.errors import ConfigError
from backup.model import Database
from backup.settings import ai, databases
from backup.settings.ai import AiNaming, ai_naming
from backup.settings.contacts import DRY_RUN, Contacts
from backup.settings.contacts import SETTINGS as _CONTACTS
from backup.settings.databases import astray, folder
from backup.settings.parsers import Secret, base_address, one_of, secret, switch, whole_number
from backup.settings.publishing import Publishing, publishing
from backup.settings.setting import Reader, Setting, declared, setting, several

__all__ = ["SETTINGS", "AiNaming", "Contacts", "Secret", "Setting", "Settings", "contacts"]

_API = "https://api.notion.com"
_CONFIG = Setting(
    "CONFIG",
    "A whole .env text as one value, for settings that many repositories share.",
    secret=True,
)


def _keeps(text: str) -> bool:
    return one_of("remove", "keep")(text) == "keep"


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts) <= 1000):
        raise ValueError(f"write a part like 2/3 (the second of three), not {text!r}.")
    return int(part), int(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a run is told to do. `databases` are those that count in this repository; `ai_naming` is
    None when pictures get their usual names. The fields stand in the order of the README's table."""

    notion_token: Secret = setting(
        "NOTION_TOKEN",
        "The secret of your Notion integration (ntn_…).",
        secret,
        required="create an integration on notion.so/profile/integrations, share the database with "
        "it (⋯ → Connections), and pass its secret as NOTION_TOKEN.",
        secret=True,
    )
    notion_api_url: str = setting(
        "NOTION_API_URL",
        "Where the Notion API answers. Only for proxies and for tests.",
        base_address(_API),
        default=_API,
    )
    databases: tuple[Database, ...] = several(
        *databases.SETTINGS, _CONFIG, read=databases.databases
    )
    output_dir: str = setting(
        "OUTPUT_DIR",
        "The folder below the workspace that holds the backup and its .notion-sync.json.",
        folder,
        default=".",
    )
    full_sync: bool = setting(
        "FULL_SYNC",
        "Read every page again, also those that did not change.",
        switch,
        default="false",
    )
    dry_run: bool = several(DRY_RUN, read=lambda reader: bool(reader.value(DRY_RUN)))
    publishing: Publishing = several(*declared(Publishing), read=publishing)
    front_matter: bool = setting(
        "FRONT_MATTER", "Start each page with title, id, address and times.", switch, default="true"
    )
    properties: str = setting(
        "PROPERTIES",
        "Where a row's properties go: `table` under the title, `front-matter` for site generators, "
        "`both` or `none`.",
        one_of("table", "front-matter", "both", "none"),
        default="table",
    )
    image_style: str = setting(
        "IMAGE_STYLE",
        "`html`: pictures are centred and limited in width; `markdown`: plain Markdown pictures.",
        one_of("html", "markdown"),
        default="html",
    )
    image_max_width: int = setting(
        "IMAGE_MAX_WIDTH",
        "Pictures that are wider are shown this wide (pixels).",
        whole_number(50, 10_000),
        default="800",
    )
    max_file_mb: int = setting(
        "MAX_FILE_MB",
        "Larger files are not stored; the page says their name and size. GitHub takes up to 100.",
        whole_number(1, 5_000),
        default="95",
    )
    allowed_private_hosts: tuple[str, ...] = setting(
        "ALLOWED_PRIVATE_HOSTS",
        "Hosts in private networks from which files may be downloaded, separated by blanks; "
        "`host:port` for a port that is not 80 or 443.",
        lambda text: tuple(text.split()),
    )
    keep_deleted: bool = setting(
        "ON_DELETE",
        "What happens to a page that is in Notion's trash: `remove` its files, or `keep` them.",
        _keeps,
        default="remove",
    )
    allow_mass_delete: bool = setting(
        "ALLOW_MASS_DELETE",
        "Remove pages also when many of a database (20 %, at least 5) would go at once.",
        switch,
        default="false",
    )
    ai_naming: AiNaming | None = several(ai.ENABLED, *declared(AiNaming), read=ai_naming)
    shard: tuple[int, int] = setting(
        "SHARD",
        "`i/n`: only the i-th of n parts of the pages, for jobs that share a large database.",
        _shard,
        default="1/1",
    )
    verify: bool = setting(
        "VERIFY",
        "Check the whole backup after the run: every link, every anchor, every file's Markdown.",
        switch,
        default="false",
    )
    concurrency: int = setting(
        "CONCURRENCY",
        "How many requests and downloads run at once (1 to 64).",
        whole_number(1, 64),
        default="8",
    )
    secrets: tuple[Secret, ...] = field(default=(), repr=False)

    @classmethod
    def read(
        cls, flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = ""
    ) -> Settings:
        """Read all settings; an earlier source wins: `flags` (setting name → text), `environ`
        (inputs and environment), its CONFIG, and `dotenv`, the text of a .env file.

        Raises ConfigError with every mistake, each naming its setting and what to write.
        """
        reader = Reader(_merged(flags, environ, dotenv), environ.get("GITHUB_REPOSITORY", ""))
        files = {".env": dotenv, "CONFIG": _config(flags, environ, dotenv)}
        reader.problems += [wrong for name in files for wrong in _astray(name, files[name])]
        known = _contacts(reader)
        settings = reader.values(cls, secrets=known.secrets)
        if reader.problems:
            raise ConfigError("\n".join(dict.fromkeys(reader.problems)))
        return settings


SETTINGS = (*declared(Settings), *_CONTACTS)


def contacts(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = "") -> Contacts:
    """Whom to tell, from the same sources as `Settings.read`, whatever is wrong with the rest."""
    return _contacts(Reader(_merged(flags, environ, dotenv)))


def _contacts(reader: Reader) -> Contacts:
    """CONFIG is shown nowhere as a whole; the secrets in it are among the values already."""
    names = (each.name for each in SETTINGS if each.secret and each is not _CONFIG)
    texts = filter(None, map(reader.texts.get, names))
    return Contacts.of(reader, tuple(map(Secret, texts)))


def _merged(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str) -> dict[str, str]:
    config = _dotenv(_config(flags, environ, dotenv))
    merged: dict[str, str] = {}
    for source in (_dotenv(dotenv), config, environ, flags):
        merged.update({name: value.strip() for name, value in source.items() if value.strip()})
    return merged


def _config(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str) -> str:
    return flags.get("CONFIG") or environ.get("CONFIG") or _dotenv(dotenv).get("CONFIG", "")


def _dotenv(text: str) -> dict[str, str]:
    """Values of a .env text; `${NAME}` stays as it is: a token may hold a dollar."""
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in values.items() if value}


def _astray(name: str, text: str) -> list[str]:
    """What is wrong with lines that belong to no setting."""
    lines = parse_stream(io.StringIO(text))
    found = (astray(line.key or "", line.original.string.strip()) for line in lines)
    return [f"{name}: {wrong}" for wrong in found if wrong]
