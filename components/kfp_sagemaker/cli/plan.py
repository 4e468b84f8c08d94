"""``kfp-sagemaker plan``: the requests of a step, without network or credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kfp_sagemaker.cli.component_argument import matching_components

if TYPE_CHECKING:
    from kfp_sagemaker.faces.prepare import Prepared


@click.command()
@click.argument("component", shell_complete=matching_components)
@click.option("--inputs", required=True, metavar="FILE", type=click.Path(allow_dash=True),
              help="YAML or JSON mapping of inputs to values; - for standard input.")
def plan(component: str, inputs: str) -> None:
    """Print the requests that COMPONENT (such as v1/train) would send for these inputs.

    One JSON object on stdout, operation to request, in the order in which they would be sent; warnings on stderr. For a
    component on ACK (v2/TrainingJob, v2/flat/train) the custom resources as YAML, which kubectl apply -f - takes. Nothing is
    sent, and no credentials are needed. Inputs that a step would refuse: all that is wrong on stderr, exit status 2.
    """
    from kfp_sagemaker.cli.inputs_file import read_inputs_file
    from kfp_sagemaker.entrypoint import environment_region
    from kfp_sagemaker.faces.face import BackEnd
    from kfp_sagemaker.faces.prepare import prepare
    from kfp_sagemaker.faces.registry import find_face

    face = find_face(component)
    # On ACK a region that is not given is the namespace's or the controller's.
    region = environment_region() if face.backend is BackEnd.BOTO3 else None
    prepared = prepare(face, read_inputs_file(inputs), region=region)
    for warning in prepared.warnings:
        click.echo(f"warning: {warning}", err=True)
    if face.backend is BackEnd.ACK:
        click.echo(_manifests(prepared), nl=False)
        return
    if face.instead and prepared.may_update:
        sent_last = face.operations[-1]
        note = f"note: for a resource of that name that is there already, {face.instead} is sent instead of {sent_last}:"
        click.echo(f"{note} {json.dumps(prepared.requests[face.instead])}", err=True)
    click.echo(json.dumps({call.operation: call.request for call in prepared.calls}, indent=2))


def _manifests(prepared: Prepared) -> str:
    """The custom resources that a step applies, or for a deletion names, in order, as YAML documents."""
    import yaml

    from kfp_sagemaker.custom_resources.fields import API_VERSION
    from kfp_sagemaker.custom_resources.manifest import object_name, to_manifest

    face, settings = prepared.face, prepared.settings
    annotations = {"services.k8s.aws/region": settings.region} if settings.region else {}
    documents = []
    for call in prepared.calls:
        resource = next(each for each in face.resources if call.operation in (each.create, each.delete))
        name = str(call.request[resource.name_member])
        if not face.deletes:
            documents.append(to_manifest(resource, call.request, name=name, namespace=settings.namespace or "", labels={},
                                         annotations=annotations))
        elif call.operation in face.operations:
            metadata = {"name": object_name(name), **({"namespace": settings.namespace} if settings.namespace else {})}
            documents.append({"apiVersion": API_VERSION, "kind": resource.kind, "metadata": metadata})
        else:
            click.echo(f"note: deletes {resource.kind} too: {name}", err=True)
    if face.deletes:
        click.echo("note: to be deleted, not applied: kubectl delete -f -", err=True)
    text: str = yaml.safe_dump_all(documents, sort_keys=False, width=2**31, allow_unicode=True)
    return text
