"""Writes that were recorded, sent to the stand-in: they are answered in the recorded shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakenotion.workspace import Workspace
from fakenotion.writing.writes import Writes
from tests.fakenotion.writing.conftest import Author
from tests.support.recordings import RECORDINGS

CHANGING = ("id", "parent", "_time", "_by", "request_id", "url", "data_sources")
