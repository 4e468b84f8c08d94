"""``kfp-sagemaker local``: run a pipeline on this machine, and serve the local SageMaker by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click


def images_of(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Path]:
    """``URI=FOLDER`` texts as a mapping; every wrong one is named."""
    found: dict[str, Path] = {}
    problems = []
    for value in values:
        uri, separator, folder = value.rpartition("=")
        if not separator or not uri or not folder:
            problems.append(f"{value}: expected URI=FOLDER")
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
    callback=images_of,
    help="The folder (with a Dockerfile) that stands for a container image. Repeatable.",
)
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
@click.option("--endpoint-url", default="", metavar="URL", help="A local SageMaker that runs already.")
@click.option("--region", default="", help="The AWS region that it plays. [us-east-1, with --endpoint-url AWS_REGION]")
@faults_option
@labels_option
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
    endpoint_url: str,
    region: str,
    faults: Path | None,
    labels: Path | None,
    runner: str,
    output: Path,
    as_json: bool,
    keep: bool,
) -> None:
    """Run PIPELINE: compiled IR (YAML or JSON), or Python DSL source, which is compiled and so executed.

    Exits with 0 when the pipeline succeeded, 1 when it failed, 2 for wrong input, 130 or 143 when interrupted.
    """
    from kfp_sagemaker.local_run.run import RunOptions
    from kfp_sagemaker.local_run.run import run as run_pipeline

    sys.exit(
        run_pipeline(
            RunOptions(
                pipeline, function, arguments, args_file, images, endpoint_url, region, faults, labels, runner, output,
                as_json, keep,
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
def serve(
    host: str, port: int, region: str, images: dict[str, Path], runner: str, faults: Path | None, labels: Path | None
) -> None:
    """Start the local SageMaker and leave it running until Ctrl-C.

    Prints its URL and the environment variables with which AWS SDKs find it.
    """
    try:
        from sagemaker_local.__main__ import main
    except ImportError as error:
        raise click.UsageError(f"{error}; install what it needs with: pip install 'kfp-sagemaker[local]'") from None
    arguments = ["--host", host, "--port", str(port), "--region", region, "--runner", runner]
    for uri, folder in images.items():
        arguments += ["--image", f"{uri}={folder}"]
    for option, path in (("--faults", faults), ("--labels", labels)):
        if path is not None:
            arguments += [option, str(path)]
    sys.exit(main(arguments))
