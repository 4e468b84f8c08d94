"""What a pipeline asks for that a local run does not do, found before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kfp_sagemaker.container_step.ir import COMMAND
from kfp_sagemaker.local_run.pipeline_file import Pipeline
from kfp_sagemaker.local_run.pod_settings import PodSettings
from kfp_sagemaker.local_run.step_command import ANY_IMAGE, kind_of, missing_image

_JOB_PLACEHOLDERS = tuple(
    f"{{{{$.pipeline_{what}}}}}" for what in ("job_name", "job_uuid", "job_resource_name", "task_name", "task_uuid")
)


def kfp_local_has_control_flow() -> bool:
    """Whether the installed kfp.local knows conditions, loops and exit handlers: since 2.16."""
    return find_spec("kfp.local.orchestrator") is not None


def refusals(pipeline: Pipeline, images: Mapping[str, Path], control_flow: bool = True) -> list[str]:
    """Why the pipeline cannot be run here: containers that nothing here can run, custom jobs, and control flow without it."""
    found, executors = [], _executors(pipeline.spec)
    for dag in () if control_flow else _dags(pipeline.spec):
        for name, task in dag.tasks.items():
            if task.WhichOneof("iterator") or task.trigger_policy.condition or task.trigger_policy.strategy:
                found.append(
                    f"task {name}: the installed kfp runs no conditions, loops and exit handlers locally; "
                    "install a newer one: pip install 'kfp>=2.16'"
                )
    for task, component in _tasks(pipeline.spec):
        if component.WhichOneof("implementation") != "executor_label":
            continue
        executor = executors.get(component.executor_label) or {}
        if "importer" in executor:
            continue
        container = executor.get("container")
        if not executor:
            found.append(f"step {task} has no executor: the pipeline has none of the label {component.executor_label!r}")
        elif not container:
            found.append(f"step {task} is a {'/'.join(executor)} executor: only containers run locally")
        elif str(container.get("image", "")).startswith("argostub/"):
            found.append(f"step {task} makes or deletes a volume claim ({container['image']}), which needs a cluster")
        elif kind_of([str(word) for word in container.get("command", [])]) != "container":
            continue
        elif not images.keys() & {container["image"], ANY_IMAGE} and "{{$" not in container["image"]:
            found.append(missing_image(task, container["image"]))
    return sorted(set(found))


def steps_on_sagemaker(pipeline: Pipeline) -> list[str]:
    """The steps that a conversion moved onto SageMaker, which have to see the pipeline root in S3."""
    found, executors = set(), _executors(pipeline.spec)
    for task, component in _tasks(pipeline.spec):
        container = (executors.get(component.executor_label) or {}).get("container") or {}
        if tuple(container.get("command", ())) == COMMAND:
            found.add(str(task))
    return sorted(found)


def cautions(pipeline: Pipeline, pods: Mapping[str, PodSettings]) -> list[str]:
    """What runs here otherwise than on a cluster, one sentence each."""
    found = [pipeline.unreadable] if pipeline.unreadable else []
    for label, pod in sorted(pods.items()):
        if pod.left_out:
            name = label.removeprefix("exec-")
            found.append(f"{name}: the Kubernetes settings {', '.join(pod.left_out)} have no effect in a local run")
    for task, name, text in _constants(pipeline.spec):
        for placeholder in _JOB_PLACEHOLDERS:
            if placeholder in text and text != placeholder:
                found.append(
                    f"step {task}, input {name}: KFP replaces {placeholder} only where it is the whole value, so that on a "
                    f"cluster the step gets the text as it stands: {text!r}"
                )
    return found


def _executors(spec: Any) -> dict[str, dict[str, Any]]:
    """The executors by their labels."""
    from google.protobuf import json_format

    return dict(json_format.MessageToDict(spec.deployment_spec).get("executors") or {})


def _dags(spec: Any) -> Iterator[Any]:
    for component in (spec.root, *(spec.components[name] for name in sorted(spec.components))):
        if component.WhichOneof("implementation") == "dag":
            yield component.dag


def _tasks(spec: Any) -> Iterator[tuple[str, Any]]:
    for dag in _dags(spec):
        for name in sorted(dag.tasks):
            yield name, spec.components[dag.tasks[name].component_ref.name]


def _constants(spec: Any) -> Iterator[tuple[str, str, str]]:
    for dag in _dags(spec):
        for task in sorted(dag.tasks):
            for name, value in sorted(dag.tasks[task].inputs.parameters.items()):
                if value.WhichOneof("kind") == "runtime_value" and value.runtime_value.constant.string_value:
                    yield task, name, value.runtime_value.constant.string_value
