"""What a conversion writes, beside what the golden files show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from golden import CONFIGURATION
from kfp_sagemaker.container_step.encoding import decode
from kfp_sagemaker.container_step.ir import COMMAND
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker_converter.configuration.configuration import Configuration, Job, SecretRule, StepRule
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.passes.placement import ALL, NONE, Choice
from kfp_sagemaker_converter.source import Location
from small_pipelines import as_yaml, container, kubernetes, pipeline, step, task

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror"


def converted(*documents: Any, configuration: Configuration = CONFIGURATION, choice: Choice | None = None) -> Conversion:
    conversion = convert(as_yaml(*documents), "small.yaml", configuration, choice)
    assert conversion.documents, conversion.report.diagnostics
    return conversion


def executors(conversion: Conversion) -> dict[str, Any]:
    found: dict[str, Any] = conversion.documents[0]["deploymentSpec"]["executors"]
    return found


def spec_of(conversion: Conversion, label: str = "exec-train") -> StepSpec:
    return decode(executors(conversion)[label]["container"]["args"][-1])


def codes(conversion: Conversion) -> set[str]:
    return {one.code for one in conversion.report.diagnostics}


def test_a_moved_step_runs_the_launcher_and_nothing_else() -> None:
    limited = container(env=[{"name": "A", "value": "b"}], resources={"resourceMemoryLimit": "8G"})
    found = executors(converted(pipeline(executors={"exec-train": limited})))["exec-train"]["container"]
    assert set(found) == {"image", "command", "args"}
    assert found["command"] == list(COMMAND)
    assert found["args"][:3] == ["--executor-input", "{{$}}", "--step"]


def test_components_that_share_an_executor_get_one_each() -> None:
    words = pipeline(
        components={"comp-a": step("a", label="exec-x"), "comp-b": step("b", label="exec-x", data=False)},
        executors={"exec-x": container(), "exec-x-1": container()},
        tasks={"a": task("a"), "b": task("b")},
    )
    both = converted(words, choice=Choice(ALL))
    labels = {name: one["executorLabel"] for name, one in both.documents[0]["components"].items()}
    assert len({*labels.values()}) == 2
    assert set(executors(both)) == {*labels.values(), "exec-x-1"}
    one = converted(words)
    assert executors(one)["exec-x"] == container()
    assert one.documents[0]["components"]["comp-b"]["executorLabel"] == "exec-x"


def test_settings_go_through_every_dag_and_only_where_needed() -> None:
    words = pipeline(
        components={
            "comp-train": step("train"),
            "comp-glue": step("glue", data=False),
            "comp-inner": {"dag": {"tasks": {"train": task("train"), "glue": task("glue")}}},
            "comp-outer": {"dag": {"tasks": {"inner": task("inner")}}},
            "comp-plain": {"dag": {"tasks": {"glue": task("glue")}}},
        },
        executors={"exec-train": container(), "exec-glue": container()},
        tasks={"outer": task("outer"), "plain": task("plain")},
    )
    ir = converted(words).documents[0]
    for name in ("comp-train", "comp-inner", "comp-outer"):
        assert "sagemaker_role" in ir["components"][name]["inputDefinitions"]["parameters"]
    for name in ("comp-glue", "comp-plain"):
        assert ir["components"][name] == words["components"][name]
    handed_on = ir["root"]["dag"]["tasks"]["outer"]["inputs"]["parameters"]["sagemaker_role"]
    assert handed_on == {"componentInputParameter": "sagemaker_role"}
    assert "inputs" not in ir["root"]["dag"]["tasks"]["plain"]


def test_without_a_configuration_what_is_missing_is_asked_for() -> None:
    conversion = converted(pipeline(), configuration=Configuration())
    role = conversion.documents[0]["root"]["inputDefinitions"]["parameters"]["sagemaker_role"]
    assert "defaultValue" not in role
    assert not role.get("isOptional")
    assert "defaultPipelineRoot" not in conversion.documents[0]
    assert {"KSC701", "KSC702", "KSC705", "KSC706"} <= codes(conversion)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("", "s3://team-pipelines/kfp", "KSC703"),
        ("gs://b/r", "s3://team-pipelines/kfp", "KSC704"),
        ("s3://x/y", "s3://x/y", ""),
    ],
)
def test_the_pipeline_root(before: str, after: str, code: str) -> None:
    words = pipeline(defaultPipelineRoot=before) if before else pipeline()
    conversion = converted(words)
    assert conversion.documents[0]["defaultPipelineRoot"] == after
    assert (code in codes(conversion)) is bool(code)


def test_when_nothing_moves_nothing_changes() -> None:
    words = pipeline(components={"comp-train": step("train", data=False)}, defaultPipelineRoot="gs://b/r")
    settings = kubernetes({"exec-train": {"activeDeadlineSeconds": "60"}})
    conversion = converted(words, settings)
    assert conversion.documents == (words, settings)
    assert {"KSC310", "KSC301"} == codes(conversion)


def test_rules_of_the_configuration() -> None:
    in_a_vpc = {"subnets": ("subnet-1",), "security_group_ids": ("sg-1",)}
    rules = (
        StepRule(Location("c"), name="train", job=Job(instance_type="ml.c5.xlarge", volume_size=100, **in_a_vpc)),
        StepRule(Location("c"), image="python:*", job=Job(max_run_time=60, tags={"a": "b"}, shell=False)),
    )
    job = spec_of(converted(pipeline(), configuration=Configuration(bucket="b", steps=rules)))
    assert (job.job.instance_type, job.job.volume_size, job.job.subnets) == ("ml.c5.xlarge", 100, "subnet-1")
    assert (job.job.max_run_time, job.job.tags, job.shell, job.uri_mode.value) == (60, {"a": "b"}, False, "local")


def test_the_default_instance_type_is_a_pipeline_parameter() -> None:
    conversion = converted(pipeline(), configuration=Configuration(defaults=Job(instance_type="ml.m5.4xlarge")))
    assert conversion.report.added_parameters["sagemaker_instance_type"] == "ml.m5.4xlarge"
    assert spec_of(conversion).job.instance_type == "{{$.inputs.parameters['sagemaker_instance_type']}}"
    assert conversion.report.moved[0].instance_type == "ml.m5.4xlarge"


def test_training_where_it_is_needed() -> None:
    rules = (StepRule(Location("c"), name="train", job=Job(service="training", spot_instance=True, max_wait_time=90_000)),)
    conversion = converted(pipeline(), configuration=Configuration(bucket="b", steps=rules))
    assert (spec_of(conversion).service.value, spec_of(conversion).job.spot_instance) == ("training", True)
    assert any("train" in str(one["Sid"]).lower() for one in conversion.report.iam_policies["pod"]["Statement"])


def of_job(job: Job, **more: Any) -> Conversion:
    """The conversion of a small pipeline with these settings of its job."""
    rules = (StepRule(Location("c"), name="train", job=job),)
    return converted(pipeline(), configuration=Configuration(bucket="b", registry=REGISTRY, steps=rules, **more))


def test_all_that_the_configuration_says_of_training_is_in_the_job() -> None:
    spot = Job(spot_instance=True, max_wait_time=90_000, checkpoint_s3_uri="s3://points/p", checkpoint_local_path="/work/p")
    conversion = of_job(spot)
    spec = spec_of(conversion)
    assert spec.service.value == "training"
    assert (spec.job.spot_instance, spec.job.max_wait_time) == (True, 90_000)
    assert (spec.job.checkpoint_s3_uri, spec.job.checkpoint_local_path) == ("s3://points/p", "/work/p")
    objects = next(one for one in conversion.report.iam_policies["job"]["Statement"] if one["Sid"] == "Objects")
    assert "arn:aws:s3:::points/*" in objects["Resource"]
    assert spec_of(of_job(Job(keep_alive=600))).job.keep_alive == 600
    alone = spec_of(of_job(Job(max_wait_time=90_000)))
    assert (alone.service.value, alone.job.max_wait_time) == ("processing", 0)
    both = spec_of(of_job(Job(keep_alive=600, service="processing")))
    assert (both.service.value, both.job.keep_alive) == ("processing", 0)


CREDENTIALS = "arn:aws:lambda:eu-west-1:123456789012:function:registry"


@pytest.mark.parametrize(
    ("job", "images", "image", "arn"),
    [
        (Job(registry_access="Vpc"), {}, "python:3.11", ""),
        (Job(registry_credentials_arn=CREDENTIALS), {}, "python:3.11", CREDENTIALS),
        (Job(registry_access="Vpc"), {"python:*": "our.registry/python:3.11"}, "our.registry/python:3.11", ""),
    ],
)
def test_an_image_of_a_private_registry_is_pulled_as_it_is(job: Job, images: dict[str, str], image: str, arn: str) -> None:
    network = Job(subnets=("subnet-1",), security_group_ids=("sg-1",))
    conversion = of_job(network.beneath(job), images=images)
    spec = spec_of(conversion)
    assert (spec.service.value, spec.image, spec.job.registry_access, spec.job.registry_credentials_arn) == (
        "training", image, "Vpc", arn)
    assert not codes(conversion) & {"KSC706", "KSC707"}
    allowed = {one["Sid"]: one["Resource"] for one in conversion.report.iam_policies["job"]["Statement"]}
    assert allowed.get("AskForRegistryCredentials") == ([arn] if arn else None)
    assert spec_of(of_job(Job())).image == f"{REGISTRY}/python:3.11"


def test_platform_settings_of_moved_steps_leave_the_document() -> None:
    settings = {"exec-train": {"activeDeadlineSeconds": "60"}, "exec-other": {"activeDeadlineSeconds": "60"}}
    assert converted(pipeline(), kubernetes(settings)).documents[1] == kubernetes({"exec-other": settings["exec-other"]})
    alone = converted(pipeline(), kubernetes({"exec-train": {"activeDeadlineSeconds": "60"}}))
    assert spec_of(alone).job.max_run_time == 60
    assert len(alone.documents) == 1


def test_no_secret_reaches_a_job_unasked() -> None:
    entry = [{"secretName": "database", "keyToEnv": [{"secretKey": "password", "envVar": "PASSWORD"}]}]
    documents = (pipeline(), kubernetes({"exec-train": {"secretAsEnv": entry}}))
    unasked = converted(*documents, configuration=Configuration(bucket="b"))
    assert not unasked.report.moved
    assert "KSC502" in codes(unasked)
    asked = converted(*documents, configuration=Configuration(bucket="b", secrets={"database": SecretRule("environment")}))
    assert asked.documents[1] == documents[1]
    assert [one.variable for one in spec_of(asked).secrets] == ["PASSWORD"]


def test_a_step_too_long_for_arguments_is_a_bundle_or_stays() -> None:
    # What cannot be packed: 300,000 characters without repetition.
    source = "".join(chr(0x4E00 + (position * 7919 + position // 20_000 * 13) % 20_000) for position in range(60_000))
    words = pipeline(executors={"exec-train": {"container": {"image": "x", "command": ["sh", "-c", source]}}})
    conversion = converted(words)
    (bundle,) = conversion.bundles
    reference = executors(conversion)["exec-train"]["container"]["args"][-1]
    assert reference == bundle.reference
    assert decode(bundle.content.decode()).command[-1] == source
    assert "KSC709" in codes(conversion)
    without = converted(words, configuration=Configuration())
    assert "KSC710" in codes(without)
    assert not without.report.moved


def test_a_pattern_that_matches_nothing_is_an_error() -> None:
    conversion = convert(as_yaml(pipeline()), "small.yaml", CONFIGURATION, Choice(only=("trian",)))
    assert not conversion.documents
    assert codes(conversion) >= {"KSC309"}


def test_policies_name_role_bucket_and_secrets() -> None:
    entry = [{"secretName": "database", "keyToEnv": [{"secretKey": "password", "envVar": "PASSWORD"}]}]
    policies = converted(pipeline(), kubernetes({"exec-train": {"secretAsEnv": entry}})).report.iam_policies
    assert set(policies) == {"pod", "job", "job-trust"}
    by_id = {one["Sid"]: one for one in policies["job"]["Statement"]}
    assert by_id["Objects"]["Resource"] == ["arn:aws:s3:::team-pipelines/*"]
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"
    assert by_id["ReadSecrets"]["Resource"] == [secret, f"{secret}-??????"]
    assert by_id["PullImages"]["Resource"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/mirror/python"]
    pass_role = next(one for one in policies["pod"]["Statement"] if one["Sid"] == "PassRole")
    assert pass_role["Resource"] == ["arn:aws:iam::123456789012:role/jobs"]


def test_policies_have_the_keys_that_jobs_encrypt_with() -> None:
    keys = Job(resource_encryption_key="1234", output_encryption_key="arn:aws:kms:eu-west-1:123456789012:key/5678")
    policies = converted(pipeline(), configuration=replace(CONFIGURATION, defaults=keys)).report.iam_policies
    for name in ("pod", "job"):
        (statement,) = [one for one in policies[name]["Statement"] if one["Sid"] == "UseKeys"]
        assert statement["Resource"] == [f"arn:aws:kms:eu-west-1:123456789012:key/{key}" for key in ("1234", "5678")]


def test_what_it_needs_to_run_is_listed() -> None:
    needs = " ".join(converted(pipeline()).report.cluster_needs)
    for need in ("pipeline root in S3", "Credentials for SageMaker", "kfp-sagemaker:1, where the", "A role for the jobs"):
        assert need in needs
    assert converted(pipeline(), choice=Choice(NONE)).report.cluster_needs == ()


def test_the_jobs_role_trusts_sagemaker() -> None:
    (statement,) = converted(pipeline()).report.iam_policies["job-trust"]["Statement"]
    assert statement == {
        "Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole",
    }  # fmt: skip


AT_RUN_TIME = "{{$.inputs.parameters['pipelinechannel--image']}}"
VERTEX_ONLY = "{{$.pipeline_google_cloud_project_id}}"


@pytest.mark.parametrize(
    ("more", "executor", "code", "said"),
    [
        ((), container(image=AT_RUN_TIME), "KSC708", f"exec-train's image {AT_RUN_TIME} is known at run time only."),
        ((), container(args=[VERTEX_ONLY]), "KSC713", f"exec-train uses {VERTEX_ONLY}, which only Vertex AI fills."),
        (({"kind": "ConfigMap"},), container(), "KSC107", "Document 2 of the file, ConfigMap"),
    ],
)
def test_what_cannot_be_kept_is_told(more: tuple[Any, ...], executor: dict[str, Any], code: str, said: str) -> None:
    conversion = converted(pipeline(executors={"exec-train": executor}), *more)
    (found,) = [one for one in conversion.report.diagnostics if one.code == code]
    assert said in found.sentence
    assert conversion.documents
