"""Every kind of custom resource: made, found again, ended badly; and those that can be updated, updated.

The inputs are those of which a real controller made each kind (tests/data/ack_final_objects.json).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.custom_resources.manifest import STATUS
from kfp_sagemaker.errors import RemoteFailure, RequestRefused, TimedOut
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Life, State
from kfp_sagemaker.service_model.model import snake_case
from waiting import until

from .in_process import carry_out
from .lab import AckLab

_RECORDED = Path(__file__).parents[2] / "data" / "ack_final_objects.json"
FINAL = {seen["kind"]: seen for seen in json.loads(_RECORDED.read_text())}
KINDS = component_ids("v2")
WITH_STATUS = [name for name in KINDS if State.FAILED in find_face(name).resource.statuses.values()]


def inputs_of(component: str) -> dict[str, Any]:
    """Inputs that say what the recorded object says; its name is left to the step."""
    face = find_face(component)
    table, spec = field_table(face.resource.kind), FINAL[face.resource.kind]["spec"]
    said = {snake_case(member): spec.get(field.name) for member, field in table.spec.members.items()
            if member != face.resource.name_member}
    return {declared.name: said[declared.name] for declared in face.inputs if said.get(declared.name) not in (None, "")}


@pytest.mark.parametrize("component", KINDS)
def test_made_and_found_again(lab: AckLab, component: str) -> None:
    resource = find_face(component).resource
    inputs = inputs_of(component)

    described = carry_out(lab, component, inputs)
    again = carry_out(lab, component, inputs)

    assert resource.state(described) is State.SUCCEEDED
    assert described[resource.arn_member] == again[resource.arn_member] != ""
    assert described[STATUS]["conditions"]
    assert [one.verb for one in lab.server.requests if one.verb in ("patch", "delete")] == ["patch"]
    assert len(lab.controller.created) == 1


@pytest.mark.parametrize("component", WITH_STATUS)
def test_ended_badly(lab: AckLab, component: str) -> None:
    resource = find_face(component).resource
    bad = next(status for status, state in resource.statuses.items() if state is State.FAILED)
    lab.controller.ends[resource.kind] = bad

    with pytest.raises(RemoteFailure, match=f"ended as {bad}"):
        carry_out(lab, component, inputs_of(component))

    assert len(lab.objects(resource.kind)) == 1, "what SageMaker has is left to be looked at"


@pytest.mark.parametrize("component", [name for name in KINDS if find_face(name).resource.life is Life.RECORD])
def test_a_record_that_is_refused_is_taken_back(lab: AckLab, component: str) -> None:
    kind = find_face(component).resource.kind
    lab.controller.errors[kind] = "api error ValidationException: not like this"

    with pytest.raises(RequestRefused, match="not like this"):
        carry_out(lab, component, inputs_of(component))

    until(lambda: not lab.objects(kind), "the custom resource goes")


UPDATES = {
    "v2/InferenceComponent": {"runtime_config": {"CopyCount": 3}},
    "v2/Pipeline": {"pipeline_description": "another"},
    "v2/Endpoint": {"endpoint_config_name": "another-config"},
    "v2/MonitoringSchedule": {"monitoring_schedule_config": {
        "MonitoringJobDefinitionName": "another", "MonitoringType": "DataQuality",
        "ScheduleConfig": {"ScheduleExpression": "cron(0 0 ? * * *)"}}},
}


@pytest.mark.parametrize("component", UPDATES)
def test_a_service_of_a_users_name_is_updated_and_waited_for(lab: AckLab, component: str) -> None:
    resource = find_face(component).resource
    name = {snake_case(resource.name_member): "mine"}
    carry_out(lab, component, {**inputs_of(component), **name}, "first")

    described = carry_out(lab, component, {**inputs_of(component), **UPDATES[component], **name}, "second")

    assert resource.state(described) is State.SUCCEEDED
    (made,) = lab.controller.sagemaker.values()
    assert made.spec == lab.the(resource.kind)["spec"]
    assert [one.verb for one in lab.server.requests if one.verb in ("patch", "delete")] == ["patch", "patch"]


@pytest.mark.parametrize("component", UPDATES)
def test_an_update_that_is_refused_is_taken_back(lab: AckLab, component: str) -> None:
    resource = find_face(component).resource
    name = {snake_case(resource.name_member): "mine"}
    carry_out(lab, component, {**inputs_of(component), **name}, "first")
    before = lab.the(resource.kind)["spec"]
    lab.controller.errors[resource.kind] = "api error ValidationException: Could not find it"

    with pytest.raises(RequestRefused, match="Could not find it"):
        carry_out(lab, component, {**inputs_of(component), **UPDATES[component], **name}, "second")

    assert lab.the(resource.kind)["spec"] == before
    assert lab.server.calls("delete") == []


def test_what_an_update_could_say_and_does_not_is_not_kept(lab: AckLab) -> None:
    rolling = {"RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 0}}
    inputs = {**inputs_of("v2/Endpoint"), "endpoint_name": "mine"}
    carry_out(lab, "v2/Endpoint", {**inputs, "deployment_config": rolling, "tags": [{"Key": "team", "Value": "a"}]}, "first")
    assert lab.the("Endpoint")["spec"]["deploymentConfig"]

    carry_out(lab, "v2/Endpoint", {**inputs, **UPDATES["v2/Endpoint"]}, "second")

    spec = lab.the("Endpoint")["spec"]
    assert "deploymentConfig" not in spec
    assert {"key": "team", "value": "a"} in spec["tags"]


def test_an_update_that_has_begun_is_left_when_the_step_gives_up(lab: AckLab) -> None:
    inputs = {**inputs_of("v2/Endpoint"), "endpoint_name": "mine"}
    carry_out(lab, "v2/Endpoint", inputs, "first")
    lab.controller.holds = True

    with pytest.raises(TimedOut, match="it goes on"):
        carry_out(lab, "v2/Endpoint", {**inputs, **UPDATES["v2/Endpoint"], "timeout": 1}, "second")

    assert lab.the("Endpoint")["spec"]["endpointConfigName"] == "another-config"
    assert lab.status("Endpoint", "endpointStatus") == "Updating"
