"""Every page's example does what the page says: its inputs, as the page has them, through the real entry point."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker import spec_path
from kfp_sagemaker.faces.registry import component_ids

from .component_table import COMPONENTS, IMAGE, ROLE
from .lab import Lab
from .steps import Task

MODEL = ("CreateModel", {"ModelName": "digits-1", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}})
CONFIG = ("CreateEndpointConfig", {"EndpointConfigName": "digits", "ProductionVariants": [{
    "VariantName": "main", "ModelName": "digits-1", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]})
ENDPOINT = ("CreateEndpoint", {"EndpointName": "digits", "EndpointConfigName": "digits"})
DEFINITION = ("CreateDataQualityJobDefinition", {
    "JobDefinitionName": "digits-data-quality",
    "RoleArn": ROLE,
    "DataQualityAppSpecification": {"ImageUri": IMAGE},
    "DataQualityJobInput": {"EndpointInput": {"EndpointName": "digits", "LocalPath": "/opt/ml/processing/endpoint"}},
    "DataQualityJobOutputConfig": {"MonitoringOutputs": [
        {"S3Output": {"S3Uri": "s3://my-bucket/monitoring/", "LocalPath": "/opt/ml/processing/reports"}}]},
    "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
})
SCHEDULE = ("CreateMonitoringSchedule", {"MonitoringScheduleName": "digits", "MonitoringScheduleConfig": {
    "MonitoringJobDefinitionName": "digits-data-quality", "MonitoringType": "DataQuality",
    "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"}}})
#: What an example speaks of as being there, in the order in which it is made.
THERE: dict[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
    "v1/batch_transform": (MODEL,),
    "v1/delete_endpoint": (MODEL, CONFIG, ENDPOINT),
    "v1/delete_model": (MODEL,),
    "v1/delete_monitoring_schedule": (DEFINITION, SCHEDULE),
    "v1/deploy": (MODEL, CONFIG, ENDPOINT),
    "v1/endpoint": (MODEL,),
    "v1/endpoint_config": (MODEL,),
    # The job that the local SageMaker tells as the best.
    "v1/hyperparameter_tuning": COMPONENTS["v1/hyperparameter_tuning"].needs,
    "v1/monitoring_schedule": (DEFINITION,),
}


def example(component: str) -> dict[str, Any]:
    """The arguments of the call on the component's page."""
    page = Path(spec_path(component)).with_name("README.md").read_text(encoding="utf-8")
    _, call = page.split("```python\n")[1].split("```")[0].split("\n\n", 1)
    given: dict[str, Any] = {}
    exec(call, {COMPONENTS[component].face.name: given.update})
    return given


def check_made(lab: Lab, task: Task) -> None:
    """What the page says is called was called, once; UpdateEndpoint in place of the last where there was an endpoint."""
    face = task.face
    operations = list(task.component.creates) if not face.deletes else list(face.operations)
    if face.instead and not lab.carried_out(face.operations[-1]):
        operations[-1] = face.instead
    for operation in operations:
        assert len(lab.carried_out(operation)) == 1, operation


@pytest.mark.parametrize("component", component_ids("v1"))
def test_an_example(lab: Lab, component: str) -> None:
    lab.client("s3").create_bucket(Bucket="my-bucket")
    for operation, request in THERE.get(component, ()):
        lab.make(operation, **request)
    task = lab.task(component)
    task.inputs = example(component)

    ended = task.run_anew().check()

    # Nothing runs, so that no job has logs.
    assert [line for line in ended.stderr.splitlines() if " WARNING " in line and " has none in /aws/" not in line] == []
    assert task.has_outputs
    for output in task.face.outputs:
        path = task.root / output.name if output.is_artifact else task.root / "parameters" / output.name
        assert path.is_file(), output.name
    assert task.parameter("arn").startswith("arn:aws:sagemaker:us-east-1:123456789012:")
    check_made(lab, task)
