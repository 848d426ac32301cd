"""What an error of another kind than ours is called."""

from __future__ import annotations

import errno
import os

from backup.errors import sentence


def test_what_the_disk_refuses_is_not_called_a_bug() -> None:
    refused = OSError(errno.EFBIG, os.strerror(errno.EFBIG), "/home/ada/wiki/tea.png")
    assert "read or written here: File too large (in" in sentence(refused)
    assert "ada" not in sentence(refused)
    assert sentence(KeyError("tea")).startswith("This is a bug: KeyError in")
