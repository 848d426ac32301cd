"""The sample workspace, and the demonstration that backs it up."""
