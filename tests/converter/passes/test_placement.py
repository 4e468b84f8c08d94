"""Which steps move, and why the others stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from kfp_sagemaker_converter.model import Setting
from kfp_sagemaker_converter.passes.placement import ALL, AUTO, KEEP, MOVE, NONE, Choice, Decision, names_of, place, unmatched
from kfp_sagemaker_converter.passes.steps import Step, steps_of
from kfp_sagemaker_converter.rules import obstacles as obstacle_rules
from kfp_sagemaker_converter.rules import placement as rules
from kfp_sagemaker_converter.source import Location
from small_pipelines import container, document, pipeline, step, task


def the_step(executor: Any, settings: tuple[Setting, ...] = (), **component: Any) -> Step:
    words = pipeline(components={"comp-train": step("train", **component)}, executors={"exec-train": executor})
    (found,) = steps_of(document(words).pipeline)
    return replace(found, settings=settings)


def decided(found: Step, choice: Choice = Choice(), ruled: str = "") -> Decision:  # noqa: B008
    return place(found, choice, ruled, lambda _: ())


WITH_DATA = the_step(container())
GLUE = the_step(container(), data=False)
GPU = the_step(container(resources={"accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "1"}}), data=False)
VOLUME = the_step(container(), (Setting(location=Location("p.yaml", 1), executor="exec-train", name="pvcMount",
                                        value=[{"mountPath": "/data", "constant": "data"}]),), data=False)
MEMORY = the_step(container(resources={"resourceMemoryLimit": "8G"}), data=False)


def on_nodes(label: str, value: str) -> Step:
    at, value_ = Location("p.yaml", 1), {"labels": {label: value}}
    selector = Setting(location=at, executor="exec-train", name="nodeSelector", value=value_)
    return the_step(container(), (selector,), data=False)


@pytest.mark.parametrize(
    ("found", "choice", "ruled", "moves", "reason"),
    [
        (WITH_DATA, Choice(), "", True, "reads or writes data (artifacts)"),
        (GLUE, Choice(), "", False, "passes parameters only"),
        (VOLUME, Choice(), "", True, "reads or writes data (a volume claim)"),
        (GPU, Choice(), "", True, "needs an accelerator"),
        (MEMORY, Choice(), "", True, "asks for CPU or memory"),
        (on_nodes("cloud.google.com/gke-accelerator", "nvidia-tesla-t4"), Choice(), "", True, "needs an accelerator"),
        (on_nodes("karpenter.k8s.aws/instance-family", "g5"), Choice(), "", True, "needs an accelerator"),
        (on_nodes("node.kubernetes.io/instance-type", "r5.xlarge"), Choice(), "", True, "asks for instance types"),
        (on_nodes("zone", "a"), Choice(), "", False, "passes parameters only"),
        (GLUE, Choice(ALL), "", True, "all steps move"),
        (WITH_DATA, Choice(NONE), "", False, "asked to stay"),
        (GLUE, Choice(), MOVE, True, "asked to move by a rule of the configuration"),
        (WITH_DATA, Choice(), KEEP, False, "asked to stay by a rule"),
        (WITH_DATA, Choice(ALL), KEEP, False, "asked to stay by a rule"),
        (GLUE, Choice(AUTO, only=("train",)), "", True, "asked to move (--only)"),
        (GLUE, Choice(AUTO, only=("python:*",)), KEEP, True, "asked to move (--only)"),
        (WITH_DATA, Choice(AUTO, only=("other",)), "", False, "not among --only"),
        (WITH_DATA, Choice(ALL, keep=("tr*",)), "", False, "asked to stay"),
        (WITH_DATA, Choice(AUTO, only=("train",), keep=("train",)), "", False, "asked to stay"),
    ],
)
def test_who_decides(found: Step, choice: Choice, ruled: str, moves: bool, reason: str) -> None:
    decision = decided(found, choice, ruled)
    assert (decision.moves, decision.reason) == (moves, reason)
    assert bool(decision.diagnostics) is not moves


GOOGLE = ["python3", "-u", "-m", "google_cloud_pipeline_components.container.v1.custom_job.launcher"]


@pytest.mark.parametrize(
    ("executor", "rule"),
    [
        ({"importer": {"artifactUri": {"constant": "s3://b/k"}}}, rules.importer),
        ({"resolver": {}}, rules.no_container),
        ({"customJob": {}}, rules.no_container),
        ({"somethingNew": {}}, rules.no_container),
        (container(image=""), rules.no_container),
        (container(image="argostub/createpvc"), rules.volume_claim),
        ({"container": {"image": "gcr.io/x", "command": GOOGLE}}, rules.google_component),
        ({"container": {"image": "x", "command": ["python3", "-m", "kfp_sagemaker", "v1/train"]}}, rules.already_on_sagemaker),
        ({"container": {"image": "x", "command": ["python3", "-m", "kfp_sagemaker", "step"]}}, rules.already_on_sagemaker),
    ],
)
def test_what_never_moves(executor: Any, rule: Any) -> None:
    for choice in (Choice(ALL), Choice(only=("train",))):
        decision = decided(the_step(executor), choice, MOVE)
        assert not decision.moves
        assert [one.code for one in decision.diagnostics] == [rule.code]


def test_obstacles_count_only_for_what_would_move() -> None:
    def hindered(found: Step) -> list[Any]:
        return [obstacle_rules.volume(found.executor.location, found.name, found.name, "a volume claim")]

    assert [one.code for one in place(WITH_DATA, Choice(), "", hindered).diagnostics] == ["KSC501"]
    assert [one.code for one in place(GLUE, Choice(), "", hindered).diagnostics] == ["KSC301"]


def test_names_and_patterns() -> None:
    assert {"train", "exec-train", "comp-train"} <= set(names_of(WITH_DATA))
    assert unmatched([WITH_DATA], Choice(only=("trian", "train"), keep=("python:3.1?",))) == ["trian"]


def test_an_executor_that_components_share_is_a_step_for_each() -> None:
    words = pipeline(
        components={
            "comp-a": step("a", label="exec-x"),
            "comp-b": step("b", label="exec-x"),
            "comp-c": step("c", label="gone"),
        },
        executors={"exec-x": container(), "exec-left": container()},
        tasks={"a": task("a"), "b": task("b"), "c": task("c")},
    )
    found = steps_of(document(words).pipeline)
    assert [one.name for one in found] == ["exec-x (comp-a)", "exec-x (comp-b)", "gone", "exec-left"]
    assert [one.code for decision in map(decided, found[2:]) for one in decision.diagnostics] == ["KSC307", "KSC308"]


def test_a_pipeline_that_uses_itself_has_an_end() -> None:
    inner = {"dag": {"tasks": {"again": task("inner"), "train": task("train")}}}
    words = pipeline(components={"comp-train": step("train"), "comp-inner": inner}, tasks={"inner": task("inner")})
    (found,) = steps_of(document(words).pipeline)
    assert [use.path for use in found.uses] == ["inner/train"]
