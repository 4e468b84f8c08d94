"""What the resources declare, held against botocore's service model. What statuses mean is in tests/proof."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Life, Resource, State
from kfp_sagemaker.service_model.model import input_shape, output_shape, service

RESOURCES = {resource.kind: resource for name in component_ids() for resource in find_face(name).resources}
#: What has no name but one that only its creation takes; the controller keeps their ARNs.
KNOWN_BY_ARN = {"ModelPackage", "PipelineExecution"}
each = pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)


def members(operation: str) -> dict[str, Any]:
    shape: Any = input_shape(operation)
    return dict(shape.members)


def described(resource: Resource) -> dict[str, Any]:
    shape: Any = output_shape(resource.describe)
    return dict(shape.members[resource.described_member].members if resource.described_member else shape.members)


@each
def test_every_operation_is_one_of_the_service(resource: Resource) -> None:
    operations = [resource.create, resource.describe, resource.delete, resource.update, resource.stop]

    assert set(filter(None, operations)) <= set(service().operation_names)


@each
def test_every_operation_takes_the_name(resource: Resource) -> None:
    others = () if resource.kind in KNOWN_BY_ARN else (resource.describe, resource.delete, resource.update, resource.stop)
    for operation in filter(None, (resource.create, *others)):
        assert resource.name_member in members(operation), operation


@each
def test_describe_tells_what_is_declared_of_it(resource: Resource) -> None:
    told = described(resource)

    for member in (*([] if resource.kind in KNOWN_BY_ARN else [resource.name_member]), resource.arn_member,
                   resource.started_member):
        assert member in told
    assert told[resource.started_member].type_name == "timestamp"
    if resource.secondary_status_member:
        assert resource.settling <= {*told[resource.secondary_status_member].enum, *resource.statuses}
    else:
        assert resource.settling <= set(resource.statuses)
    for rule in resource.rules:
        assert rule.status_member in told[rule.member].member.members
        assert not rule.busy & rule.failed
        assert not rule.succeeded & (rule.busy | rule.failed)


@each
def test_create_takes_what_is_declared_of_it(resource: Resource) -> None:
    for path in filter(None, (*resource.never_defaulted, resource.role_member)):
        shape: Any = input_shape(resource.create)
        for name in path.split("."):
            assert name in shape.members, path
            shape = shape.members[name]


@each
def test_names_are_within_the_limit_of_the_service(resource: Resource) -> None:
    assert resource.name_limit == members(resource.create)[resource.name_member].metadata["max"]
    assert len(resource.name_prefix) <= 32


@each
def test_every_status_of_the_service_is_told_of(resource: Resource) -> None:
    if resource.status_member is None:
        assert resource.statuses == {}
    else:
        assert set(described(resource)[resource.status_member].enum) <= set(resource.statuses)


@each
def test_a_life_has_what_it_needs(resource: Resource) -> None:
    assert (resource.stop is not None) == (resource.life is Life.JOB)
    assert (resource.update is not None) == (resource.life is Life.SERVICE)
    assert resource.status_member is not None or resource.life is Life.RECORD
    assert bool(resource.already_finished) == (resource.life is Life.JOB)
    assert resource.not_found
    assert resource.already_exists


@each
def test_errors_that_the_service_declares_are_known(resource: Resource) -> None:
    """ResourceInUse at a create call is a name that is taken, ResourceNotFound at a describe call one that is free."""
    declared = {shape.name for shape in service().operation_model(resource.create).error_shapes}

    if "ResourceInUse" in declared:
        assert "ResourceInUse" in {text.code for text in resource.already_exists}
    if "ResourceNotFound" in {shape.name for shape in service().operation_model(resource.describe).error_shapes}:
        assert "ResourceNotFound" in {text.code for text in resource.not_found}


def test_a_record_without_status_that_can_be_described_has_succeeded() -> None:
    for resource in RESOURCES.values():
        if resource.status_member is None:
            assert resource.state({}) is State.SUCCEEDED
            assert resource.status_text({}) == "exists"


@pytest.mark.parametrize(("response", "text"), [
    ({"TrainingJobStatus": "InProgress", "SecondaryStatus": "Downloading"}, "InProgress (Downloading)"),
    ({"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"}, "Completed"),
    ({"TrainingJobStatus": "InProgress"}, "InProgress"),
    ({}, "?"),
])
def test_a_status_for_people(response: dict[str, str], text: str) -> None:
    assert RESOURCES["TrainingJob"].status_text(response) == text
