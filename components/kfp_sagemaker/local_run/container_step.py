"""A step whose image is a folder: run as a container, by the runners of the local SageMaker.

Its file system is the folder's (Dockerfile or root file system) with the step's own folders bound, its environment is
the step's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kfp_sagemaker.local_run.errors import StepFailed
from kfp_sagemaker.local_run.namespace import Mounts
from kfp_sagemaker.local_run.process import StepProcesses
from kfp_sagemaker.local_run.run_layout import StepPlaces


def run_container(
    processes: StepProcesses,
    places: StepPlaces,
    runner_name: str,
    image: str,
    folder: Path,
    command: Sequence[str],
    environment: Mapping[str, str],
    volumes: Mounts,
    on_line: Callable[[str], None],
) -> int:
    """Run the command to its end; its exit code.

    As in Kubernetes, a command replaces the image's ENTRYPOINT and CMD.

    Raises:
        StepFailed: the container cannot be started.
    """
    from sagemaker_local.runners import ContainerError, ContainerSpec, choose_runner
    from sagemaker_local.runners.images import find_image

    bound = {path: here for here, path in (*places.mounts, *volumes)} | {str(places.parameters): places.parameters}
    try:
        spec = ContainerSpec(
            name=f"kfp-step-{places.uri.rpartition('/')[2]}",
            hostname="kfp-step",
            image=find_image(image, {image: folder}),
            directories=bound,
            environment=environment,
            entrypoint=tuple(command),
        )
        runner = choose_runner(runner_name)
    except (ValueError, RuntimeError) as error:
        raise StepFailed(str(error)) from None
    try:
        container = runner.start(spec, on_line)
        try:
            with processes.watching(container):
                code = container.wait()
        finally:
            container.close()
    except ContainerError as error:
        raise StepFailed(str(error)) from None
    finally:
        runner.close()
    return 0 if code is None else code
