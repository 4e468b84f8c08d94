"""``kfp-sagemaker init``: a commented configuration for a pipeline."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import click

from kfp_sagemaker_converter.configuration.read import FILE_NAME


@click.command()
@click.argument("file", required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default=FILE_NAME,
              show_default=True, help="Where to write it; - is standard output.")
@click.option("--role", default="", metavar="ARN", help="The IAM role that jobs run as.")
@click.option("--region", default="", help="The AWS region of the jobs.")
@click.option("--bucket", default="", help="The S3 bucket of the pipeline root.")
@click.option("--registry", default="", metavar="HOST[/PREFIX]", help="The ECR registry that images are copied to.")
@click.option("--function", default="", help="The pipeline function, when Python source has several.")
@click.option("--fetch", is_flag=True, help="Fetch the components that a graph refers to by URL.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON schema instead, for editors.")
def init(
    file: str | None,
    output: Path,
    role: str,
    region: str,
    bucket: str,
    registry: str,
    function: str,
    fetch: bool,
    print_schema: bool,
) -> None:
    """Write a commented kfp-sagemaker.yaml for the pipeline in FILE: its steps, images and secrets, ready to uncomment.

    A file that is there already is not touched.
    """
    from kfp_sagemaker_converter.cli import run
    from kfp_sagemaker_converter.configuration.starter import starter
    from kfp_sagemaker_converter.configuration.validate import schema
    from kfp_sagemaker_converter.diagnostics import EXIT_ERROR
    from kfp_sagemaker_converter.passes.kubernetes_words import secret_names
    from kfp_sagemaker_converter.passes.volumes import claim_names
    from kfp_sagemaker_converter.renderers.text import text

    if print_schema:
        click.echo(json.dumps(schema(), indent=2))
        return
    if file is None:
        raise click.UsageError("name the pipeline: kfp-sagemaker init FILE")
    to_stdout = str(output) == "-"
    if not to_stdout and os.path.lexists(output):
        raise click.ClickException(f"{output} is there already; remove it, or write elsewhere with -o")
    done = run.conversions(run.Asked((file,), None, everything=True, only=(), keep=(), function=function, fetch=fetch))
    if len(done) > 1:
        raise click.UsageError(f"{file}: {len(done)} pipelines; name one")
    ((_, conversion),) = done
    if conversion.document is None:
        click.echo(text(conversion.report), nl=False, err=True)
        sys.exit(EXIT_ERROR)
    kubernetes = conversion.document.pipeline.platforms.get("kubernetes")
    settings = [one for group in kubernetes.settings.values() for one in group] if kubernetes else []
    secrets = [name for one in settings if one.name in ("secretAsEnv", "secretAsVolume") for name in secret_names(one.value)]
    given = {"role": role, "region": region, "bucket": bucket, "registry": registry}
    claims = [name for one in settings if one.name == "pvcMount" for name in claim_names(one.value)]
    made = starter(conversion.report, filter(None, secrets), filter(None, claims), given)
    if to_stdout:
        click.echo(made, nl=False)
        return
    try:
        output.write_text(made, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output}: cannot be written: {error.strerror}") from None
    again = shlex.join(["kfp-sagemaker", "check", file, *(["--function", function] if function else [])])
    click.echo(f"{output}: written. Uncomment what is yours, then: {again}")
