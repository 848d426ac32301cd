"""No secret leaves a run, or lies about after it, however the run goes.

Every secret setting is planted with a value of its own. After each kind of run the tests look for all
of them in every byte that others may see: log, summary, outputs, messages, the clone with its state,
the remote, and the arguments of every process that was started.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from backup import __main__ as program
from backup.settings import SETTINGS
from fakenotion import blocks, build
from fakenotion.faults import Fault
from fakenotion.storage import PNG
from tests.support.backups import Backup, Ran, Stumbling, backing_up, wiki
from tests.support.git_server import TOKEN as GIT_TOKEN
from tests.support.git_server import GitServer
from tests.support.inbox import Inbox, receiving
from tests.support.messages_api import MessagesApi, Said, answering
from tests.support.publishing import later, over_http, page, published_to, runner

WORDS = {
    "NOTION_TOKEN": "ntn_planted1a2b3c4d5e6f",
    "NOTION_RESTORE_TOKEN": "ntn_planted9f8e7d6c5b4a",
    "GIT_TOKEN": GIT_TOKEN,
    "GITHUB_TOKEN": "ghs_planted_of_the_job_9876543210",
    "AI_API_KEY": "sk-planted-5f6a7b8c9d",
    "NTFY_TOKEN": "tk_planted3e4f5a6b7c",
    "DISCORD_WEBHOOK_URL": "planted-discord-7d8e9f0a1b2c",
    "SLACK_WEBHOOK_URL": "planted-slack-0b1c2d3e4f5a",
    "NOTIFY_URLS": "planted-chat-4a5b6c7d8e9f",
    "NTFY_URL": "planted-ntfy-6e7f8a9b0c1d",
    "WEBHOOK_URL": "planted-webhook-2d3e4f5a6b7c",
    "HEALTHCHECK_URL": "planted-watchdog-8b9c0d1e2f3a",
}
ALL = " ".join(WORDS.values())


@dataclass
class HostedRun:
    """A run on a host, with everybody that it talks to."""

    place: Path
    backup: Backup
    host: GitServer
    inbox: Inbox
    model: MessagesApi
    ran: Ran = field(default_factory=lambda: Ran(0, ""))

    def settings(self) -> dict[str, str]:
        """Every setting that is secret, and what makes the run use it."""
        secret = {
            name: f"{self.inbox.url}/{name.lower()}/{word}" if name.endswith("_URL") else word
            for name, word in WORDS.items()
        }
        secret["NOTIFY_URLS"] = (
            f"json://{self.inbox.url.partition('://')[2]}/{WORDS['NOTIFY_URLS']}"
        )
        secret["NTFY_URL"] = f"{self.inbox.url}/{WORDS['NTFY_URL']}"  # a topic is one part
        return {**secret, "AI_NAMING_ENABLED": "true", "AI_API_URL": self.model.url}

    def environment(self) -> dict[str, str]:
        """What the runner gives."""
        files = {"GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary.md"}
        job = {name: str(self.place / file) for name, file in files.items()}
        path = f"{self.place / 'bin'}:{self.backup.environ['PATH']}"
        return {**runner(self.host), **job, "PATH": path}

    def run(self, *flags: str, **environ: str) -> Ran:
        """A run with every secret there is."""
        given = {**self.environment(), **self.settings(), **environ}
        self.ran = self.backup.run(*flags, **given)
        return self.ran

    def doors(self) -> dict[str, bytes]:
        """All that others may see, by where it is."""
        topic = (
            f'"topic": "{WORDS["NTFY_URL"]}"'.encode()
        )  # so ntfy wants it, and sends it to nobody
        sent = (letter.body.replace(topic, b"") for letter in self.inbox.letters)
        asked = (each.body for each in self.host.requests if each.path.startswith("/api/"))
        return {
            "the log": self.ran.log.encode(),
            "the summary": (self.place / "summary.md").read_bytes(),
            "the outputs": (self.place / "outputs").read_bytes(),
            "the messages": b"\n".join(sent),
            "the pull requests": b"\n".join(asked),
            "the clone": everything(self.backup.folder),
            "the state": (self.backup.folder / ".notion-sync.json").read_bytes(),
            "the commits": objects(self.backup.folder),
            "the remote": everything(self.host.repository.resolve()),
            "the remote's commits": objects(self.host.repository),
            "process arguments": everything(self.place / "arguments"),
        }

    def secrets(self) -> dict[str, list[bytes]]:
        """Every form in which each of them might turn up."""
        asked = self.backup.server.downloads
        signed = {value for each in asked for value in each.query.get("X-Amz-Signature", [])}
        found = {name: forms(word) for name, word in WORDS.items()}
        return {**found, "a signed address": [each.encode() for each in signed]}

    def leaks(self) -> list[str]:
        """Which secret is in which place."""
        secrets, doors = self.secrets(), self.doors()
        assert all(secrets.values())
        return [
            f"{name} in {door}"
            for door, said in doors.items()
            for name, found in secrets.items()
            if any(form in said for form in found)
        ]


def forms(word: str) -> list[bytes]:
    """A secret as it is, in an address, and as git sends it."""
    sent = base64.b64encode(f"x-access-token:{word}".encode()).decode()
    return [form.encode() for form in {word, quote(word, safe=""), sent}]


def everything(folder: Path) -> bytes:
    """Every byte of every file below a folder, and the files' names."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)


