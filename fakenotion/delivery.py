"""What happens to stored JSON on its way out: files are signed, mentions follow their page."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from backup.model import Json, bare_id
from fakenotion.build import url
from fakenotion.computed import person
from fakenotion.content import Content
from fakenotion.nodes import exact_time
from fakenotion.storage import HOSTED, OUTSIDE

_DATE = "%Y%m%dT%H%M%SZ"


@dataclass
class Signer:
    """Addresses of hosted files as S3 signs them: another signature each time, good for a while."""

    base: str
    now: Callable[[], datetime]
    lifetime: float = 3600  # seconds
    token_life: float = math.inf  # seconds that the credentials behind the signature are good
    given: int = 0

    def sign(self, path: str) -> tuple[str, str]:
        """The URL of a file and its `expiry_time`."""
        self.given += 1
        now, life = self.now(), str(int(self.lifetime))
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
            "X-Amz-Credential": "DEMO/us-west-2/s3/aws4_request",
            "X-Amz-Date": now.strftime(_DATE),
            "X-Amz-Expires": life,
            "X-Amz-Security-Token": str(self.given),
            "X-Amz-Signature": self._signature(path, now.strftime(_DATE), life, str(self.given)),
            "X-Amz-SignedHeaders": "host",
            "x-id": "GetObject",
        }
        expiry = exact_time(now + timedelta(seconds=self.lifetime)).replace("+00:00", "Z")
        return f"{self.base}/{path}?{urlencode(query)}", expiry

    def _signature(self, path: str, *parts: str) -> str:
        return hashlib.sha256(" ".join((unquote(path), *parts, "demo")).encode()).hexdigest()

    def refusal(self, path: str, query: str) -> str:
        """Why a download is refused, as S3's error code; '' when the signature is good."""
        sent = {key: values[0] for key, values in parse_qs(query).items()}
        if "X-Amz-Signature" not in sent:
            return "AccessDenied"
        names = ("X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token")
        date, life, token = (sent.get(name, "") for name in names)
        if sent["X-Amz-Signature"] != self._signature(path, date, life, token):
            return "SignatureDoesNotMatch"
        signed = datetime.strptime(date, _DATE).replace(tzinfo=self.now().tzinfo)
        age = (self.now() - signed).total_seconds()
        if age > int(life):
            return "AccessDenied"
        return "ExpiredToken" if age > self.token_life else ""


@dataclass(frozen=True)
class Delivery:
    """Copies stored JSON, with present addresses of files and present titles of mentioned pages. People
    have only their ids when they are not `named`."""

    content: Content
    signer: Signer
    named: bool = True

    def __call__(self, value: Any) -> Any:
        """The copy that is sent."""
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return [self(item) for item in value]
        return self._address(value)[0] if isinstance(value, str) else value

    def _object(self, value: Json) -> Json:
        if value.get("type") == "mention":
            value = self._mention(value)
        if value.get("object") == "user" and not self.named:
            return {"object": "user", "id": value["id"]}
        sent = {key: self(item) for key, item in value.items()}
        if "expiry_time" in value and str(value.get("url", "")).startswith(HOSTED):
            sent["url"], sent["expiry_time"] = self._address(value["url"])
        return sent

    def _address(self, text: str) -> tuple[str, str]:
        if text.startswith(HOSTED):
            return self.signer.sign(text[len(HOSTED) :])
        if text.startswith(OUTSIDE):
            return f"{self.signer.base}/{text[len(OUTSIDE) :]}", ""
        return text, ""

    def _mention(self, run: Json) -> Json:
        kind = run["mention"].get("type")
        if kind == "user":
            return self._user(run)
        if kind not in ("page", "database"):
            return run
        id_ = run["mention"][kind].get("id", "")
        if bare_id(id_) not in self.content.nodes:
            return run
        node = self.content.visible(id_)
        title = self.content.title(node) if node else ""
        return {**run, "plain_text": title or "Untitled", "href": url(id_)}

    def _user(self, run: Json) -> Json:
        who = run["mention"]["user"]
        found = person(self.content, who)
        if found is who and self.named:
            return run
        name = f"@{found.get('name', 'Anonymous') if self.named else 'Anonymous'}"
        return {**run, "mention": {"type": "user", "user": found}, "plain_text": name}
