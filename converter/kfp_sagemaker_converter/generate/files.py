"""Which pages are generated, and whether those on disk are what they should be."""

from __future__ import annotations

from pathlib import Path

from kfp_sagemaker_converter.generate.configuration_page import PATH, configuration_page
from kfp_sagemaker_converter.generate.diagnostics_pages import FOLDER, pages


def generated_pages() -> dict[str, str]:
    """Texts by path, relative to the checkout."""
    return {PATH: configuration_page(), **pages()}


def stale(root: Path) -> list[str]:
    """One line for every page under ``root`` that is missing, stale or of no rule."""
    made = generated_pages()
    found = [f"{path}: missing" for path in made if not (root / path).is_file()]
    there = [path for path in made if (root / path).is_file()]
    found += [f"{path}: stale" for path in there if (root / path).read_text(encoding="utf-8") != made[path]]
    return found + [f"{path}: superfluous, no rule has it" for path in superfluous(root)]


def superfluous(root: Path) -> list[str]:
    """Pages of diagnostics under ``root`` that no rule has."""
    made = generated_pages()
    there = (path.relative_to(root).as_posix() for path in (root / FOLDER).glob("*.md"))
    return sorted(path for path in there if path not in made)


def write(root: Path) -> None:
    """Write all pages under ``root`` and remove superfluous ones."""
    for path, text in generated_pages().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for path in superfluous(root):
        (root / path).unlink()
