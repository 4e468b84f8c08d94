"""The life of a record: created, or found to be there as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import RemoteFailure
from kfp_sagemaker.lifecycle.find_or_create import find_or_create
from kfp_sagemaker.lifecycle.polling import shortest_interval
from kfp_sagemaker.lifecycle.step import Step
from kfp_sagemaker.resources.resource import Resource

#: Looks at a record that was just created, which may take a moment to appear.
_LOOKS = 12


def ensure_record(step: Step, resource: Resource) -> Mapping[str, Any]:
    """Make sure that the record is there; returns its description. Raises NameTaken when another one has the name."""
    found = find_or_create(step, resource)
    step.termination.nothing_to_stop()
    described = found.described
    for _ in range(_LOOKS):
        # The description is what the outputs are made of.
        described = described or step.describe(resource, found.name)
        if described is not None:
            return described
        step.patience.sleep(shortest_interval())
    raise RemoteFailure(f"{resource.kind} {found.name} was created and is not there: somebody deleted it")
