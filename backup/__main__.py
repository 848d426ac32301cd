"""Entry point: arguments, environment, signals, exit code; starts one command."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from backup import __version__
from backup.commands import COMMANDS
from backup.errors import BackupError, ConfigError
from backup.model import Problem
from backup.notion.client import Client, Gate
from backup.report.log import Log
from backup.report.reporter import Reporter
from backup.services import build
from backup.settings import NAMES, SETTINGS, Settings, contacts
from backup.settings.nearest import nearest
from backup.stop import Interrupted, Stop


def main(argv: Sequence[str], environ: Mapping[str, str], stop: Stop | None = None) -> int:
    """Run the program; the exit code: 0 all well, 1 something failed and the rest is saved, 2 the
    configuration is wrong, 128 + the signal's number when it was told to stop.

    Raises SystemExit(1) for a bug, when everybody has been told.
    """
    stop = stop or Stop()
    arguments = _parser().parse_args(argv)
    reporter = Reporter(sys.stdout, environ, platform.node())
    try:
        return _started(arguments, environ, stop, reporter)
    except BackupError as error:
        reporter.fail(Problem(_kind(error), str(error)), error.exit_code)
        return error.exit_code
    except Interrupted:
        what = "The run was stopped before it changed anything."
        reporter.fail(Problem("backup", what), 128 + stop.signal)
        return 128 + stop.signal
    except Exception as bug:
        lines = "".join(traceback.format_exception(bug)).splitlines()
        reporter.fail(Problem("bug", f"{type(bug).__name__}: {bug}"), 1, lines)
        raise SystemExit(1) from bug


def _started(
    arguments: argparse.Namespace,
    environ: Mapping[str, str],
    stop: Stop,
    reporter: Reporter,
) -> int:
    flags, log = _flags(arguments), reporter.log
    workspace = Path(environ.get("GITHUB_WORKSPACE") or Path.cwd())
    settings = _read(arguments, flags, environ, reporter)
    log.problem("warnings", *(Problem("settings", each) for each in settings.warnings))
    services = build(settings, _client(settings, log), workspace, environ, log, stop)
    report = COMMANDS["backup"](settings, services)
    origin, folder = "", settings.output_dir
    if services.publisher:
        origin, folder = services.publisher.to.url, services.publisher.prefix.rstrip("/")
    reporter.end(report, origin=origin, folder=folder)
    return 128 + stop.signal if stop.requested else report.exit_code


def _read(
    arguments: argparse.Namespace,
    flags: Mapping[str, str],
    environ: Mapping[str, str],
    reporter: Reporter,
) -> Settings:
    """Read the settings. Notifiers are configured first, so that they also get mistakes in other settings."""
    dotenv, mistake = "", None
    try:
        dotenv = _dotenv(arguments)
    except ConfigError as error:
        mistake = error
    known = contacts(flags, environ, dotenv)
    secrets = [secret.reveal() for secret in known.secrets]
    secrets += filter(None, [environ.get("GITHUB_TOKEN")])
    reporter.configure(known.given, secrets, dry_run=known.dry_run)
    reporter.begin()
    if mistake:
        raise mistake
    return Settings.read(flags, environ, dotenv)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a flag, with the nearest one, in place of the whole usage."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does. Raises SystemExit(2) for a flag that does not exist."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flag = unknown[0].partition("=")[0]
            meant = nearest(flag.lstrip("-"), NAMES).lower().replace("_", "-")
            instead = f" Did you mean --{meant}?" if meant else " See --help."
            self.error(f"{flag} is not a flag or a command.{instead}")
        return found

    def error(self, message: str) -> NoReturn:
        """One sentence on stderr, and exit code 2."""
        self.exit(2, f"error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="notion-backup",
        description="Back up Notion databases as Markdown into this repository.",
        epilog="Every setting can also come from the environment or from .env: see the README.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--env", metavar="FILE", help="read settings from FILE (default: .env)")
    for setting in SETTINGS:
        if setting.input and not setting.secret:
            parser.add_argument(
                f"--{setting.input}",
                dest=setting.name,
                nargs="?" if setting.switch else None,
                const="true" if setting.switch else None,
                default="",
                metavar="true|false" if setting.switch else "…",
                help=setting.meaning.replace("%", "%%"),
            )
    return parser


def _flags(arguments: argparse.Namespace) -> dict[str, str]:
    return {name: value for name, value in vars(arguments).items() if name in NAMES and value}


def _dotenv(arguments: argparse.Namespace) -> str:
    """The text of the .env file; it must exist when it was named."""
    path = Path(arguments.env or ".env")
    try:
        return _decoded(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        if arguments.env:
            raise ConfigError(f"--env: there is no file {path}.") from None
        return ""
    except UnicodeError:
        raise ConfigError(f"{path} is not UTF-8 text: save it again as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"--env: {path} cannot be read ({type(error).__name__}).") from None


def _decoded(content: bytes) -> str:
    """The text of a .env file; Windows marks UTF-8 at its beginning. Raises UnicodeError for UTF-16,
    whose every second byte is a NUL, as for all that is not UTF-8."""
    if b"\0" in content:
        raise UnicodeError
    return content.decode("utf-8-sig")


def _client(settings: Settings, log: Log) -> Client:
    def waiting(seconds: float) -> None:
        log.line(f"Notion asks to wait {seconds:.0f} s: its rate limit is reached.")

    return Client(
        settings.notion_token.reveal(),
        settings.notion_api_url,
        connections=settings.concurrency,
        gate=Gate(tell=waiting),
        tell=log.line,
    )


def _kind(error: BackupError) -> str:
    return "configuration" if isinstance(error, ConfigError) else "backup"


def start(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """`main` for a process of its own: it listens to signals, and leaves without waiting or tidying
    up; it only returns when nobody reads the log any more."""
    stop = Stop()
    stop.listen()
    try:
        code = main(argv, environ, stop)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the log has gone: `… --demo | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    os._exit(code)  # a request under way must not hold up a job that was cancelled


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:], dict(os.environ)))
