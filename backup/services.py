"""Builds everything that acts on the outside from the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from backup import ci
from backup.errors import ConfigError, GitError
from backup.files.fetch import Downloader
from backup.files.guard import door
from backup.files.received import MEGABYTE
from backup.folder import load
from backup.folder.handles import made
from backup.folder.load import Local
from backup.folder.tree import Tree
from backup.git import Git, basic
from backup.model import Identity
from backup.notion.client import Client, Gate
from backup.notion.users import Users
from backup.pipeline.files import refresher
from backup.pipeline.naming import Naming
from backup.publish import branches, filters
from backup.publish.branches import Destination
from backup.publish.publisher import Publisher
from backup.publish.pull_request import PullRequests
from backup.report.log import Log
from backup.report.redaction import SHORTEST
from backup.restore.writer import NotionWriter
from backup.settings import RestoreSettings, Settings
from backup.settings.publishing import Publishing
from backup.stop import Stop
from backup.sync import journal, state

# By these git finds its programs and whoever commits; the key of a server of one's own may be a word that
# stands in a path by chance.
_NEEDED = frozenset(("PATH", "HOME", "XDG_CONFIG_HOME", "USER", "LOGNAME", "TMPDIR"))
_ANY_SIZE = 5_000  # megabytes: the most that MAX_FILE_MB may be


@dataclass(frozen=True)
class Services:
    """Everything that acts on the outside. `publisher` is None when nothing is to be committed,
    `naming` when no model is asked about images; `git` works in the output folder.
    `turn` is the number of the run among those of its workflow, None outside of one."""

    client: Client
    downloader: Downloader
    tree: Tree
    log: Log
    publisher: Publisher | None
    stop: Stop
    naming: Naming | None = None
    git: Git | None = None
    turn: int | None = None

    @cached_property
    def users(self) -> Users:
        """Who people are."""
        return Users(self.client)

    def tracks_journal(self) -> bool:
        """See the function of this name."""
        return self.git is not None and tracks_journal(self.git, self.tree)

    def stores(self, paths: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of files of the work tree, one by one."""
        return ((path, self.tree.content(path)) for path in sorted(paths))

    def texts(self, paths: Collection[str]) -> dict[str, str]:
        """What files of the work tree say at their beginning, where the front matter is."""
        return {path: self.tree.beginning(path) for path in paths}


def tracks_journal(git: Git, tree: Tree) -> bool:
    """Whether git has the journal of an interrupted run among its files: no run of ours put it there,
    so it is not believed."""
    try:
        known = ("ls-files", "--error-unmatch", "--", journal.NAME)
        return tree.has(journal.NAME) and git.succeeds(*known)
    except GitError:  # no git here: nothing is tracked
        return False


@dataclass(frozen=True)
class ReadingServices:
    """What a command needs that only looks: it writes nothing, and asks nobody outside. `git` works in
    the output folder; `now` is the moment from which ages are counted."""

    tree: Tree
    git: Git
    log: Log
    now: datetime

    def load(self) -> Local:
        """The backup's state, with what an interrupted run adds. Raises StateError when there is none."""
        is_tracked = tracks_journal(self.git, self.tree)
        return load.present(self.tree, self.tree.folder, believed=not is_tracked)

    def at_work(self) -> tuple[str, ...]:
        """A sentence about a run that has not come to its end, if there is one."""
        said = "A run is in progress, or was interrupted: the next one continues where it ended."
        return (said,) if self.tree.has(journal.NAME) else ()


@dataclass(frozen=True)
class RestoreServices(ReadingServices):
    """What a restore needs: it reads the backup, and asks Notion and writes to it with two tokens."""

    settings: RestoreSettings
    stop: Stop

    @cached_property
    def reader(self) -> Client:
        """Asks Notion. Raises ConfigError without a token."""
        settings = self.settings
        token, url = settings.notion_token.reveal(), settings.notion_api_url
        return Client(
            token, url, connections=settings.concurrency, gate=self._gate, log=self.log.line
        )

    @cached_property
    def writer(self) -> NotionWriter:
        """Writes to Notion. Raises ConfigError without a token."""
        token = self.settings.restoring.token.reveal()
        return NotionWriter(token, self.settings.notion_api_url, gate=self._gate)

    @cached_property
    def writing_reader(self) -> Client:
        """Asks Notion with the token that writes: whether that is shown the target."""
        token = self.settings.restoring.token.reveal()
        return Client(token, self.settings.notion_api_url, connections=1, gate=self._gate)

    @cached_property
    def downloader(self) -> Downloader:
        """Downloads the files of a copy, to compare them."""
        settings = self.settings
        hosts = [_api_door(settings.notion_api_url), *settings.allowed_private_hosts]
        most = _ANY_SIZE * MEGABYTE
        return Downloader(
            allowed_hosts=hosts,
            max_bytes=most,
            concurrency=settings.concurrency,
            sleep=self.stop.sleep,
        )

    @cached_property
    def _gate(self) -> Gate:
        return gate(self.log, self.stop)


def gate(log: Log, stop: Stop) -> Gate:
    """Where all who ask Notion wait when it says so; the log says that, too."""

    def waiting(seconds: float) -> None:
        log.line(f"Notion asks to wait {seconds:.0f} s: its rate limit is reached.")

    return Gate(stop.clock, stop.sleep, waiting)


def restore_services(
    settings: RestoreSettings, workspace: Path, environ: Mapping[str, str], log: Log, stop: Stop
) -> RestoreServices:
    """What a restore from the clone `workspace` needs. Raises ConfigError like `reading_services`."""
    seen = reading_services(settings.output_dir, workspace, _without(environ, log.secrets), log)
    return RestoreServices(seen.tree, seen.git, log, seen.now, settings, stop)


