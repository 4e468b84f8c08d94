"""``python -m kfp_sagemaker_converter.generate``: write the generated pages; with ``--check``, exit 1 when one is stale."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kfp_sagemaker_converter.generate.files import stale, write


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a page is stale.")
@click.option("--root", type=click.Path(path_type=Path), default=Path(__file__).parents[3], help="The checkout.")
def main(check: bool, root: Path) -> None:
    """Write docs/diagnostics and docs/configuration.md."""
    if not check:
        write(root)
        return
    problems = stale(root)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo("Run `make generate` and commit.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
