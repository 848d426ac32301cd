"""What Notion takes in one write, each limit once ("Request limits", 2026-08); pure."""

from __future__ import annotations

from collections.abc import Iterator

CHILDREN = 100  # blocks in one list
TIERS = 3  # blocks, their children and grandchildren
BLOCKS = 1_000  # in one request, of every tier
BYTES = 450_000  # of one request; Notion takes 500 KB
BLOCK_BYTES = 100_000  # of one block's own text, so that a few of them fit into a request
VALUE_BYTES = 30_000  # of the values that are sent with a new row, beside its blocks
ROW_BYTES = 400_000  # of a row of a table with all of its cells, or of values that are set
TEXT = 2_000  # UTF-16 units of one text. Assumed: the stricter reading of "characters"
TEXTS = 100  # in one rich text
URL = 2_000
EXPRESSION = 1_000  # of an equation
CONTACT = 200  # of an e-mail address or a phone number
NAME = 100  # of a file in a value, and of an option. Assumed for options
FILE_NAME = 900  # of a block
IDS = 100  # rows, people or options of one value
OPTIONS = 100  # in the list of a property
CELLS = 100  # of one row of a table
PROPERTIES = 500  # of one data source

MIB = 1 << 20
FREE_FILE = 5 * MIB  # what a file of a free workspace may have; above, several parts may be sent
ONE_PART = 20 * MIB  # the most that is sent at once
PART = 10 * MIB  # of a file in several parts, each of 5 to 20 MiB

_SHADES = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
OPTION_COLORS = ("default", *_SHADES)
COLORS = frozenset((*OPTION_COLORS, *(f"{each}_background" for each in OPTION_COLORS)))
_WORDS = """abap abc agda arduino assembly bash basic bnf c c# c++ clojure coffeescript coq css dart
dhall diff docker ebnf elixir elm erlang f# flow fortran gherkin glsl go graphql groovy haskell hcl
html idris java javascript json julia kotlin latex less lisp livescript lua makefile markdown markup
matlab mathematica mermaid nix objective-c ocaml pascal perl php powershell prolog protobuf
purescript python r racket reason ruby rust sass scala scheme scss shell smalltalk solidity sql swift
toml typescript vb.net verilog vhdl webassembly xml yaml java/c/c++/c#"""
PLAIN = "plain text"
LANGUAGES = frozenset(
    (*_WORDS.split(), "ascii art", "llvm ir", "notion formula", PLAIN, "visual basic")
)
# What may be uploaded ("Working with files and media", 2026-08).
_IMAGES = "gif heic ico jpeg jpg png svg tif tiff webp"
_SOUNDS = "aac adts m4a m4b mid midi mp3 mpga oga ogg wav wma"
_VIDEOS = "amv asf avi f4v flv gifv m4v mkv mov mp4 mpeg qt webm wmv"
_PAPERS = (
    "csv doc docx dot dotx htm html json md pdf pot potx pps ppt pptx txt xla xls xlsx xlt xltx"
)
ENDINGS = frozenset(f"{_IMAGES} {_SOUNDS} {_VIDEOS} {_PAPERS}".split())


def units(text: str) -> int:
    """The length of a text as Notion counts it: in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def pieces(text: str, most: int = TEXT) -> Iterator[str]:
    """The text in pieces that each fit into one run, no character cut in two."""
    start = used = 0
    for at, char in enumerate(text):
        size = 2 if char > "\uffff" else 1
        if used + size > most:
            yield text[start:at]
            start, used = at, 0
        used += size
    if start < len(text):
        yield text[start:]
