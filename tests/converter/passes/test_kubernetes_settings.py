"""Kubernetes settings of a step: carried into the job, left with the pod, reported, or a reason to stay."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.step_spec import Secret, SecretPolicy
from kfp_sagemaker_converter.passes.kubernetes_settings import Carried, carried
from kfp_sagemaker_converter.passes.obstacles import obstacles
from kfp_sagemaker_converter.passes.steps import Step, steps_of
from small_pipelines import container, document, kubernetes, pipeline, step, task

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"
SECRET = [{"secretName": "database", "keyToEnv": [{"secretKey": "password", "envVar": "PASSWORD"}]}]
NAMED_AT_RUN_TIME = [{**SECRET[0], "secretNameParameter": {"componentInputParameter": "name"}}]
NAMED_BY_ITS_TWIN = [{"keyToEnv": SECRET[0]["keyToEnv"], "secretNameParameter": {"runtimeValue": {"constant": "database"}}}]
TASK_CONFIG = {"parameters": {"config": {"parameterType": "TASK_CONFIG"}}}
IN_THE_WORKSPACE = {"parameters": {"path": {"runtimeValue": {"constant": "{{$.workspace_path}}/x"}}}}


def with_settings(settings: dict[str, Any]) -> Step:
    return steps_of(document(pipeline(), kubernetes({"exec-train": settings})).pipeline)[0]


def carried_with(settings: dict[str, Any], policy: str = "secrets_manager") -> Carried:
    return carried(with_settings(settings), lambda name: (policy, ARN))


def test_a_deadline_is_the_longest_run_time() -> None:
    assert carried_with({"activeDeadlineSeconds": "3600"}).max_run_time == 3600


def test_labels_and_annotations_are_tags_as_far_as_they_fit() -> None:
    metadata = {"labels": {"team": "search", "aws:no": "x", "k" * 129: "x", "long": "v" * 257}, "annotations": {"note": "a;b"}}
    assert carried_with({"podMetadata": metadata}).tags == {"team": "search"}


@pytest.mark.parametrize("entries", [SECRET, NAMED_BY_ITS_TWIN])
def test_a_secret_is_read_from_secrets_manager(entries: Any) -> None:
    found = carried_with({"secretAsEnv": entries})
    assert found.secrets == (Secret("PASSWORD", SecretPolicy.SECRETS_MANAGER, ARN, "password"),)
    assert not found.pod_settings


def test_or_copied_from_the_pod() -> None:
    found = carried_with({"secretAsEnv": SECRET}, "environment")
    assert found.secrets == (Secret("PASSWORD", SecretPolicy.ENVIRONMENT),)
    assert found.pod_settings == {"secretAsEnv": SECRET}


@pytest.mark.parametrize(
    ("name", "value", "variable"),
    [
        ("configMapAsEnv", [{"configMapName": "settings", "keyToEnv": [{"configMapKey": "url", "envVar": "URL"}]}], "URL"),
        ("fieldPathAsEnv", [{"name": "POD", "fieldPath": "metadata.name"}], "POD"),
    ],
)
def test_variables_of_the_pod_are_handed_on(name: str, value: Any, variable: str) -> None:
    found = carried_with({name: value})
    assert found.secrets == (Secret(variable, SecretPolicy.ENVIRONMENT),)
    assert found.pod_settings == {name: value}
    assert [one.code for one in found.diagnostics] == ["KSC604"]


@pytest.mark.parametrize("name", ["tolerations", "imagePullSecret", "imagePullPolicy", "securityContext", "podAffinity"])
def test_what_has_no_meaning_for_a_job_is_said(name: str) -> None:
    found = carried_with({name: [{"x": "y"}]})
    assert [(one.code, one.location.line > 0) for one in found.diagnostics] == [("KSC605", True)]


@pytest.mark.parametrize(
    ("settings", "policy", "codes"),
    [
        ({"pvcMount": [{"constant": "data", "mountPath": "/data"}]}, "keep", ["KSC501"]),
        ({"secretAsVolume": [{"secretName": "x", "mountPath": "/x"}]}, "environment", ["KSC501"]),
        ({"configMapAsVolume": [{"configMapName": "x", "mountPath": "/x"}]}, "keep", ["KSC501"]),
        ({"emptyDirMounts": [{"volumeName": "x", "mountPath": "/x"}]}, "keep", ["KSC501"]),
        ({"genericEphemeralVolume": [{"volumeName": "x", "mountPath": "/x"}]}, "keep", ["KSC501"]),
        ({"secretAsEnv": SECRET}, "keep", ["KSC502"]),
        ({"secretAsEnv": SECRET}, "environment", []),
        ({"secretAsEnv": SECRET}, "secrets_manager", []),
        ({"secretAsEnv": NAMED_AT_RUN_TIME}, "environment", ["KSC503"]),
        ({"somethingNew": {"x": 1}}, "keep", ["KSC504"]),
        ({"somethingNew": {}, "pvcMount": []}, "keep", []),
        ({"nodeSelector": {"labels": {"a": "b"}}, "tolerations": [{}], "activeDeadlineSeconds": "3"}, "keep", []),
    ],
)
def test_what_no_job_can_do(settings: dict[str, Any], policy: str, codes: list[str]) -> None:
    assert [one.code for one in obstacles(with_settings(settings), lambda name: policy)] == codes


def python(source: str) -> dict[str, Any]:
    """A lightweight component."""
    return container(command=["sh", "-ec", "python3 -m kfp.dsl.executor_main", source])


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ({"components": {"comp-train": step("train", inputDefinitions=TASK_CONFIG)}}, ["KSC505"]),
        ({"executors": {"exec-train": container(lifecycle={"preCacheCheck": {"command": ["x"]}})}}, ["KSC506"]),
        ({"executors": {"exec-train": container(args=["{{$.workspace_path}}/x"])}}, ["KSC501"]),
        ({"tasks": {"train": task("train", inputs=IN_THE_WORKSPACE)}}, ["KSC501"]),
        ({"executors": {"exec-train": python('model.set_path("/tmp/model")')}}, ["KSC507"]),
        ({"executors": {"exec-train": python('model.custom_path = "/tmp/model"')}}, ["KSC507"]),
        ({"executors": {"exec-train": python('assert model.custom_path == ""')}}, []),
        ({"executors": {"exec-train": container(command=["sh", "-c", "x.set_path(1)"])}}, []),
        ({"executors": {"exec-train": container(env=[{"name": "A.B", "value": ""}, {"name": "C", "value": ""}])}}, ["KSC508"]),
    ],
)
def test_what_about_the_container_no_job_can_do(words: dict[str, Any], codes: list[str]) -> None:
    found = steps_of(document(pipeline(**words)).pipeline)[0]
    assert [one.code for one in obstacles(found, lambda name: "keep")] == codes
