"""What about a step no job can do, so that it stays in the cluster."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, Job, SecretRule, StepSettings
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.passes.obstacles import obstacles
from kfp_sagemaker_converter.passes.steps import Step, steps_of
from small_pipelines import container, document, kubernetes, pipeline, step, task

SECRET = [{"secretName": "database", "keyToEnv": [{"secretKey": "password", "envVar": "PASSWORD"}]}]
NAMED_AT_RUN_TIME = [{**SECRET[0], "secretNameParameter": {"componentInputParameter": "name"}}]
SECRET_FILES = {"secretName": "database", "mountPath": "/secrets"}
CLAIM = [{"constant": "data", "mountPath": "/data"}]
SCRATCH = [{"volumeName": "x", "mountPath": "/x"}]
TASK_CONFIG = {"parameters": {"config": {"parameterType": "TASK_CONFIG"}}}
IN_THE_WORKSPACE = {"parameters": {"path": {"runtimeValue": {"constant": "{{$.workspace_path}}/x"}}}}

NOTHING_SAID = Configuration()
IN_THE_ENVIRONMENT = Configuration(secrets={"database": SecretRule("environment")})
IN_SECRETS_MANAGER = Configuration(secrets={"database": SecretRule("secrets_manager", "arn:aws:secretsmanager:e:1:secret:d")})
FROM_S3 = Configuration(volume_claims={"data": ClaimRule(s3="s3://b/data")})


def with_settings(settings: dict[str, Any], **executor: Any) -> Step:
    words = pipeline(executors={"exec-train": {"container": {**container()["container"], **executor}}})
    return steps_of(document(words, kubernetes({"exec-train": settings})).pipeline)[0]


def found_in(the_step: Step, configuration: Configuration = NOTHING_SAID, job: Job = Job()) -> list[Diagnostic]:  # noqa: B008
    return obstacles(the_step, StepSettings(job), configuration)


@pytest.mark.parametrize(
    ("settings", "configuration", "codes"),
    [
        ({"pvcMount": CLAIM}, NOTHING_SAID, ["KSC509"]),
        ({"pvcMount": CLAIM}, FROM_S3, []),
        ({"pvcMount": [*CLAIM, {"constant": "more", "mountPath": "/more"}]}, FROM_S3, ["KSC509"]),
        ({"secretAsVolume": [SECRET_FILES]}, NOTHING_SAID, ["KSC502"]),
        ({"secretAsVolume": [SECRET_FILES]}, IN_THE_ENVIRONMENT, []),
        ({"secretAsVolume": [SECRET_FILES]}, IN_SECRETS_MANAGER, []),
        ({"secretAsVolume": [{**SECRET_FILES, "secretNameParameter": {"componentInputParameter": "name"}}]},
         IN_THE_ENVIRONMENT, ["KSC503"]),
        ({"secretAsVolume": [{**SECRET_FILES, "secretNameParameter": {"componentInputParameter": "database"}}]},
         IN_THE_ENVIRONMENT, []),
        ({"configMapAsVolume": [{"configMapName": "x", "mountPath": "/x"}]}, NOTHING_SAID, []),
        ({"emptyDirMounts": SCRATCH}, NOTHING_SAID, []),
        ({"genericEphemeralVolume": SCRATCH}, NOTHING_SAID, []),
        ({"genericEphemeralVolume": [{**SCRATCH[0], "size": "16Ti"}]}, NOTHING_SAID, []),
        ({"genericEphemeralVolume": [{**SCRATCH[0], "size": "17Ti"}]}, NOTHING_SAID, ["KSC501"]),
        ({"emptyDirMounts": [{"volumeName": "x"}]}, NOTHING_SAID, ["KSC504"]),
        ({"emptyDirMounts": [{"mountPath": "/"}]}, NOTHING_SAID, ["KSC504"]),
        ({"emptyDirMounts": {"mountPath": "/x"}}, NOTHING_SAID, ["KSC504"]),
        ({"emptyDirMounts": 3}, NOTHING_SAID, ["KSC504"]),
        ({"secretAsEnv": SECRET}, NOTHING_SAID, ["KSC502"]),
        ({"secretAsEnv": SECRET}, IN_THE_ENVIRONMENT, []),
        ({"secretAsEnv": SECRET}, IN_SECRETS_MANAGER, []),
        ({"secretAsEnv": NAMED_AT_RUN_TIME}, IN_THE_ENVIRONMENT, ["KSC503"]),
        ({"secretAsEnv": NAMED_AT_RUN_TIME}, Configuration(secrets={"name": SecretRule("environment")}), []),
        ({"somethingNew": {"x": 1}}, NOTHING_SAID, ["KSC504"]),
        ({"somethingNew": {}, "pvcMount": []}, NOTHING_SAID, []),
        ({"nodeSelector": {"labels": {"a": "b"}}, "tolerations": [{}], "activeDeadlineSeconds": "3"}, NOTHING_SAID, []),
    ],
)
def test_what_no_job_can_do(settings: dict[str, Any], configuration: Configuration, codes: list[str]) -> None:
    assert [one.code for one in found_in(with_settings(settings), configuration)] == codes


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"constant": "data"}, "data"),
        ({"pvcNameParameter": {"runtimeValue": {"constant": "data"}}}, "data"),
        ({"taskOutputParameter": {"producerTask": "createpvc", "outputParameterKey": "name"}}, "createpvc"),
        ({"constant": "x", "pvcNameParameter": {"taskOutputParameter": {"producerTask": "createpvc"}}}, "createpvc"),
        ({"pvcNameParameter": {"componentInputParameter": "pipelinechannel--claim"}}, "claim"),
        ({}, "NAME"),
    ],
)
def test_the_report_says_what_to_write_for_a_claim(entry: dict[str, Any], name: str) -> None:
    (found,) = found_in(with_settings({"pvcMount": [{**entry, "mountPath": "/data"}]}))
    assert found.code == "KSC509"
    assert f"{name}: {{efs: fs-ID, directory: /PATH}}" in found.fix


def test_a_volume_needs_a_script_to_put_it_in_place() -> None:
    no_command = with_settings({"emptyDirMounts": SCRATCH}, command=[])
    assert [one.code for one in found_in(no_command)] == ["KSC510"]
    assert [one.code for one in found_in(with_settings({"emptyDirMounts": SCRATCH}), job=Job(shell=False))] == ["KSC510"]
    assert not found_in(with_settings({"activeDeadlineSeconds": "3"}, command=[]), job=Job(shell=False))


def test_a_claim_and_a_processing_job_do_not_go_together() -> None:
    mounting = with_settings({"pvcMount": CLAIM})
    assert [one.code for one in found_in(mounting, FROM_S3, Job(service="processing"))] == ["KSC511"]
    assert not found_in(mounting, FROM_S3, Job(service="training"))


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ({"components": {"comp-train": step("train", inputDefinitions=TASK_CONFIG)}}, ["KSC505"]),
        ({"executors": {"exec-train": container(lifecycle={"preCacheCheck": {"command": ["x"]}})}}, ["KSC506"]),
        ({"executors": {"exec-train": container(args=["{{$.workspace_path}}/x"])}}, ["KSC501"]),
        ({"tasks": {"train": task("train", inputs=IN_THE_WORKSPACE)}}, ["KSC501"]),
        ({"executors": {"exec-train": container(env=[{"name": "A.B", "value": ""}, {"name": "C", "value": ""}])}}, ["KSC508"]),
    ],
)
def test_what_about_the_container_no_job_can_do(words: dict[str, Any], codes: list[str]) -> None:
    assert [one.code for one in found_in(steps_of(document(pipeline(**words)).pipeline)[0])] == codes


@pytest.mark.parametrize(
    ("executor", "names"),
    [
        ({"workingDir": "/work"}, ["workingDir"]),
        ({"resources": {"memoryLimit": 1.0, "ephemeralStorage": "9Gi"}}, ["resources.ephemeralStorage"]),
        ({"resources": {"cpuLimit": 1.0, "accelerator": {"type": "gpu", "count": "1"}}}, []),
    ],
)
def test_words_of_a_container_that_nobody_knows(executor: dict[str, Any], names: list[str]) -> None:
    """IR has executors as data, so that the proto does not refuse them."""
    found = found_in(with_settings({}, **executor))
    assert [one.code for one in found] == ["KSC504"] * len(names)
    assert all(f"has the setting {name}, unknown here" in one.sentence for name, one in zip(names, found, strict=True))
