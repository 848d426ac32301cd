"""A stand-in for the program git-lfs, as far as git and its hooks use it: put it on the PATH under that
name. Contents go into .git/lfs/objects, and before a push into the same folder of the remote, when
that is a folder of this machine; else the remote is only asked (git-lfs 3.3, "git-lfs-filter-process",
"git-lfs-pre-push")."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

CHUNK = 60_000  # less than a packet may hold


def main(command: str, *arguments: str) -> None:
    """What git-lfs does when it is called so."""
    if command == "version":
        print("git-lfs/3.0.0 (stand-in)")
    elif command == "clean":
        sys.stdout.buffer.write(clean(sys.stdin.buffer.read()))
    elif command == "filter-process":
        serve()
    elif command == "pre-push":
        sys.stdin.read()
        if (remote := urlsplit(arguments[1])).scheme == "http":
            ask(arguments[1])
        else:
            upload(Path(remote.path))
    else:
        sys.exit(f"the stand-in knows no {command}")


def store() -> Path:
    return Path(said("rev-parse", "--absolute-git-dir")) / "lfs/objects"


def clean(content: bytes) -> bytes:
    """Keep the content, and give the pointer that git stores instead."""
    id_ = hashlib.sha256(content).hexdigest()
    path = store() / id_[:2] / id_[2:4] / id_
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{id_}\nsize {len(content)}\n".encode()


def ask(remote: str) -> None:
    """Where to send objects: with every header that git's settings have for the longest part of the
    address, as git-lfs 3.3 does it."""
    address, found = remote, ""
    while "://" in address and not found:
        found = said("config", "--get-all", f"http.{address}.extraheader")
        found = found or said("config", "--get-all", f"http.{address}/.extraheader")
        address = address.rpartition("/")[0]
    connection = http.client.HTTPConnection(urlsplit(remote).netloc)
    connection.putrequest("POST", f"{urlsplit(remote).path}/info/lfs/objects/batch")
    for header in filter(None, found.splitlines()):
        connection.putheader(*header.split(": ", 1))
    connection.endheaders()
    if (status := connection.getresponse().status) != 200:
        sys.exit(f"batch response: {status}")


def said(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def upload(remote: Path) -> None:
    shutil.copytree(store(), remote / "lfs/objects", dirs_exist_ok=True)


def serve() -> None:
    """git's protocol for filters that stay (gitattributes, "Long Running Filter Process")."""
    list(packets())
    say(b"git-filter-server\n", b"version=2\n")
    list(packets())
    say(b"capability=clean\n")
    while list(packets()):
        content = b"".join(packets())
        pointer = clean(content)
        say(b"status=success\n")
        say(*(pointer[start : start + CHUNK] for start in range(0, len(pointer), CHUNK)))
        say()


def packets() -> Iterator[bytes]:
    """The packets up to the next flush; none at the end."""
    while head := sys.stdin.buffer.read(4):
        if (length := int(head, 16)) == 0:
            return
        yield sys.stdin.buffer.read(length - 4)


def say(*contents: bytes) -> None:
    for content in contents:
        sys.stdout.buffer.write(f"{len(content) + 4:04x}".encode() + content)
    sys.stdout.buffer.write(b"0000")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
