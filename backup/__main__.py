"""Entry point: arguments, environment, signals, exit code; starts one command."""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from backup import __version__, ci
from backup.commands import (
    COMMANDS,
    BackupCommand,
    Command,
    ReadingCommand,
    RestoreCommand,
    discover,
    named,
)
from backup.errors import BackupError, ConfigError, NotionError
from backup.model import Problem
from backup.notion.client import Client
from backup.report.answer import Answer
from backup.report.log import Log
from backup.report.reporter import Reporter
from backup.services import build, gate, reading_services, repository, restore_services
from backup.settings import (
    COMMAND,
    NAMES,
    SETTINGS,
    ApiSettings,
    NothingNamed,
    ReadingSettings,
    RestoreSettings,
    Settings,
    command_of,
    contacts,
)
from backup.settings import named as named_setting
from backup.settings.nearest import nearest
from backup.stop import Interrupted, Stop


def main(argv: Sequence[str], environ: Mapping[str, str], stop: Stop | None = None) -> int:
    """Run the program; the exit code: 0 all well, 1 something failed and the rest is saved, 2 the
    configuration is wrong, 128 + the signal's number when it was stopped.

    Raises SystemExit(1) for a bug, when everybody has been notified.
    """
    stop = stop or Stop()
    arguments = _parser().parse_args(argv)
    stream = sys.stderr if arguments.json else sys.stdout  # then only the answer goes to stdout
    reporter = Reporter(stream, environ, platform.node(), stop.sleep)
    try:
        return _started(arguments, environ, stop, reporter)
    except BackupError as error:
        if isinstance(error, NotionError):
            error.hint = named_setting(error.hint, workflow=bool(ci.product(environ)))
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


@dataclass(frozen=True)
class _Sources:
    """Where the settings come from. `mistake` is what is wrong with the .env file itself."""

    flags: Mapping[str, str]
    environ: Mapping[str, str]
    dotenv: str
    mistake: ConfigError | None

    @property
    def sources(self) -> tuple[Mapping[str, str], Mapping[str, str], str]:
        """As the settings read them."""
        return self.flags, self.environ, self.dotenv

    @property
    def workspace(self) -> Path:
        """The clone in which the output folder lies."""
        return Path(ci.workspace(self.environ) or Path.cwd())


def _started(
    arguments: argparse.Namespace,
    environ: Mapping[str, str],
    stop: Stop,
    reporter: Reporter,
) -> int:
    given = _given(arguments, environ)
    name = command_of(*given.sources)
    is_quiet = isinstance(COMMANDS.get(name), ReadingCommand | RestoreCommand)
    _configure(reporter, given, quiet=is_quiet)
    if given.mistake:
        raise given.mistake
    command = named(name)
    given = _with_argument(given, arguments, name, command)
    if arguments.discover:
        return _discovered(name, given, reporter, stop, as_json=arguments.json)
    if isinstance(command, ReadingCommand):
        answer, folder = _looked(command, given, reporter)
    elif isinstance(command, RestoreCommand):
        answer, folder = _restored(command, given, reporter, stop)
    elif arguments.json:
        raise ConfigError(f"--json: {name} has no such answer; verify, status and restore have.")
    else:
        return _backed_up(command, given, reporter, stop)
    return _answered(answer, reporter, as_json=arguments.json, command=name, folder=folder)


def _backed_up(command: BackupCommand, given: _Sources, reporter: Reporter, stop: Stop) -> int:
    log, environ = reporter.log, given.environ
    try:
        settings = Settings.read(*given.sources, partial(repository, given.workspace, environ))
    except NothingNamed as error:
        raise _with_what_there_is(error, given, log, stop) from None
    log.problem("warnings", *(Problem("settings", each) for each in settings.warnings))
    client = _client(settings, log, stop, connections=settings.concurrency)
    services = build(settings, client, given.workspace, environ, log, stop)
    report = command.run(settings, services)
    origin, folder = "", settings.output_dir
    if services.publisher:
        origin, folder = services.publisher.to.url, services.publisher.prefix.rstrip("/")
    reporter.end(report, origin=origin, folder=folder)
    return 128 + stop.signal if stop.requested else report.exit_code


def _looked(command: ReadingCommand, given: _Sources, reporter: Reporter) -> tuple[Answer, str]:
    settings = ReadingSettings.read(*given.sources)
    folder = settings.output_dir
    services = reading_services(folder, given.workspace, given.environ, reporter.log)
    try:
        return command.run(settings, services), folder
    except BackupError as error:
        return Answer("", problems=(Problem(folder, str(error)),)), folder


def _restored(
    command: RestoreCommand, given: _Sources, reporter: Reporter, stop: Stop
) -> tuple[Answer, str]:
    settings = RestoreSettings.read(*given.sources)
    services = restore_services(settings, given.workspace, given.environ, reporter.log, stop)
    try:
        return command.run(settings, services), settings.output_dir
    except BackupError as error:
        problem = Problem(_kind(error), str(error))
        return Answer("", problems=(problem,), failed=error.exit_code), settings.output_dir


