"""``kfp-sagemaker local``: run a pipeline on this machine, and serve the local SageMaker by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])



def folders_of(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Path]:
    """``URI=FOLDER`` texts as a mapping; every wrong one is named."""
    found: dict[str, Path] = {}
    problems = []
    for value in values:
        uri, separator, folder = value.rpartition("=")
        if not separator or not uri or not folder:
            problems.append(f"{value}: expected {_parameter.metavar}")
        elif not Path(folder).is_dir():
            problems.append(f"{value}: {folder} is no folder")
        else:
            found[uri] = Path(folder).absolute()
    if problems:
        raise click.BadParameter("; ".join(problems))
    return found


image_option = click.option(
    "--image",
    "images",
    multiple=True,
    metavar="URI=FOLDER",
    callback=folders_of,
    help="The folder (with a Dockerfile) that stands for a container image. Repeatable.",
)


def _folders(option: str, name: str, text: str) -> Callable[[_Command], _Command]:
    """An option that names folders for objects of the cluster."""
    return click.option(option, name, multiple=True, metavar="NAME=FOLDER", callback=folders_of, help=text)


faults_option = click.option(
    "--faults",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A script of failures for the local SageMaker.",
)
labels_option = click.option(
    "--labels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose JOB.json finishes the labeling job JOB.",
)
file_system_option = click.option(
    "--file-system",
    "file_systems",
    multiple=True,
    metavar="ID=FOLDER",
    callback=folders_of,
    help="The folder that stands for an EFS or FSx for Lustre file system of training jobs. Repeatable.",
)
runner_option = click.option("--runner", default="auto", show_default=True, help="How the local SageMaker runs containers.")


@click.group()
def local() -> None:
    """A SageMaker on this machine, and pipelines that run against it."""


@local.command()
@click.argument("pipeline", type=click.Path(path_type=Path))
@click.option("--function", default="", help="The pipeline function, when Python source has several.")
@click.option("--arg", "arguments", multiple=True, metavar="NAME=VALUE", help="A pipeline parameter's value. Repeatable.")
@click.option("--args-file", type=click.Path(path_type=Path), help="Parameter values, a YAML or JSON mapping.")
@image_option
@_folders("--config-map", "config_maps", "The folder with the files of a ConfigMap that steps read. Repeatable.")
@_folders("--secret", "secrets", "The folder with the files of a Kubernetes secret that steps read. Repeatable.")
@_folders("--volume-claim", "volume_claims", "The folder that stands for a volume claim that steps mount. Repeatable.")
@click.option("--endpoint-url", default="", metavar="URL", help="A local SageMaker that runs already.")
@click.option("--region", default="", help="The AWS region that it plays. [us-east-1, with --endpoint-url AWS_REGION]")
@faults_option
@labels_option
@file_system_option
@runner_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="./local_outputs",
    help="Where runs are kept. [./local_outputs]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object on stdout.")
@click.option("--keep", is_flag=True, help="Leave the local SageMaker up after the run, until Ctrl-C.")
def run(
    pipeline: Path,
    function: str,
    arguments: tuple[str, ...],
    args_file: Path | None,
    images: dict[str, Path],
    config_maps: dict[str, Path],
    secrets: dict[str, Path],
    volume_claims: dict[str, Path],
    endpoint_url: str,
    region: str,
    faults: Path | None,
    labels: Path | None,
    file_systems: dict[str, Path],
    runner: str,
    output: Path,
    as_json: bool,
    keep: bool,
) -> None:
    """Run PIPELINE: compiled IR (YAML or JSON), or Python DSL source, which is compiled and so executed.

    Exits with 0 when the pipeline succeeded, 1 when it failed, 2 for wrong input, 130 or 143 when interrupted.
    """
    from kfp_sagemaker.local_run.pod_settings import ClusterObjects
    from kfp_sagemaker.local_run.run import RunOptions
    from kfp_sagemaker.local_run.run import run as run_pipeline

    sys.exit(
        run_pipeline(
            RunOptions(
                pipeline, function, arguments, args_file, images, ClusterObjects(config_maps, secrets, volume_claims),
                endpoint_url, region, faults, labels, file_systems, runner, output, as_json, keep,
            )
        )
    )


@local.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 takes a free one. [0]")
@click.option("--region", default="us-east-1", show_default=True, help="The AWS region that it plays.")
@image_option
@runner_option
@faults_option
@labels_option
@file_system_option
def serve(
    host: str,
    port: int,
    region: str,
    images: dict[str, Path],
    runner: str,
    faults: Path | None,
    labels: Path | None,
    file_systems: dict[str, Path],
) -> None:
    """Start the local SageMaker and leave it running until Ctrl-C.

    Prints its URL and the environment variables with which AWS SDKs find it.
    """
    try:
        from sagemaker_local.__main__ import main
    except ImportError as error:
        raise click.UsageError(f"{error}; install what it needs with: pip install 'kfp-sagemaker[local]'") from None
    arguments = ["--host", host, "--port", str(port), "--region", region, "--runner", runner]
    for option, folders in (("--image", images), ("--file-system", file_systems)):
        for name, folder in folders.items():
            arguments += [option, f"{name}={folder}"]
    for option, path in (("--faults", faults), ("--labels", labels)):
        if path is not None:
            arguments += [option, str(path)]
    sys.exit(main(arguments))
