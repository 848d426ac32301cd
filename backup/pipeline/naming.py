"""AI naming in a run: answers of earlier runs, and what this run used.

It stands apart because it is there only where AI naming is switched on.
"""

from __future__ import annotations

from collections.abc import Callable

from backup.files.describe import Describer
from backup.files.records import FileRecord
from backup.files.vision import Model
from backup.model import Problem
from backup.report.report import AiRequests
from backup.settings import AiNaming
from backup.sync.state import State

_MILLION = 1_000_000


class Naming:
    """AI naming, when it is switched on. `connections` is how many requests may be open at once, `sleep` waits
    between two tries."""

    def __init__(self, ai: AiNaming, connections: int, sleep: Callable[[float], None]) -> None:
        self._ai, key = ai, ai.key.reveal()
        self._model = Model(ai.url, key, ai.model, connections=connections, sleep=sleep)
        self._describer = Describer(self._model, {}, ai.max_px)

    def describer(self, memory: State) -> Describer:
        """Describes images; contents that some page of the backup has already cost nothing."""
        self._describer = Describer(self._model, _known(memory), self._ai.max_px)
        return self._describer

    def problems(self) -> tuple[Problem, ...]:
        """Why images get their usual names; () when they need not."""
        return (self._describer.problem,) if self._describer.problem else ()

    def taken(self) -> AiRequests:
        """What the run's requests took. The cost is known when both prices are."""
        used, price_in, price_out = self._describer.usage, self._ai.price_in, self._ai.price_out
        cost = None
        if price_in is not None and price_out is not None:
            cost = (used.tokens_in * price_in + used.tokens_out * price_out) / _MILLION
        return AiRequests(self._model.requests, used.tokens_in, used.tokens_out, cost)


def _known(memory: State) -> dict[str, str]:
    """Descriptions by the SHA-256 of the content; of two that differ, one."""
    files = (FileRecord.from_json(raw) for page in memory.pages.values() for raw in page.files)
    return {file.sha256: file.description for file in files if file.description is not None}
