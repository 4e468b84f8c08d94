"""What a step does to custom resources from its start to its end: jobs, records, services, deletions."""

from __future__ import annotations

from waiting import until

from ..component_table import MODEL_URL
from ..steps import RUN_ID, Task
from .api_objects import Object
from .lab import NAMESPACE, AckLab

OUTPUTS = {"modelArtifacts": {"s3ModelArtifacts": MODEL_URL}}
VARIANT = {"VariantName": "all", "ModelName": "ready-model", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def changes(lab: AckLab) -> list[tuple[str, str]]:
    """The requests that change something, as verb and plural."""
    return [(one.verb, one.plural) for one in lab.server.requests if one.verb in ("patch", "delete")]


def test_a_job_is_applied_once_followed_to_its_end_and_its_outputs_are_left(lab: AckLab) -> None:
    lab.controller.more["TrainingJob"] = OUTPUTS
    task = lab.task("train")

    ended = task.run().check()

    custom = lab.the("TrainingJob")
    name = custom["spec"]["trainingJobName"]
    task.check_outputs(name)
    assert changes(lab) == [("patch", "trainingjobs")]
    assert custom["metadata"]["name"] == name.lower()
    assert custom["metadata"]["labels"]["kfp-sagemaker/run-id"] == RUN_ID
    assert custom["metadata"]["labels"]["kfp-sagemaker/task"] == "the-task"
    assert custom["metadata"]["namespace"] == NAMESPACE
    assert "annotations" not in custom["metadata"]
    assert "this pod has no AWS credentials See https://us-east-1.console.aws.amazon.com/cloudwatch" in ended.stderr
    assert ended.stderr.count("logs:") == 1
    assert "what runs remotely" not in ended.stderr


def test_neither_boto3_nor_a_client_is_imported(lab: AckLab) -> None:
    """As long as no log is to be read."""
    ended = lab.task("train", logs="link").run_anew(PYTHONPROFILEIMPORTTIME="1").check()

    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")}
    assert "kfp_sagemaker.backends.ack.api" in imported
    assert imported & {"boto3", "botocore.session", "botocore.client", "kubernetes", "click", "kfp"} == set()


def test_the_namespace_and_region_are_inputs(lab: AckLab) -> None:
    lab.task("train", namespace="team-b", region="eu-west-1").run(AWS_REGION="us-west-2").check()

    metadata = lab.the("TrainingJob")["metadata"]
    assert metadata["namespace"] == "team-b"
    assert metadata["annotations"] == {"services.k8s.aws/region": "eu-west-1"}


def test_a_failed_job_is_a_failed_step_with_its_reason(lab: AckLab) -> None:
    lab.controller.ends["TrainingJob"] = "Failed"

    ended = lab.task("train").run().check(1)

    assert "ended as Failed" in ended.stderr
    assert ended.last_line.endswith("AlgorithmError: exit code 1")
    until(lambda: len(lab.objects("TrainingJob")) == 1, "the second custom resource goes")


def test_a_failed_job_of_an_earlier_try_is_made_anew(lab: AckLab) -> None:
    lab.controller.ends["TrainingJob"] = "Failed"
    task = lab.task("train")
    task.run().check(1)
    lab.controller.ends.clear()

    task.run().check()

    names = sorted(one["spec"]["trainingJobName"] for one in lab.objects("TrainingJob"))
    assert names == [names[0], f"{names[0]}-r1"]


def test_a_record_of_a_users_name_is_made_once(lab: AckLab) -> None:
    lab.task("model").run().check()
    again = lab.task("model").run().check()

    assert "reuse outputs" in again.stderr
    assert changes(lab) == [("patch", "models")]


def test_another_record_of_that_name_is_refused_and_left_alone(lab: AckLab) -> None:
    lab.task("model").run().check()
    before = lab.the("Model")

    ended = lab.task("model", model_artifact_url="s3://bucket/other.tar.gz").run().check(2)

    assert "s3://bucket/model.tar.gz" in ended.stderr
    assert lab.the("Model") == before


def endpoint(lab: AckLab, instances: int = 1) -> Task:
    return lab.task("endpoint", endpoint_name="serves", production_variants=[{**VARIANT, "InitialInstanceCount": instances}])


def config_of(custom: Object) -> str:
    return str(custom["spec"]["endpointConfigName"])


def test_an_endpoint_is_made_of_its_config_and_an_equal_one_is_a_no_op(lab: AckLab) -> None:
    endpoint(lab).run().check()
    again = endpoint(lab).run().check()

    assert changes(lab) == [("patch", "endpointconfigs"), ("patch", "endpoints")]
    assert "reuse outputs" in again.stderr


def test_another_config_updates_the_endpoint_and_waits_until_the_controller_is_done(lab: AckLab) -> None:
    endpoint(lab).run().check()
    task = endpoint(lab, instances=2)

    task.run().check()

    assert task.parameter("endpoint_config_name") == config_of(lab.the("Endpoint"))
    assert lab.controller.sagemaker["Endpoint", "serves"].spec["endpointConfigName"] == config_of(lab.the("Endpoint"))
    assert len(lab.objects("EndpointConfig")) == 2


def test_an_update_that_is_undone_is_a_failure_that_says_what_serves(lab: AckLab) -> None:
    endpoint(lab).run().check()
    serving = config_of(lab.the("Endpoint"))
    lab.controller.update_fails = (
        "api error EndpointUpdateError: unable to update endpoint. check FailureReason. "
        f"latest EndpointConfigName is {serving}")

    ended = endpoint(lab, instances=2).run().check(1)

    (asked,) = {one["metadata"]["name"] for one in lab.objects("EndpointConfig")} - {serving.lower()}
    assert f"it serves {serving}, and EndpointConfig-{asked.rpartition('-')[2]} was asked for" in ended.stderr
    assert ended.last_line.endswith(lab.controller.reason)
    assert config_of(lab.the("Endpoint")) == serving, "it asks for what serves, and not for ever for what does not work"
    assert lab.server.calls("delete") == []


def test_an_endpoint_whose_update_was_undone_takes_another_config(lab: AckLab) -> None:
    endpoint(lab).run().check()
    serving = config_of(lab.the("Endpoint"))
    lab.controller.update_fails = f"api error EndpointUpdateError: latest EndpointConfigName is {serving}"
    endpoint(lab, instances=2).run().check(1)
    lab.controller.update_fails = ""

    task = endpoint(lab, instances=3)
    task.run().check()

    assert task.parameter("endpoint_config_name") not in ("", serving)


def test_an_endpoint_is_deleted_with_its_config(lab: AckLab) -> None:
    endpoint(lab).run().check()
    task = lab.task("delete_endpoint", endpoint_name="serves", delete_endpoint_config=True)

    task.run().check()

    assert [arn.partition(":123456789012:")[2].partition("/")[0] for arn in task.parameter("deleted")] == [
        "endpoint", "endpoint-config"]
    until(lambda: not lab.objects("Endpoint") and not lab.objects("EndpointConfig"), "both go")


def test_what_is_not_there_needs_no_deletion(lab: AckLab) -> None:
    task = lab.task("delete_endpoint", endpoint_name="never-was")

    task.run().check()

    assert task.parameter("deleted") == []
    assert changes(lab) == []


def test_cleanup_removes_the_custom_resource_and_sagemaker_keeps_the_job(lab: AckLab) -> None:
    lab.task("train", cleanup="on_success").run().check()

    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")
    assert [made.status for made in lab.controller.sagemaker.values()] == ["Completed"]
    assert lab.controller.stopped == []


def test_cleanup_on_success_leaves_what_failed(lab: AckLab) -> None:
    lab.controller.ends["TrainingJob"] = "Failed"

    lab.task("train", cleanup="on_success").run().check(1)
    lab.task("train", cleanup="always", job_name="goes").run().check(1)

    until(lambda: len(lab.objects("TrainingJob")) == 1, "the second custom resource goes")
