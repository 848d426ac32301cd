"""Prints the table: each case beside its floor. `--peer`: one connection beside eight."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.cases import CASES, CONNECTIONS


def main() -> int:
    """0 when every target was met."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="ABCDEFGHKPS", help="the cases to run, e.g. ABG")
    parser.add_argument("--peer", action="store_true", help="show CONCURRENCY=1 beside it")
    asked = parser.parse_args()
    met = True
    print("| case | what | measured | target | met |\n| --- | --- | --- | --- | --- |")
    for connections in (CONNECTIONS, 1) if asked.peer else (CONNECTIONS,):
        for name, case in CASES.items():
            if not set(name) & set(asked.only):
                continue
            with tempfile.TemporaryDirectory() as folder:
                for row in case(Path(folder) / "backup", connections):
                    label = row.case if connections > 1 else f"{row.case}, one connection"
                    held = "yes" if row.met else "NO"
                    print(
                        f"| {label} | {row.what} | {row.measured} | {row.target} | {held} |",
                        flush=True,
                    )
                    met = met and (row.met or connections == 1)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
