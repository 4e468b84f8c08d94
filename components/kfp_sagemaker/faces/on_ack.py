"""A face of the SageMaker API on the ACK back end: the same inputs and outputs, so that a pipeline changes its import only.

What the custom resource cannot say of a request is refused in ``prepare``; here are inputs that the back end cannot follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.common_inputs import ACK_INPUTS
from kfp_sagemaker.faces.common_inputs import on_ack as input_on_ack
from kfp_sagemaker.faces.face import BackEnd, Built, Face
from kfp_sagemaker.names import is_empty

#: Inputs about calls of the SageMaker API, which the controller makes, and what to do instead.
CONTROLLERS_OWN = {
    "endpoint_url": "the controller calls SageMaker, at its own --aws-endpoint-url or the one in the namespace's annotation "
                    "services.k8s.aws/endpoint-url",
    "assume_role": "the controller calls SageMaker, with its own role or the one that the namespace's annotation "
                   "services.k8s.aws/owner-account-id chooses (CARM)",
    "external_id": "it belongs to assume_role, and the controller calls SageMaker",
    "role_session_name": "it belongs to assume_role, and the controller calls SageMaker",
}


def on_ack(face: Face, component: str) -> Face:
    """``face`` as the component of that id, carried out by custom resources.

    The name is the same too, since KFP calls tasks after it.
    """

    def build(values: Mapping[str, Any]) -> Built:
        built = face.build(values)
        refused = [Violation(name, f"cannot be followed: {why}; leave it empty, or use {face.id}")
                   for name, why in CONTROLLERS_OWN.items() if not is_empty(values.get(name))]
        return replace(built, problems=(*built.problems, *refused))

    return replace(
        face,
        id=component,
        inputs=(*map(input_on_ack, face.inputs), *ACK_INPUTS),
        build=build,
        backend=BackEnd.ACK,
        alternative=face.id,
    )
