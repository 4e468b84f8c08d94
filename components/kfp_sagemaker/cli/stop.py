"""``kfp-sagemaker stop``: stop the jobs of a run from outside its pods."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from kfp_sagemaker.errors import EXIT_REMOTE_FAILURE


@click.command()
@click.option("--run", "run_id", required=True, metavar="ID", help="Id of the Kubeflow pipeline run.")
@click.option("--region", metavar="REGION", help="AWS region; default: the environment's.")
@click.option("--endpoint-url", metavar="URL", help="URL of the SageMaker API, where it is not the region's.")
@click.option("--assume-role", metavar="ARN", help="IAM role to assume.")
@click.option("--namespace", metavar="NAME",
              help="Delete the custom resources of steps under v2 in this Kubernetes namespace, instead of asking SageMaker.")
@click.option("--dry-run", is_flag=True, help="Only say what would be stopped.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on stdout.")
def stop(
    run_id: str, region: str | None, endpoint_url: str | None, assume_role: str | None, namespace: str | None, dry_run: bool,
    as_json: bool,
) -> None:
    """Stop the SageMaker jobs that a pipeline run left behind.

    Finds them by the tag kfp:run-id, which every component puts on what it creates (unless automatic_tags is off), or with
    --namespace by the label kfp-sagemaker/run-id of custom resources. Models and endpoints are listed and left.
    """
    from kfp_sagemaker.entrypoint import environment_region
    from kfp_sagemaker.faces.common_inputs import StepSettings
    from kfp_sagemaker.stop_run import delete_custom_resources, stop_run

    settings = StepSettings(region=region or environment_region(), endpoint_url=endpoint_url, assume_role=assume_role)
    outcomes = []
    found = (delete_custom_resources(run_id, namespace, dry_run=dry_run) if namespace
             else stop_run(run_id, settings, dry_run=dry_run))
    for outcome in found:
        outcomes.append(outcome)
        if not as_json:
            click.echo(f"{outcome.result:16} {outcome.arn}{f'  ({outcome.detail})' if outcome.detail else ''}")
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    elif not outcomes and namespace:
        click.echo(f"No custom resource in namespace {namespace} is labeled kfp-sagemaker/run-id={run_id}.")
    elif not outcomes:
        click.echo(f"Nothing is tagged kfp:run-id={run_id} in {settings.region or 'the configured region'}.")
    if any(outcome.result == "failed" for outcome in outcomes):
        sys.exit(EXIT_REMOTE_FAILURE)
