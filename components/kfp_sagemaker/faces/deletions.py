"""``v1/delete_model`` and ``v1/delete_monitoring_schedule``: one thing of a name is deleted. Absent is success.

An endpoint, which can take along what it is made of, is deleted by ``delete_endpoint``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Lifecycle, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.monitoring_schedule import MONITORING_SCHEDULE
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.service_model.model import snake_case


def _deletion(resource: Resource, note: str = "", lifecycle: Lifecycle = Lifecycle.AVAILABLE) -> Face:
    """The face that deletes a resource of that kind. ``note`` is a further sentence of its description."""
    name = snake_case(resource.name_member)
    words = snake_case(resource.kind).replace("_", " ")
    inputs = (
        Input(name, InputType.STRING, f"Name of the {words}.", target=f"{resource.delete}.{resource.name_member}"),
        # There is nothing to tag: the input is here because every component has it.
        *CONNECTION_INPUTS,
        *STEP_INPUTS,
    )

    def build(values: Mapping[str, Any]) -> Built:
        requests, problems = assemble(inputs, values, (resource.delete,))
        return Built(requests, tuple(problems))

    return Face(
        id=f"v1/delete_{snake_case(resource.kind)}",
        display_name=f"SageMaker - Delete {words.title()}",
        description=f"Deletes a SageMaker {words}; one that is not there is success.{note}",
        resources=(resource,),
        operations=(resource.delete,),
        inputs=inputs,
        outputs=(
            Output("deleted", OutputType.ARRAY, "ARNs of all that was deleted."),
            Output("arn", OutputType.STRING, f"ARN of the deleted {words}; empty when there was none."),
            CARD,
        ),
        build=build,
        collect=_collect,
        deletes=True,
        lifecycle=lifecycle,
    )


def _collect(ended: Ended) -> Collected:
    deleted = list(ended.described.get("deleted", []))
    return Collected(
        parameters={"deleted": deleted, "arn": deleted[0] if deleted else ""},
        figures={"Deleted": ", ".join(f"`{arn}`" for arn in deleted) or "nothing: there was none"},
    )


DELETE_MODEL = _deletion(MODEL)
DELETE_MONITORING_SCHEDULE = _deletion(
    MONITORING_SCHEDULE, " SageMaker refuses it during an execution.", Lifecycle.EXISTING_CUSTOMERS_ONLY)
