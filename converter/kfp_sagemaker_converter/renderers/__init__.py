"""Renderers: a report as text for a terminal, as JSON, as Markdown, and what is left to do. One small file each."""
