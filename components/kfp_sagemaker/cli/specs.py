"""``kfp-sagemaker specs``: component.yaml files that run in an image of the user's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click


@click.command()
@click.option("--image", required=True, metavar="REPO:TAG", help="The image that the components run in.")
@click.option("-o", "--output", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
              help="Where to write DIR/v1/train/component.yaml and so on.")
@click.option("--json", "as_json", is_flag=True, help="Print the paths as a JSON list.")
def specs(image: str, output: Path, as_json: bool) -> None:
    """Write the component.yaml of every component, with REPO:TAG as its image."""
    from kfp_sagemaker.faces.registry import component_ids, find_face
    from kfp_sagemaker.generate.component_yaml import component_yaml
    from kfp_sagemaker.generate.image_reference import checked_image

    checked_image(image, "--image")
    # All texts are made before the first is written.
    faces = [find_face(component) for component in component_ids()]
    texts = {output / face.id / "component.yaml": component_yaml(face, image) for face in faces}
    for path, text in texts.items():
        try:
            _write(path, text)
        except OSError as error:
            raise click.ClickException(f"{path}: cannot be written: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps([str(path) for path in texts], indent=2))
    else:
        for path in texts:
            click.echo(f"wrote {path}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