def _answered(answer: Answer, reporter: Reporter, *, as_json: bool, **more: str) -> int:
    if as_json:
        print(answer.json(reporter.log.secrets, **more))
    reporter.answer(answer)
    return answer.exit_code


def _discovered(
    name: str, given: _Sources, reporter: Reporter, stop: Stop, *, as_json: bool
) -> int:
    if name != "status":
        raise ConfigError(f"--discover: {name} has no such flag; write status --discover.")
    client = _client(ApiSettings.read(*given.sources), reporter.log, stop, tries=_FEW)
    return _answered(discover.run(client), reporter, as_json=as_json, command=name)


def _with_what_there_is(error: NothingNamed, given: _Sources, log: Log, stop: Stop) -> ConfigError:
    """The same, once the log has shown what the integration sees; the token may be wrong, too."""
    try:
        asking = ApiSettings.read(*given.sources)
    except ConfigError:
        return error
    try:
        answer = discover.run(_client(asking, log, stop, tries=_FEW))
    except BackupError as refused:
        return ConfigError(f"{error}\n{refused}")
    for line in answer.lines:
        log.line(line)
    found = [each.what for each in answer.problems] or [
        f"{answer.heading} The log has a line to copy for each."
    ]
    return ConfigError("\n".join([str(error), *found]))


def _configure(reporter: Reporter, given: _Sources, *, quiet: bool) -> None:
    """Notifiers are configured first, so that they also get mistakes in other settings. A command
    that makes no backup is `quiet`: a watchdog should not hear of it."""
    known = contacts(*given.sources)
    secrets = [secret.reveal() for secret in known.secrets]
    secrets += filter(None, [ci.token(given.environ)])
    reporter.configure(known.given, secrets, dry_run=known.dry_run or quiet)
    reporter.begin()


def _with_argument(
    given: _Sources, arguments: argparse.Namespace, name: str, command: Command
) -> _Sources:
    """With the word behind the command's name as the setting that it stands for."""
    word = arguments.argument
    if word and not command.argument:
        raise ConfigError(f"{name} takes no {word[:40]!r} behind it; --help lists the flags.")
    return replace(given, flags={**given.flags, command.argument: word}) if word else given


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a flag, with the nearest one, in place of the whole usage."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does. Raises SystemExit(2) for a flag that does not exist."""
        found, unknown = self.parse_known_intermixed_args(args, namespace)
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
        usage=f"%(prog)s [{' | '.join(COMMANDS)}] [flags]",
        epilog="Every setting can also come from the environment or from .env: see docs/settings.md.",
        allow_abbrev=False,
    )
    meanings = (f"{name}: {each.meaning}" for name, each in COMMANDS.items())
    parser.add_argument("command", nargs="?", help=f"{'; '.join(meanings)} (default: backup)")
    parser.add_argument("argument", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--env", metavar="FILE", help="read settings from FILE (default: .env)")
    parser.add_argument(
        "--json", action="store_true", help="verify, status, restore: answer with one JSON object"
    )
    parser.add_argument(
        "--discover", action="store_true", help="status: show what the integration can see"
    )
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


def _given(arguments: argparse.Namespace, environ: Mapping[str, str]) -> _Sources:
    flags = {name: value for name, value in vars(arguments).items() if name in NAMES and value}
    if arguments.command:
        flags[COMMAND.name] = arguments.command
    try:
        return _Sources(flags, environ, _dotenv(arguments), None)
    except ConfigError as error:
        return _Sources(flags, environ, "", error)


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


_FEW = 3  # tries of a request for somebody who is waiting


def _client(
    settings: Settings | ApiSettings,
    log: Log,
    stop: Stop,
    *,
    connections: int = 1,
    tries: int = 6,
) -> Client:
    return Client(
        settings.notion_token.reveal(),
        settings.notion_api_url,
        connections=connections,
        gate=gate(log, stop),
        tries=tries,
        log=log.line,
    )


def _kind(error: BackupError) -> str:
    return "configuration" if isinstance(error, ConfigError) else "backup"


def start(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """`main` for a process of its own."""
    return alone(partial(main, argv, environ))


def alone(run: Callable[[Stop], int]) -> int:
    """`run` for a process of its own: it listens to signals, and leaves without waiting or tidying up; it
    only returns when nobody reads the log any more."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us (`>&-`)
            nobody = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nobody, "w", encoding="utf-8"))
    stop = Stop()
    stop.listen()
    _tidy_rarely()
    try:
        code = run(stop)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the log has ended: `… --demo | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    os._exit(code)  # a request under way must not hold up a job that was cancelled


def _tidy_rarely() -> None:
    """Look for garbage in circles less often than Python would: a large backup has millions of values,
    hardly any of them in a circle, and to look through them took a sixth of an unchanged run."""
    gc.freeze()  # the modules stay
    gc.set_threshold(50_000, 20, 100)


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:], dict(os.environ)))
