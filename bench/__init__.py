"""Measurements of the project's own cost; see ``python -m bench --help``."""
