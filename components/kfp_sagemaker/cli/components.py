"""``kfp-sagemaker components``: what components there are."""

from __future__ import annotations

import json
import sys

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")
def components(as_json: bool) -> None:
    """List the components, with what each does."""
    from kfp_sagemaker.faces.registry import component_ids, find_face

    faces = [find_face(component) for component in component_ids()]
    if as_json:
        listed = [{"id": face.id, "description": face.description, "operations": face.request_operations} for face in faces]
        click.echo(json.dumps(listed, indent=2))
    elif sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, show_header=False)
        table.add_column(style="bold", no_wrap=True)
        for face in faces:
            table.add_row(face.id, face.description)
        Console().print(table)
    else:
        width = max(len(face.id) for face in faces)
        for face in faces:
            click.echo(f"{face.id:{width}}  {face.description}")