def objects(repository: Path) -> bytes:
    """Every object that git stored: texts, trees and messages of commits, unpacked."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, cwd=repository, capture_output=True, check=True).stdout


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[HostedRun]:
    """A page with a picture and one without; a git that writes its arguments down."""
    real = shutil.which("git")
    script, seen = tmp_path / "bin/git", tmp_path / "arguments"
    script.parent.mkdir()
    seen.mkdir()
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{seen}/$$"\nexec "{real}" "$@"\n')
    script.chmod(0o755)
    with published_to(tmp_path) as backup, receiving() as inbox, answering() as model:
        kept = backup.notion.files.keep("plan.png", PNG)
        media = blocks.media("image", build.hosted(kept), "A plan")
        backup.notion.append(page(backup, "Tea"), [media])
        later(backup)
        with over_http(backup) as host:
            host.private = True
            backup.environ |= {"PATH": str(Path(str(real)).parent)}
            yield HostedRun(tmp_path, backup, host, inbox, model)


def test_every_secret_setting_is_planted() -> None:
    named = {each.name for each in SETTINGS if each.secret} - {"CONFIG"}  # it holds the others
    assert named == set(WORDS) - {"GITHUB_TOKEN"}


def test_no_secret_can_be_given_where_other_users_see_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever lists the processes of a machine reads their arguments."""
    with pytest.raises(SystemExit):
        program.main(["--help"], {})
    options = capsys.readouterr().out
    assert "--full-sync" in options
    assert not [each.name for each in SETTINGS if each.secret and f"--{each.input} " in options]


def in_config(given: dict[str, str]) -> dict[str, str]:
    """The same settings as one text; the job's token is no setting."""
    own = {"GITHUB_TOKEN": given["GITHUB_TOKEN"]}
    lines = [f"{name}={value}" for name, value in given.items() if name not in own]
    return {**dict.fromkeys(given, ""), **own, "CONFIG": "\n".join(lines)}


HOW = {
    "with a git-token": lambda given: given,
    "as a pull request": lambda given: given | {"PULL_REQUEST": "true"},
    "with the job's own token": lambda given: given | {"GIT_TOKEN": "", "GITHUB_TOKEN": GIT_TOKEN},
    "with all in CONFIG": in_config,
}


@pytest.mark.parametrize("how", HOW)
def test_a_run_in_which_all_goes_well_shows_no_secret(hosted: HostedRun, how: str) -> None:
    ran = hosted.run(**HOW[how](hosted.settings()))
    assert ran.code == 0, ran.log
    assert len(hosted.inbox.letters) == 6, hosted.inbox.paths()
    assert hosted.model.seen and hosted.host.pushes()
    assert hosted.leaks() == []


