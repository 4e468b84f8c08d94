"""The last look at a converted pipeline: what it finds when a task, a step or its meaning was lost on the way."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from golden import CONFIGURATION
from kfp_sagemaker_converter.back_ends.kfp.check import problems_of
from kfp_sagemaker_converter.conversion import convert
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.passes.move import plan
from kfp_sagemaker_converter.passes.placement import AUTO, Choice, Decision
from kfp_sagemaker_converter.passes.setting_names import setting_names
from small_pipelines import as_yaml, container, document, pipeline, step, task

IR = pipeline(
    {"comp-train": step("train"), "comp-notify": step("notify", data=False),
     "comp-block": {"dag": {"tasks": {"notify": task("notify")}}}},
    {"exec-train": container(), "exec-notify": container()},
    {"train": task("train"), "block": task("block")},
)  # fmt: skip


@pytest.fixture(scope="module")
def source() -> Pipeline:
    return document(IR).pipeline


@pytest.fixture(scope="module")
def decisions(source: Pipeline) -> tuple[Decision, ...]:
    return plan(source, CONFIGURATION, Choice(AUTO), setting_names(source, converted=False)).decisions


@pytest.fixture
def output() -> dict[str, Any]:
    return copy.deepcopy(dict(convert(as_yaml(IR), "small.yaml", CONFIGURATION).documents[0]))


def test_nothing_is_found_in_what_the_converter_writes(
    source: Pipeline, decisions: tuple[Decision, ...], output: dict[str, Any]
) -> None:
    assert {one.step.name: one.moves for one in decisions} == {"exec-train": True, "exec-notify": False}
    assert problems_of([output], source, decisions) == []


@pytest.mark.parametrize(
    ("lost", "problem"),
    [
        (("root", "dag", "tasks", "train"), "root had 2 tasks and has 1"),
        (("components", "comp-block", "dag", "tasks", "notify"), "comp-block had 1 tasks and has 0"),
        (("deploymentSpec", "executors", "exec-train"), "step exec-train is lost"),
        (("root",), "the output is no PipelineSpec: This IR is no PipelineSpec: root is missing."),
    ],
)
def test_what_is_lost_is_found(
    source: Pipeline, decisions: tuple[Decision, ...], output: dict[str, Any], lost: tuple[str, ...], problem: str
) -> None:
    holder = output
    for key in lost[:-1]:
        holder = holder[key]
    del holder[lost[-1]]
    assert problems_of([output], source, decisions) == [problem]


def test_a_field_that_the_proto_does_not_know_is_found(
    source: Pipeline, decisions: tuple[Decision, ...], output: dict[str, Any]
) -> None:
    output["pipelineInfo"]["title"] = "x"
    (problem,) = problems_of([output], source, decisions)
    assert 'no field named "title"' in problem


def test_a_step_that_stays_without_a_word_is_found(
    source: Pipeline, decisions: tuple[Decision, ...], output: dict[str, Any]
) -> None:
    silent = [Decision(one.step, one.moves, one.reason, ()) for one in decisions]
    assert problems_of([output], source, silent) == ["step exec-notify stays without a word"]
