"""Every created resource bears pipeline, run and task, for cost allocation, unless that is turned off."""

from __future__ import annotations

from typing import Any

import pytest

from .component_table import MAKERS
from .lab import Lab
from .steps import RUN_ID

AUTOMATIC = {"kfp:pipeline": "digits", "kfp:run-id": RUN_ID, "kfp:task": "the-task"}


def tags_of_all(lab: Lab, component: str, **inputs: Any) -> list[dict[str, str]]:
    """Tags of everything that a step of the component made."""
    lab.prepare(component)
    task = lab.task(component, **inputs)
    task.run().check()
    arns = []
    for resource in task.component.face.resources:
        described = getattr(lab.sagemaker, _method(lab, resource.describe))(
            **{resource.name_member: lab.name_of(resource.create)})
        described = described[resource.described_member] if resource.described_member else described
        arns.append(described[resource.arn_member])
    return [lab.tags(arn) for arn in arns]


def _method(lab: Lab, operation: str) -> str:
    return next(name for name, called in lab.sagemaker.meta.method_to_api_mapping.items() if called == operation)


@pytest.mark.parametrize("component", MAKERS)
def test_every_resource_is_tagged_beside_what_the_user_says(lab: Lab, component: str) -> None:
    for tags in tags_of_all(lab, component, tags={"team": "vision", "kfp:task": "mine"}):
        assert tags.pop("kfp-sagemaker:version")
        assert tags == {**AUTOMATIC, "team": "vision", "kfp:task": "mine"}


@pytest.mark.parametrize("component", MAKERS)
def test_not_when_turned_off(lab: Lab, component: str) -> None:
    for tags in tags_of_all(lab, component, automatic_tags=False, tags={"team": "vision"}):
        assert tags == {"team": "vision"}
