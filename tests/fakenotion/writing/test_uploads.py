"""Files that are uploaded and attached, as the API does it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from fakenotion.nodes import Clock
from fakenotion.writing.uploads import MIB
from fakenotion.writing.writes import Writes
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import below, block, text, titled

PNG = b"\x89PNG\r\n\x1a\n--\r\nbytes\x00\xff"


class Sender:
    """Uploads files step by step."""

    def __init__(self, author: Author) -> None:
        self.author = author

    def create(self, name: str = "a.png", type_: str = "image/png", **more: Any) -> str:
        body = {"filename": name, "content_type": type_, **more}
        return str(self.author.made("POST", "file_uploads", body)["id"])

    def send(
        self, id_: str, body: bytes = PNG, type_: str = "image/png", part: int = 0
    ) -> requests.Response:
        return self.author.session.post(
            f"{self.author.url}/v1/file_uploads/{id_}/send",
            files={"file": ("a.png", body, type_)},
            data={"part_number": part} if part else {},
            timeout=20,
        )

    def upload(self, body: bytes = PNG, name: str = "a.png", type_: str = "image/png") -> str:
        id_ = self.create(name, type_)
        answer = self.send(id_, body, type_)
        assert answer.status_code == 200, answer.text
        return id_


@pytest.fixture
def sender(author: Author) -> Sender:
    return Sender(author)


def uploaded(id_: str) -> dict[str, Any]:
    return {"type": "file_upload", "file_upload": {"id": id_}}


def test_a_file_goes_everywhere_with_one_upload(sender: Sender, author: Author, home: str) -> None:
    id_ = sender.upload()
    columns = {"Name": {"title": {}}, "Files": {"files": {}}}
    data = author.made(
        "POST", "databases", {**below(home), "initial_data_source": {"properties": columns}}
    )
    source = data["data_sources"][0]["id"]
    row = {
        "parent": {"data_source_id": source},
        "properties": {"Files": {"files": [{"name": "mine.png", **uploaded(id_)}]}},
    }
    page = author.made("POST", "pages", {**row, "icon": uploaded(id_), "cover": uploaded(id_)})
    image, file = author.append(
        page["id"], block("image", **uploaded(id_)), block("file", **uploaded(id_))
    )
    value = page["properties"]["Files"]["files"][0]
    assert (value["name"], file["file"]["name"]) == ("mine.png", "a.png")
    for one in (page["icon"], page["cover"], image["image"], file["file"], value):
        assert one["type"] == "file"
        assert requests.get(one["file"]["url"], timeout=20).content == PNG
    back = {"properties": {"Files": {"files": [value]}}}
    kept = author.made("PATCH", f"pages/{page['id']}", back)["properties"]["Files"]["files"]
    assert requests.get(kept[0]["file"]["url"], timeout=20).content == PNG


def test_an_upload_says_where_it_stands(sender: Sender, author: Author, home: str) -> None:
    made = author.made("POST", "file_uploads", {"filename": "a.png", "content_type": "image/png"})
    path = f"file_uploads/{made['id']}"
    assert made["upload_url"] == f"{author.url}/v1/{path}/send"
    assert (made["status"], made["expiry_time"]) == ("pending", "2026-10-01T09:00:00.000Z")
    sent = sender.send(made["id"]).json()
    assert (sent["status"], sent["content_length"]) == ("uploaded", len(PNG))
    assert "upload_url" not in sent
    author.append(home, block("image", **uploaded(made["id"])))
    assert author.json(path)["expiry_time"] is None


def test_what_is_not_uploaded_cannot_be_attached(
    sender: Sender, author: Author, clock: Clock, home: str
) -> None:
    pending, late, kept = sender.create(), sender.upload(), sender.upload()
    author.append(home, block("image", **uploaded(kept)))
    assert "is pending, not uploaded" in author.refused_below(
        home, block("image", **uploaded(pending))
    )
    clock.forward(minutes=61)
    assert "is expired" in author.refused_below(home, block("image", **uploaded(late)))
    author.append(home, block("image", **uploaded(kept)))
    answer = author.send(
        "PATCH", f"blocks/{home}/children", {"children": [block("image", **uploaded(home))]}
    )
    assert answer.status_code == 404


def test_the_first_send_may_fail_once(sender: Sender, writes: Writes) -> None:
    writes.uploads.fail_first = True
    id_ = sender.create()
    assert [sender.send(id_).status_code for _ in range(2)] == [400, 200]


def test_types_are_the_same_at_creating_and_sending(sender: Sender) -> None:
    id_ = sender.create()
    answer = sender.send(id_, type_="image/gif")
    assert answer.status_code == 400
    assert "created with `image/png`" in answer.json()["message"]
    assert sender.send(id_).status_code == 200


def test_what_the_workspace_does_not_take(sender: Sender, author: Author) -> None:
    large = sender.create()
    answer = sender.send(large, b"x" * (5 * MIB + 1))
    assert (answer.status_code, "too large" in answer.json()["message"]) == (400, True)
    body = {"filename": "a.exe", "content_type": "application/octet-stream"}
    assert ".exe of a.exe is not supported" in author.refused("POST", "file_uploads", body)
    several = {"mode": "multi_part", "number_of_parts": 2, "filename": "a.mp4"}
    assert "paid workspace" in author.refused("POST", "file_uploads", several)
    limits = author.json("users/me")["bot"]["workspace_limits"]
    assert limits == {"max_file_upload_size_in_bytes": 5 * MIB}


def test_a_large_file_comes_in_parts(
    sender: Sender, author: Author, writes: Writes, home: str
) -> None:
    writes.allow_size(5000 * MIB)
    id_ = sender.create("a.mp4", "video/mp4", mode="multi_part", number_of_parts=2)
    assert sender.send(id_, b"a" * (5 * MIB), "video/mp4", 1).json()["number_of_parts"] == {
        "total": 2,
        "sent": 1,
    }
    complete = f"file_uploads/{id_}/complete"
    assert "1 of 2 parts" in author.refused("POST", complete)
    sender.send(id_, b"b" * 9, "video/mp4", 2)
    assert author.made("POST", complete)["status"] == "uploaded"
    (video,) = author.append(home, block("video", **uploaded(id_)))
    found = requests.get(video["video"]["file"]["url"], timeout=20).content
    assert found == b"a" * (5 * MIB) + b"b" * 9
    short = sender.create("a.mp4", "video/mp4", mode="multi_part", number_of_parts=2)
    for part in (1, 2):
        sender.send(short, b"a", "video/mp4", part)
    assert "at least 5 MiB" in author.refused("POST", f"file_uploads/{short}/complete")
    whole = sender.create("a.mp4", "video/mp4")
    assert sender.send(whole, b"a" * (20 * MIB + 1), "video/mp4").status_code == 400


def test_comments_take_files(sender: Sender, author: Author, home: str) -> None:
    id_ = sender.upload()
    body = {
        "parent": {"page_id": home},
        "rich_text": [text("See")],
        "attachments": [{"file_upload_id": id_}],
    }
    author.made("POST", "comments", body)
    (comment,) = author.json("comments", block_id=home)["results"]
    (file,) = comment["attachments"]
    assert file["category"] == "image"
    assert requests.get(file["file"]["url"], timeout=20).content == PNG
    body["attachments"] = [{"file_upload_id": id_}] * 4
    assert "attachments.length should be ≤ `3`" in author.refused("POST", "comments", body)


def test_a_page_of_html_is_an_embed(sender: Sender, author: Author, home: str) -> None:
    id_ = sender.upload(b"<p>x</p>", "a.html", "text/html")
    (made,) = author.append(home, block("embed", file_upload={"id": id_}))
    assert requests.get(made["embed"]["url"], timeout=20).content == b"<p>x</p>"


def test_a_signed_address_is_accepted_and_reported(
    sender: Sender, author: Author, writes: Writes, home: str
) -> None:
    (image,) = author.append(home, block("image", **uploaded(sender.upload())))
    assert writes.signed() == []
    address = image["image"]["file"]["url"]
    (again,) = author.append(home, block("image", external={"url": address}))
    assert again["image"]["type"] == "external"
    assert [one.path for one in writes.signed()] == [f"/v1/blocks/{home}/children"]
    author.made("PATCH", f"pages/{home}", {"properties": titled("x")})
