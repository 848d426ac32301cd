"""The output folder: what lies there, who owns it, and how it is written."""