def test_a_run_in_which_everything_fails_shows_no_secret(hosted: HostedRun) -> None:
    """Whoever is asked answers with the secrets that it was sent, and with everybody else's."""
    hosted.inbox.answers = [(404, {"X-Said": ALL}, ALL.encode())] * 6
    hosted.model.plays(Said(status=401, raw=f'{{"error": {{"message": "{ALL}"}}}}'.encode()))
    hosted.host.hook("pre-receive", f'echo "{ALL}" >&2\nexit 1')
    milk, said = page(hosted.backup, "Milk"), f'{{"message": "{ALL}"}}'.encode()
    hosted.backup.fail(f"/v1/blocks/{milk}", Fault(status=400, body=said))
    ran = hosted.run()
    assert ran.code == 1
    for words in ("Milk: ", "AI naming", "Discord", "A hook of 127.0.0.1 refused the push"):
        assert words in ran.log
    hosted.host.hook("pre-receive", "")
    assert hosted.leaks() == []


def test_an_image_that_cannot_be_downloaded_does_not_show_its_signed_address(
    hosted: HostedRun,
) -> None:
    hosted.backup.fail("plan.png", Fault(status=403, body=b"<Error>SignatureDoesNotMatch</Error>"))
    ran = hosted.run()
    assert ran.code == 1 and "plan.png is not backed up" in ran.log
    assert hosted.leaks() == []


def test_secrets_that_were_copied_badly_are_named_and_not_shown(hosted: HostedRun) -> None:
    hosted.run()
    given = hosted.settings()
    ran = hosted.run(**{name: f"two\nwords {given[name]}" for name in given if name in WORDS})
    assert ran.code == 2
    unread = {"GITHUB_TOKEN", "NOTION_RESTORE_TOKEN"}  # a backup has no use for these
    assert set(re.findall(r"(?:::|%0A)([A-Z_]+)", ran.log)) == set(WORDS) - unread
    assert hosted.leaks() == []


def test_addresses_whose_servers_no_longer_exist_are_not_shown(hosted: HostedRun) -> None:
    gone, secret = "127.0.0.1:9", WORDS["GIT_TOKEN"]
    addresses = {name: url for name, url in hosted.settings().items() if name.endswith("_URL")}
    nowhere = {name: re.sub("//[^/]+", f"//{gone}", url) for name, url in addresses.items()}
    hosted.run(COMMIT="false")
    hosted.backup.git("remote", "set-url", "origin", f"http://ada:{secret}@{gone}/wiki.git")
    ran = hosted.run(**nowhere)
    hosted.backup.git("remote", "set-url", "origin", hosted.host.remote)
    assert ran.code == 1 and "the connection failed" in ran.log
    assert hosted.leaks() == []


def test_a_bug_whose_words_are_secrets_shows_none(
    hosted: HostedRun, capfd: pytest.CaptureFixture[str]
) -> None:
    hosted.run()

    hosted.backup.stop = Stumbling(ALL)
    assert hosted.run().code == 1
    errors = capfd.readouterr().err
    assert not [word for word in WORDS.values() if word in errors]
    assert hosted.leaks() == []


def test_a_key_that_is_a_common_word_hides_nothing_from_git(tmp_path: Path) -> None:
    """Servers of one's own take any key: `local` stands in many a PATH and HOME, `x` in nearly all."""
    home = tmp_path / "local" / "x"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    with backing_up(tmp_path / "repository", wiki("Tea")) as backup:
        for key in ("local", "x"):
            backup.notion.add_page(backup.notion.databases()[0], key)
            ran = backup.run(AI_API_KEY=key, HOME=str(home))
            assert ran.code == 0, ran.log
            assert backup.git("log", "-1", "--format=%an %ae") == "Ada ada@example.com"
        backup.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
        backup.git("remote", "add", "origin", str(tmp_path / "remote.git"))
        hook = tmp_path / "remote.git/hooks/pre-receive"
        hook.write_text("#!/bin/sh\necho 'The next box is full' >&2\nexit 1\n")
        hook.chmod(0o755)
        backup.notion.add_page(backup.notion.databases()[0], "Milk")
        ran = backup.run(AI_API_KEY="x", HOME=str(home))
        assert ran.code == 1 and "The next box is full" in ran.log
