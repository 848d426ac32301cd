"""The write side of the stand-in: what the API creates and changes, with its limits and oddities."""