def reading_services(
    folder: str, workspace: Path, environ: Mapping[str, str], log: Log
) -> ReadingServices:
    """What a look at the backup in the output folder `folder` of the clone `workspace` needs. Raises
    ConfigError when a link, or a file, lies on the way there."""
    tree = Tree.below(workspace, folder)
    return ReadingServices(tree, Git(tree.root, environ), log, datetime.now(timezone.utc))


def repository(workspace: Path, environ: Mapping[str, str]) -> str:
    """'owner/repo' of the clone's remote; '' when it has none, or is not a clone."""
    try:
        return ci.repository_of(Git(workspace, environ).ask("config", "--get", "remote.origin.url"))
    except GitError:
        return ""


def build(
    settings: Settings,
    client: Client,
    workspace: Path,
    environ: Mapping[str, str],
    log: Log,
    stop: Stop,
) -> Services:
    """What a run in the clone `workspace` needs. Raises ConfigError or GitError if it is not clear where
    to publish."""
    downloader = Downloader(
        refresh=refresher(client),
        allowed_hosts=[_api_door(settings.notion_api_url), *settings.allowed_private_hosts],
        max_bytes=settings.max_file_mb * MEGABYTE,
        concurrency=settings.concurrency,
        sleep=stop.sleep,
    )
    return Services(
        client=client,
        downloader=downloader,
        tree=Tree.below(workspace, settings.output_dir),
        log=log,
        publisher=_publisher(settings, workspace, environ, log.secrets, stop),
        stop=stop,
        naming=Naming(settings.ai_naming, settings.concurrency, stop.sleep)
        if settings.ai_naming
        else None,
        git=Git(workspace / settings.output_dir, environ),
        turn=ci.run_number(environ),
    )


def _api_door(url: str) -> str:
    """Host and port of the API, which may stand in a private network: a stand-in serves its files."""
    parts = urlsplit(url)
    return door(parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443))


def _publisher(
    settings: Settings,
    workspace: Path,
    environ: Mapping[str, str],
    secrets: tuple[str, ...],
    stop: Stop,
) -> Publisher | None:
    """None when nothing is to be committed; a dry run only asks it what the branch has."""
    if not settings.publishing.commit:
        return None
    folder = workspace / settings.output_dir
    if settings.dry_run and not (
        folder.is_dir() and Git(folder, environ).ask("rev-parse", "--show-toplevel")
    ):
        return None
    found = publisher(settings.publishing, workspace, folder, environ, secrets)
    return replace(found, sleep=stop.sleep, clock=stop.clock)


def publisher(
    settings: Publishing,
    workspace: Path,
    folder: Path,
    environ: Mapping[str, str],
    secrets: Collection[str],
) -> Publisher:
    """Who publishes the output folder `folder`, which need not exist yet, of the clone `workspace`, or of
    one further in.

    git does not see the `secrets` that `environ` holds. Raises ConfigError where there is no
    repository, and GitError when it is not clear where to publish.
    """
    visible = _without(environ, secrets)
    root = branches.root(Git(workspace, visible), workspace, folder)
    with made(folder):
        pass
    token = settings.token.reveal()
    hidden = [*(each for each in secrets if len(each) >= SHORTEST), *map(basic, secrets)]
    inside = Git(folder, visible, secrets=tuple(hidden))
    prefix = inside.run("rev-parse", "--show-prefix").rstrip("\n")
    remote = branches.remote_of(inside.at(root))
    shown = branches.shown(inside.at(root), remote, token, environ)
    git = branches.authorised(inside.at(root), remote, token, environ)
    filters.check(git, [f"{prefix}{state.NAME}"])
    to = replace(branches.destination(git, remote, settings.branch), token=shown)
    pull_requests = None
    if settings.pull_request_branch:
        pull_requests = _pull_requests(to, settings.pull_request_branch, environ, token)
        to = replace(to, branch=settings.pull_request_branch)
    committer = _committer(settings, environ, git)
    return Publisher(git, prefix, Tree(folder, workspace), settings, committer, to, pull_requests)


def _without(environ: Mapping[str, str], secrets: Collection[str]) -> dict[str, str]:
    """The environment as git may see it: no value that is a secret, or holds one; what git needs stays."""
    long = [each for each in secrets if len(each) >= SHORTEST]
    return {
        name: value
        for name, value in environ.items()
        if name in _NEEDED or not (value in secrets or any(each in value for each in long))
    }


def _pull_requests(
    to: Destination, head: str, environ: Mapping[str, str], token: str
) -> PullRequests:
    if to.branch == head:
        raise ConfigError(
            f"PULL_REQUEST: {head} is checked out, and cannot be merged into itself.",
            hint="Check out the branch to merge into, or name it with BRANCH.",
        )
    api, repository = ci.api(environ, to.url), ci.repository_of(to.url)
    token = token or ci.job_token(environ, to.url)
    if not api or not repository or not token:
        lacking = "a token for it" if api and repository else "a remote on GitHub, Gitea or Forgejo"
        raise ConfigError(
            f"PULL_REQUEST needs {lacking}.",
            hint="In a workflow the job's own token is used; elsewhere set GIT_TOKEN.",
        )
    return PullRequests(api, repository, head, to.branch, token)


def _committer(settings: Publishing, environ: Mapping[str, str], git: Git) -> Identity:
    """The one that is named, the host's own bot on a runner, on a laptop whoever git says."""
    if settings.author:
        return Identity(*settings.author)
    if bot := ci.bot(environ):
        return bot
    lines = git.ask("config", "--get-regexp", r"^user\.(name|email)$").splitlines()
    user = dict(line.partition(" ")[::2] for line in lines)
    name, email = user.get("user.name", ""), user.get("user.email", "")
    return Identity(name or "notion-backup", email or "notion-backup@users.noreply.invalid")
