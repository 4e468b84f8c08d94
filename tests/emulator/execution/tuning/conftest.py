"""Tuning jobs whose training jobs really run, by the operations of the API."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from sagemaker_local.backend import Backend
from sagemaker_local.faults import FaultScript
from sagemaker_local.operations import answer
from sagemaker_local.records import Records
from training_scripts import ENDED, READ, ROLE

_numbers = itertools.count()


@pytest.fixture
def backend(execution: Any) -> Backend:
    return Backend("us-east-1", "123456789012", Records(), FaultScript(), execution)


@pytest.fixture
def definition(aws: Any) -> Callable[..., dict[str, Any]]:
    """A training job definition that runs a shell script; the image's program, since a definition has no entrypoint."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": "train:1",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([-0-9.]+)"}],
            },
            "OutputDataConfig": {"S3OutputPath": aws.uri("out")},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            **members,
        }

    return make


@pytest.fixture
def create(backend: Backend, definition: Callable[..., Any], image_folder: Any) -> Callable[..., str]:
    """Creates a tuning job whose training jobs run a shell script, and returns its name; members of its config as keywords.

    ``request`` has other members of the request.
    """

    def run(script: str, ranges: dict[str, Any], most: int | None = None, parallel: int = 2, **members: Any) -> str:
        program = image_folder / "train"
        program.write_text(f"#!/bin/sh\n{READ}{script}\n")
        program.chmod(0o755)
        with (image_folder / "Dockerfile").open("a") as dockerfile:
            dockerfile.write('COPY train /train\nENTRYPOINT ["/train"]\n')
        limits = {"MaxParallelTrainingJobs": parallel, **({"MaxNumberOfTrainingJobs": most} if most else {})}
        request, goal = members.pop("request", {}), members.pop("goal", "Maximize")
        config = {"Strategy": "Grid", "ResourceLimits": limits, **members}
        if "TrainingJobDefinitions" not in request:
            config |= {
                "ParameterRanges": ranges,
                "HyperParameterTuningJobObjective": {"Type": goal, "MetricName": "score"},
            }
            request = {"TrainingJobDefinition": definition(), **request}
        name = f"tune-{next(_numbers)}"
        request = {"HyperParameterTuningJobName": name, "HyperParameterTuningJobConfig": config, **request}
        answer(backend, "CreateHyperParameterTuningJob", request)
        return name

    return run


@pytest.fixture
def described(backend: Backend) -> Callable[[str], dict[str, Any]]:
    return lambda name: answer(backend, "DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": name})


@pytest.fixture
def end_of(described: Callable[[str], dict[str, Any]], until: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    """What Describe shows of a tuning job once it has ended."""

    def wait(name: str) -> dict[str, Any]:
        until(lambda: described(name)["HyperParameterTuningJobStatus"] in ENDED)
        return described(name)

    return wait


@pytest.fixture
def trials(backend: Backend) -> Callable[..., list[dict[str, Any]]]:
    """The summaries of a tuning job's training jobs, in the order of their creation."""

    def found(name: str) -> list[dict[str, Any]]:
        request = {"HyperParameterTuningJobName": name, "MaxResults": 100}
        summaries: list[dict[str, Any]] = answer(backend, "ListTrainingJobsForHyperParameterTuningJob", request)[
            "TrainingJobSummaries"
        ]
        return summaries

    return found
