"""The output folder: its files, their owners, and how they are written."""
