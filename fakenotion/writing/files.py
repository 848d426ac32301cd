"""POST /v1/file_uploads, its send and complete, and GET of one."""

from __future__ import annotations

from backup.model import Json
from fakenotion import answers
from fakenotion.writing.call import Call
from fakenotion.writing.uploads import Upload


def _shown(call: Call, upload: Upload) -> Json:
    made = call.uploads.shown(upload, call.request.base)
    call.committed = (upload.id, ())
    return answers.for_version(made, call.request.version)


def create(call: Call) -> Json:
    """POST /v1/file_uploads"""
    return _shown(call, call.uploads.create(call.content, call.body, call.token.bot))


def send(call: Call, file_upload_id: str) -> Json:
    """POST /v1/file_uploads/{id}/send: a form with the field `file`, of several parts each with its
    `part_number`."""
    bot = call.token.bot
    return _shown(call, call.uploads.send(call.content, file_upload_id, call.header, call.raw, bot))


def complete(call: Call, file_upload_id: str) -> Json:
    """POST /v1/file_uploads/{id}/complete"""
    return _shown(call, call.uploads.complete(call.content, file_upload_id))


def show(call: Call, file_upload_id: str) -> Json:
    """GET /v1/file_uploads/{id}"""
    return _shown(call, call.uploads.get(file_upload_id))
