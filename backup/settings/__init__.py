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
from backup.settings.ai import AiNaming, ai_naming
from backup.settings.contacts import Contacts
from backup.settings.databases import astray, folder
from backup.settings.publishing import Publishing, publishing
from backup.settings.reader import Reader, Secret
from backup.settings.table import SETTINGS, Setting

__all__ = ["SETTINGS", "AiNaming", "Contacts", "Secret", "Setting", "Settings", "contacts"]


_GET_A_TOKEN = (
    "create an integration on notion.so/profile/integrations, share the database with it "
    "(⋯ → Connections), and pass its secret as NOTION_TOKEN."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a run is told to do. `databases` are those that count in this repository; `ai_naming` is
    None when pictures get their usual names."""

    notion_token: Secret
    notion_api_url: str
    databases: tuple[Database, ...]
    output_dir: str
    full_sync: bool
    dry_run: bool
    publishing: Publishing
    front_matter: bool
    properties: str
    image_style: str
    image_max_width: int
    max_file_mb: int
    allowed_private_hosts: tuple[str, ...]
    keep_deleted: bool
    allow_mass_delete: bool
    shard: tuple[int, int]
    verify: bool
    concurrency: int
    ai_naming: AiNaming | None
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
        files = {".env": dotenv, "CONFIG": _config(flags, environ, dotenv)}
        reader.problems += [wrong for name in files for wrong in _astray(name, files[name])]
        known = Contacts.of(reader)
        settings = cls(
            notion_token=reader.required_secret("NOTION_TOKEN", _GET_A_TOKEN),
            notion_api_url=reader.base_address("NOTION_API_URL"),
            databases=reader.databases(environ.get("GITHUB_REPOSITORY", "")),
            output_dir=reader.parsed("OUTPUT_DIR", folder),
            full_sync=reader.switch("FULL_SYNC"),
            dry_run=reader.switch("DRY_RUN"),
            publishing=publishing(reader),
            front_matter=reader.switch("FRONT_MATTER"),
            properties=reader.one_of("PROPERTIES", "table", "front-matter", "both", "none"),
            image_style=reader.one_of("IMAGE_STYLE", "html", "markdown"),
            image_max_width=reader.whole_number("IMAGE_MAX_WIDTH", 50, 10_000),
            max_file_mb=reader.whole_number("MAX_FILE_MB", 1, 5_000),
            allowed_private_hosts=tuple(reader.text("ALLOWED_PRIVATE_HOSTS").split()),
            keep_deleted=reader.one_of("ON_DELETE", "remove", "keep") == "keep",
            allow_mass_delete=reader.switch("ALLOW_MASS_DELETE"),
            shard=reader.parsed("SHARD", _shard),
            verify=reader.switch("VERIFY"),
            concurrency=reader.whole_number("CONCURRENCY", 1, 64),
            ai_naming=ai_naming(reader),
            secrets=known.secrets,
        )
        if reader.problems:
            raise ConfigError("\n".join(reader.problems))
        return settings


def contacts(flags: Mapping[str, str], environ: Mapping[str, str], dotenv: str = "") -> Contacts:
    """Whom to tell, from the same sources as `Settings.read`, whatever is wrong with the rest."""
    return Contacts.of(Reader(_merged(flags, environ, dotenv)))


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


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts) <= 1000):
        raise ValueError(f"write a part like 2/3 (the second of three), not {text!r}.")
    return int(part), int(parts)
