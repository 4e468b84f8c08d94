"""The life of a record: created, or found to be there as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.lifecycle.find_or_create import find_or_create
from kfp_sagemaker.lifecycle.step import Step, failure
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.resource import Resource, State


def ensure_record(step: Step, resource: Resource) -> Mapping[str, Any]:
    """Make sure that the record is there; returns its description. Raises NameTaken when another one has the name."""
    found = find_or_create(step, resource)
    name = found.name
    watch = Watch(resource, name, lambda: step.backend.describe(resource, name), step.patience,
                  changes=step.backend.changes(resource, name))
    # The description is what the outputs are made of; what was just created may take a moment to appear.
    described = watch.until_done(found.described)
    step.termination.nothing_to_stop()
    if resource.state(described) is not State.SUCCEEDED:
        raise failure(resource, name, described)
    return described
