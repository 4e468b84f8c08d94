"""Inputs that components have in common, and what they say about a step.

None of them is part of a request, except tags; how the settings are followed is in ``lifecycle`` and ``backends``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.service_model.validate import Unresolved


class OnExisting(StrEnum):
    """What to do when a resource of the step's name is there."""

    ATTACH = "attach"
    FAIL = "fail"
    NEW = "new"


class OnTerminate(StrEnum):
    """What becomes of a running job when the step is terminated or its timeout passes."""

    STOP = "stop"
    LEAVE = "leave"


class Cleanup(StrEnum):
    """When a step deletes the custom resource of a job that has ended; SageMaker keeps the job."""

    NEVER = "never"
    ON_SUCCESS = "on_success"
    ALWAYS = "always"


def _choices(options: type[StrEnum]) -> tuple[str, ...]:
    return tuple(str(option) for option in options)


#: Inputs of the components before these, in their order; ``region`` was required there.
CONNECTION_INPUTS = (
    Input("region", InputType.STRING, "AWS region; empty: the region of the pod's environment or configuration.", default=""),
    Input("endpoint_url", InputType.STRING, "URL of the SageMaker API, for example of a VPC endpoint.", default="",
          encode=str.strip, advanced=True),
    Input("assume_role", InputType.STRING, "ARN of an IAM role to assume for all calls; refreshed while the job runs.",
          default="", advanced=True),
    Input("tags", InputType.OBJECT, "Tags of every created resource, name to text.", default="{}", advanced=True),
)

#: Inputs that came with this library.
STEP_INPUTS = (
    Input("timeout", InputType.INTEGER, "Seconds after which the step gives up: on_terminate applies, and it fails. 0: never.",
          default="0", minimum=0, advanced=True),
    Input("on_existing", InputType.STRING,
          "When the resource is there already: attach to an equal one (as a retried pod does), fail, or make a new one.",
          default="attach", choices=_choices(OnExisting), advanced=True),
    Input("on_terminate", InputType.STRING, "When the step is terminated or times out: stop the job, or leave it running.",
          default="stop", choices=_choices(OnTerminate), advanced=True),
    Input("stopped_is", InputType.STRING, "How the step ends when somebody stopped its job: failed or succeeded.",
          default="failed", choices=("failed", "succeeded"), advanced=True),
    Input("wait_for_capacity", InputType.INTEGER,
          "Seconds to wait for instances or quota when there are none. 0: fail at once.", default="0", minimum=0,
          advanced=True),
    Input("extra_request", InputType.OBJECT,
          "More members of the request, merged into it: lists replace, null removes. By operation if several.",
          default="{}", advanced=True),
    Input("validation", InputType.STRING,
          "strict: refuse what the service model forbids before anything is sent; warn: only warn of it.",
          default="strict", choices=("strict", "warn"), advanced=True),
    Input("external_id", InputType.STRING, "External id for assume_role.", default="", shown=False, advanced=True),
    Input("role_session_name", InputType.STRING, "Session name for assume_role.", default="", advanced=True),
    Input("automatic_tags", InputType.BOOL, "Tag every created resource with pipeline, run and task.", default="True",
          advanced=True),
)

def on_ack(declared: Input) -> Input:
    """An input of the components on the SageMaker API as those on custom resources have it: the region is another's."""
    if declared.name != "region":
        return declared
    return replace(declared, description="AWS region; empty: that of the namespace, else that of the controller.")


#: Inputs of the components that apply custom resources.
ACK_INPUTS = (
    Input("namespace", InputType.STRING, "Kubernetes namespace of the custom resource; empty: that of the pod.", default="",
          advanced=True),
    Input("cleanup", InputType.STRING,
          "When to delete the custom resource of a job that has ended: never, on_success or always. SageMaker keeps the job.",
          default="never", choices=_choices(Cleanup), advanced=True),
    Input("logs", InputType.STRING,
          "auto: show a job's CloudWatch logs where the pod has AWS credentials, else the link to them; link: only the link.",
          default="auto", choices=("auto", "link"), advanced=True),
)


def tag_list(tags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tags as the API has them, from an object of name to text."""
    return [{"Key": name, "Value": value} for name, value in tags.items()]


@dataclass(frozen=True)
class StepSettings:
    """The common inputs of a step, typed. Times are in seconds; 0 means none.

    ``namespace`` (None: the pod's), ``cleanup`` and ``shows_logs`` (CloudWatch's, where the pod has AWS credentials) are of
    components on the ACK back end.
    """

    region: str | None = None
    endpoint_url: str | None = None
    assume_role: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    timeout: int = 0
    on_existing: OnExisting = OnExisting.ATTACH
    on_terminate: OnTerminate = OnTerminate.STOP
    stopped_is_success: bool = False
    wait_for_capacity: int = 0
    extra_request: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = True
    tags: Mapping[str, Any] = field(default_factory=dict)
    automatic_tags: bool = True
    namespace: str | None = None
    cleanup: Cleanup = Cleanup.NEVER
    shows_logs: bool = True


def step_settings(values: Mapping[str, Any]) -> StepSettings:
    """The settings among the read ``values`` of a component."""
    known = {name: value for name, value in values.items() if not isinstance(value, Unresolved)}
    endpoint_url = known.get("endpoint_url", "").strip()
    return StepSettings(
        region=known.get("region"),
        endpoint_url=endpoint_url or None,
        assume_role=known.get("assume_role"),
        external_id=known.get("external_id"),
        role_session_name=known.get("role_session_name"),
        timeout=known.get("timeout", 0),
        on_existing=OnExisting(known.get("on_existing", "attach")),
        on_terminate=OnTerminate(known.get("on_terminate", "stop")),
        stopped_is_success=known.get("stopped_is") == "succeeded",
        wait_for_capacity=known.get("wait_for_capacity", 0),
        extra_request=known.get("extra_request", {}),
        strict=known.get("validation", "strict") == "strict",
        # A list of tags is a part of the request itself.
        tags=known["tags"] if isinstance(known.get("tags"), Mapping) else {},
        automatic_tags=known.get("automatic_tags", True),
        namespace=known.get("namespace"),
        cleanup=Cleanup(known.get("cleanup", "never")),
        shows_logs=known.get("logs", "auto") == "auto",
    )
