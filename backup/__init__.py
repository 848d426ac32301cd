"""Backs up Notion databases as Markdown, with their files, into a Git repository."""

__version__ = "1.0.0"
