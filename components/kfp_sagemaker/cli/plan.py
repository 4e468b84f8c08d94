"""``kfp-sagemaker plan``: the requests of a step, without network or credentials."""

from __future__ import annotations

import json

import click

from kfp_sagemaker.cli.component_argument import matching_components


@click.command()
@click.argument("component", shell_complete=matching_components)
@click.option("--inputs", required=True, metavar="FILE", type=click.Path(allow_dash=True),
              help="YAML or JSON mapping of inputs to values; - for standard input.")
def plan(component: str, inputs: str) -> None:
    """Print the requests that COMPONENT (such as v1/train) would send for these inputs.

    One JSON object on stdout, operation to request, in the order in which they would be sent; warnings on stderr. Nothing is
    sent, and no credentials are needed. Inputs that a step would refuse: all that is wrong on stderr, exit status 2.
    """
    from kfp_sagemaker.cli.inputs_file import read_inputs_file
    from kfp_sagemaker.entrypoint import environment_region
    from kfp_sagemaker.faces.prepare import prepare
    from kfp_sagemaker.faces.registry import find_face

    face = find_face(component)
    prepared = prepare(face, read_inputs_file(inputs), region=environment_region())
    for warning in prepared.warnings:
        click.echo(f"warning: {warning}", err=True)
    if face.instead and prepared.may_update:
        sent_last = face.operations[-1]
        note = f"note: for a resource of that name that is there already, {face.instead} is sent instead of {sent_last}:"
        click.echo(f"{note} {json.dumps(prepared.requests[face.instead])}", err=True)
    click.echo(json.dumps({call.operation: call.request for call in prepared.calls}, indent=2))
