"""Files on their way in: created, sent in one part or several, completed, attached within an hour."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from backup.model import Json, bare_id
from fakenotion import validation
from fakenotion.content import Content
from fakenotion.nodes import counted_id, minute_time
from fakenotion.refusal import Refusal, bad_field
from fakenotion.writing import shape

MIB = 1 << 20
ONE_PART = 20 * MIB  # the most that is sent at once; parts but the last have at least 5 MiB
FREE = 5 * MIB  # a file of a free workspace, where several parts are not to be had
LIFE = timedelta(hours=1)
_IMAGES = "gif heic ico jpeg jpg png svg tif tiff webp"
_SOUNDS = "aac adts m4a m4b mid midi mp3 mpga oga ogg wav wma"
_VIDEOS = "amv asf avi f4v flv gifv m4v mkv mov mp4 mpeg qt webm wmv"
_PAPERS = (
    "csv doc docx dot dotx htm html json md pdf pot potx pps ppt pptx txt xla xls xlsx xlt xltx"
)
# Assumed: the list of the API's guide, and those that came later.
ENDINGS = frozenset(f"{_IMAGES} {_SOUNDS} {_VIDEOS} {_PAPERS}".split())
_FIELDS = {
    "mode": "text",
    "filename": "text",
    "content_type": "text",
    "number_of_parts": "number",
    "external_url": "text",
}


@dataclass
class Upload:
    """One file upload. `parts` are its bytes by number; `address` is set when it is complete."""

    id: str
    name: str
    type: str
    author: str
    created: datetime
    mode: str = "single_part"
    total: int = 1
    status: str = "pending"
    parts: dict[int, bytes] = field(default_factory=dict)
    address: str = ""
    attached: bool = False
    tried: bool = False  # sent before, for a first time that fails


@dataclass
class Uploads:
    """All file uploads of a stand-in. `fail_first`: the first send of each answers 400 once."""

    now: Callable[[], datetime]
    fail_first: bool = False
    endings: frozenset[str] = ENDINGS
    all: dict[str, Upload] = field(default_factory=dict)

    def create(self, content: Content, body: Json, bot: Json) -> Upload:
        """A new one, still without bytes. Raises Refusal."""
        shape.held("body", body, _FIELDS)
        mode = body.get("mode", "single_part")
        validation.one_of("body", "mode", mode, "single_part", "multi_part", "external_url")
        if mode == "external_url":
            raise Refusal(400, "The stand-in imports no files from elsewhere.")
        if mode == "multi_part":
            _check_parts(body, bot)
        name = body.get("filename", "file")
        if len(name.encode()) > 900:
            raise bad_field("body", "filename", "≤ `900` bytes", name)
        ending = PurePosixPath(name).suffix.lower().removeprefix(".")
        if ending not in self.endings:
            raise Refusal(400, f"File extension .{ending} of {name} is not supported.")
        id_ = counted_id(content.id, "file upload", str(len(self.all)))
        type_ = body.get("content_type", "")
        made = Upload(id_, name, type_, bot["id"], self.now(), mode)
        made.total = body.get("number_of_parts", 1)
        return self.all.setdefault(bare_id(id_), made)

    def get(self, id_: str) -> Upload:
        """The one of an id; raises Refusal when there is none."""
        found = self.all.get(bare_id(id_))
        if found is None:
            raise Refusal(404, f"Could not find file_upload with ID: {id_}.")
        if found.status != "expired" and not found.attached and self.now() > found.created + LIFE:
            found.status = "expired"
        return found

    def send(self, content: Content, id_: str, header: str, raw: bytes, bot: Json) -> Upload:
        """One part arrives, as a form. Raises Refusal."""
        upload, form = self.get(id_), _form(header, raw)
        if upload.status != "pending":
            raise Refusal(400, f"The file upload is {upload.status}, it cannot be sent to.")
        if self.fail_first and not upload.tried:
            upload.tried = True
            raise Refusal(400, "The file upload is not ready yet.")
        type_, body = form["file"]
        upload.type = upload.type or type_
        if type_ != upload.type:
            said = f"but the file upload was created with `{upload.type}`"
            raise Refusal(400, f"The content type of the file is `{type_}`, {said}.")
        number = int(form.get("part_number", ("", b"1"))[1])
        _check_part(upload, number, len(body))
        upload.parts[number] = body
        _check_whole(upload, bot)
        if upload.mode == "single_part":
            self._finish(content, upload)
        return upload

    def complete(self, content: Content, id_: str) -> Upload:
        """All parts are there. Raises Refusal."""
        upload = self.get(id_)
        if upload.mode != "multi_part" or upload.status != "pending":
            raise Refusal(400, f"The file upload is {upload.status}, it cannot be completed.")
        if len(upload.parts) != upload.total:
            raise Refusal(400, f"{len(upload.parts)} of {upload.total} parts were sent.")
        short = [upload.parts[part] for part in sorted(upload.parts)[:-1]]
        if any(len(part) < 5 * MIB for part in short):
            raise Refusal(400, "Each part but the last must have at least 5 MiB.")
        self._finish(content, upload)
        return upload

    def _finish(self, content: Content, upload: Upload) -> None:
        body = b"".join(upload.parts[part] for part in sorted(upload.parts))
        upload.address = content.files.keep(upload.name, body, upload.type, upload.id)
        upload.status = "uploaded"

    def attach(self, where: str, id_: Any) -> Upload:
        """The file goes into a page: from now on it stays, and may be used again. Raises Refusal."""
        upload = self.get(shape.uuid(where, "id", id_))
        if upload.status != "uploaded":
            raise Refusal(400, f"File upload {upload.id} is {upload.status}, not uploaded.")
        upload.attached = True
        return upload

    def shown(self, upload: Upload, base: str) -> Json:
        """A file upload as it is sent."""
        time, path = minute_time(upload.created), f"{base}/v1/file_uploads/{upload.id}"
        expiry = None if upload.attached else minute_time(upload.created + LIFE)
        pending, several = upload.status == "pending", upload.mode == "multi_part"
        sent = sum(map(len, upload.parts.values()))
        return {
            "object": "file_upload",
            "id": upload.id,
            "created_time": time,
            "created_by": {"id": upload.author, "type": "bot"},
            "last_edited_time": time,
            "expiry_time": expiry,
            **({"upload_url": f"{path}/send"} if pending else {}),
            **({"complete_url": f"{path}/complete"} if pending and several and sent else {}),
            "in_trash": False,
            "status": upload.status,
            "filename": upload.name,
            "content_type": upload.type or None,
            "content_length": sent or None,
            **(
                {"number_of_parts": {"total": upload.total, "sent": len(upload.parts)}}
                if several
                else {}
            ),
        }


def limit_of(bot: Json) -> int:
    """The most bytes that a file may have, as `users/me` says."""
    return int(bot["bot"]["workspace_limits"]["max_file_upload_size_in_bytes"])


def _check_parts(body: Json, bot: Json) -> None:
    if limit_of(bot) <= FREE:
        raise Refusal(400, "Files in several parts need a paid workspace.")
    if "number_of_parts" not in body or "filename" not in body:
        name = "filename" if "number_of_parts" in body else "number_of_parts"
        raise bad_field("body", name, "defined", body.get(name))
    validation.number("body", "number_of_parts", body["number_of_parts"], 10_000)


def _check_part(upload: Upload, number: int, size: int) -> None:
    if size > ONE_PART:
        raise Refusal(400, f"A part has at most {ONE_PART} bytes, this one has {size}.")
    if not 1 <= number <= upload.total:
        raise Refusal(400, f"There are parts 1 to {upload.total}, not {number}.")


def _check_whole(upload: Upload, bot: Json) -> None:
    whole = sum(map(len, upload.parts.values()))
    if whole > limit_of(bot):
        upload.parts.clear()
        said = f"{whole} bytes are more than the {limit_of(bot)} of this workspace"
        raise Refusal(400, f"The file is too large: {said}.")


def _form(header: str, raw: bytes) -> dict[str, tuple[str, bytes]]:
    """The parts of a form by their names: content type and bytes."""
    if not header.startswith("multipart/form-data"):
        raise Refusal(400, "The body of a send should be multipart/form-data.")
    mark = re.search(r'boundary="?([^";]+)', header)
    pieces = raw.split(b"--" + mark[1].encode())[1:-1] if mark else []
    found = {}
    for piece in pieces:
        head, _, body = piece.partition(b"\r\n\r\n")
        words = head.decode("utf-8", "replace")
        name = re.search(r'\bname="([^"]*)"', words)
        type_ = re.search(r"(?im)^content-type: *([^;\r\n]+)", words)
        kind = type_[1] if type_ else "application/octet-stream"
        found[name[1] if name else ""] = (kind, body.removesuffix(b"\r\n"))
    if "file" not in found:
        raise bad_field("body", "file", "defined", None)
    return found
