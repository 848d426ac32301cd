"""What a reader sees on the two hosts: stand-ins that the tests hold the project's Markdown to.

README.md beside this file says what they are made of, and what they cannot show.
"""

from tests.oracles.compare import Char, expected, misread
from tests.oracles.hosts import gitea, github
from tests.oracles.seen import runs, select, visible

__all__ = ["Char", "expected", "gitea", "github", "misread", "runs", "select", "visible"]
