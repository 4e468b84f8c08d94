"""Kubernetes settings of a step that moves: carried into the job, left with the pod, or reported."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.step_spec import Secret, SecretPolicy
from kfp_sagemaker_converter.configuration.configuration import Configuration, Job
from kfp_sagemaker_converter.passes.kubernetes_settings import Carried, carried
from kfp_sagemaker_converter.passes.move import plan
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.passes.steps import Step, steps_of
from small_pipelines import document, kubernetes, pipeline

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"
SECRET = [{"secretName": "database", "keyToEnv": [{"secretKey": "password", "envVar": "PASSWORD"}]}]
NAMED_BY_ITS_TWIN = [{"keyToEnv": SECRET[0]["keyToEnv"], "secretNameParameter": {"runtimeValue": {"constant": "database"}}}]


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


def test_what_is_optional_may_be_missing_from_the_pod() -> None:
    key = {"keyToEnv": [{"configMapKey": "url", "envVar": "URL"}]}
    for entry in ({"configMapName": "settings", "optional": True},
                  {"configMapNameParameter": {"componentInputParameter": "name"}}):
        found = carried_with({"configMapAsEnv": [{**entry, **key}]})
        assert found.secrets == (Secret("URL", SecretPolicy.ENVIRONMENT, optional=True),)
    found = carried_with({"secretAsEnv": [{**SECRET[0], "optional": True}]}, "environment")
    assert found.secrets == (Secret("PASSWORD", SecretPolicy.ENVIRONMENT, optional=True),)


@pytest.mark.parametrize("name", ["tolerations", "imagePullSecret", "imagePullPolicy", "securityContext", "podAffinity"])
def test_what_has_no_meaning_for_a_job_is_said(name: str) -> None:
    found = carried_with({name: [{"x": "y"}]})
    assert [(one.code, one.location.line > 0) for one in found.diagnostics] == [("KSC605", True)]


@pytest.mark.parametrize(
    ("seconds", "job", "longest", "told"),
    [
        (777_600, Job(), 777_600, False),
        (900_000, Job(), 777_600, True),
        (900_000, Job(service="training"), 900_000, False),
        (9_000_000, Job(service="training"), 2_419_200, True),
        (900_000, Job(max_run_time=60), 60, False),
    ],
)
def test_a_deadline_longer_than_jobs_may_run_is_shortened(seconds: int, job: Job, longest: int, told: bool) -> None:
    words = document(pipeline(), kubernetes({"exec-train": {"activeDeadlineSeconds": str(seconds)}})).pipeline
    found = plan(words, Configuration(defaults=job), Choice(ALL), {})
    assert found.moved[0].spec.job.max_run_time == longest
    said = {one.code for one in found.diagnostics} & {"KSC601", "KSC611"}
    assert said == ({"KSC611"} if told else set() if job.max_run_time else {"KSC601"})


def test_tags_of_the_configuration_leave_less_room_for_those_of_a_pod() -> None:
    settings = {"podMetadata": {"labels": {str(number): "x" for number in range(60)}}}
    words = document(pipeline(), kubernetes({"exec-train": settings})).pipeline
    found = plan(words, Configuration(tags={f"own{number}": "x" for number in range(30)}), Choice(ALL), {})
    assert len(found.moved[0].spec.job.tags) == 40
    assert "KSC806" not in {one.code for one in found.diagnostics}


def test_variables_of_a_config_map_are_not_called_secrets() -> None:
    config_map = [{"configMapName": "settings", "keyToEnv": [{"configMapKey": "url", "envVar": "URL"}]}]
    found = carried_with({"configMapAsEnv": config_map, "secretAsEnv": SECRET})
    (said,) = [one.sentence for one in found.diagnostics if one.code == "KSC603"]
    assert said == "exec-train gets the secrets PASSWORD as the configuration says."
