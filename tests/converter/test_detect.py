"""A file is told by its content, and one that is not converted is answered with what to give instead."""

from __future__ import annotations

from collections import Counter

import pytest
from kfp_sagemaker_converter.detect import CONVERTED, detect
from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.model import Format
from third_party_corpus import CorpusFile, corpus_files

IR = "pipelineInfo: {name: a}\nroot: {dag: {tasks: {}}}\ndeploymentSpec: {}\nschemaVersion: 2.1.0\n"


def argo(inside: str, kind: str = "Workflow") -> str:
    return f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\n{inside}"


TFX_STEP = "container: {command: [python, -m, tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor]}"


def ir_with(*executors: str) -> str:
    words = ", ".join(f"e{number}: {{{executor}}}" for number, executor in enumerate(executors))
    return f"pipelineInfo: {{name: a}}\nroot: {{}}\ndeploymentSpec: {{executors: {{{words}}}}}\n"


@pytest.mark.parametrize(
    ("content", "file", "format_"),
    [
        (IR, "-", Format.KFP_V2_IR),
        (IR, "component.yaml", Format.KFP_V2_IR),
        (IR + "---\nplatforms: {kubernetes: {}}\n", "-", Format.KFP_V2_IR),
        ('{"pipelineInfo": {"name": "a"}, "root": {}, "components": {}}', "-", Format.KFP_V2_IR),
        ('{"pipelineSpec": {"pipelineInfo": {"name": "a"}, "root": {}}, "runtimeConfig": {}}', "-", Format.KFP_V2_IR),
        ("kind: PipelineVersion\nspec: {pipelineSpec: {pipelineInfo: {name: a}, root: {}}}", "-", Format.KFP_V2_IR),
        ("name: a\nimplementation: {container: {image: a}}", "-", Format.COMPONENT_YAML),
        ("implementation: {graph: {tasks: {}}}", "-", Format.COMPONENT_YAML),
        ("name: a\ninputs: []\nimplementation: {}", "-", Format.COMPONENT_YAML),
        (argo("metadata: {annotations: {pipelines.kubeflow.org/kfp_sdk_version: 1.8.22}}"), "-", Format.KFP_V1_ARGO),
        (argo("metadata: {labels: {pipelines.kubeflow.org/kfp_sdk_version: 1.8.22}}"), "-", Format.KFP_V1_ARGO),
        (argo("spec: {templates: [{outputs: {artifacts: [{name: mlpipeline-ui-metadata}]}}]}"), "-", Format.KFP_V1_ARGO),
        (argo("spec: {templates: [{name: system-dag-driver}]}"), "-", Format.KFP_V2_ARGO),
        (argo("spec: {workflowSpec: {templates: [{name: system-dag-driver}]}}", "CronWorkflow"), "-", Format.KFP_V2_ARGO),
        (argo("spec: {templates: [{name: main}]}"), "-", Format.ARGO),
        (argo("spec: odd"), "-", Format.ARGO),
        ("apiVersion: tekton.dev/v1\nmetadata: {annotations: {pipelines.kubeflow.org/x: y}}", "-", Format.KFP_TEKTON),
        ("apiVersion: tekton.dev/v1\nkind: Task", "-", Format.TEKTON),
        ("$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json", "-", Format.AZURE_ML),
        ("command: train\nenvironment: azureml:a@latest\ncompute: azureml:gpu", "-", Format.AZURE_ML),
        ('{"cells": [], "nbformat": 4}', "a.ipynb", Format.NOTEBOOK),
        ("from kfp import dsl\n@dsl.pipeline\ndef a(): ...", "a.py", Format.KFP_V2_SOURCE),
        ("from kfp import dsl\n@dsl.pipeline\ndef a(): ...", "-", Format.KFP_V2_SOURCE),
        ("import kfp", "-", Format.KFP_V2_SOURCE),
        ("from kfp import dsl\ndsl.ContainerOp('a', 'b')", "a.py", Format.KFP_V1_SOURCE),
        ("from kfp.components import func_to_container_op\nfunc_to_container_op(f)", "-", Format.KFP_V1_SOURCE),
        ("import kfp, kfp.gcp", "a.py", Format.KFP_V1_SOURCE),
        ("from tfx import v1", "a.py", Format.TFX),
        ("{pipelineInfo: {name: a}, root: {}, sdkVersion: tfx-0.30.0.dev}", "-", Format.TFX),
        ('{"pipelineSpec": {"pipelineInfo": {"name": "a"}, "root": {}, "sdkVersion": "tfx-1.16.0"}}', "-", Format.TFX),
        (ir_with(TFX_STEP), "-", Format.TFX),
        (ir_with(TFX_STEP, "container: {command: [train]}"), "-", Format.KFP_V2_IR),
        ("{pipelineInfo: {name: a}, root: {}, deploymentSpec: [1], spec: 3}", "-", Format.KFP_V2_IR),
        ("import os", "a.py", Format.UNKNOWN),
    ],
)
def test_a_format_by_its_content(content: str, file: str, format_: Format) -> None:
    detected = detect(content, file)
    assert detected.format is format_
    assert (format_ in CONVERTED) is (detected.instead == "")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "an empty file"),
        ("# nothing\n", "an empty file"),
        ("just words", "no YAML mapping"),
        ("- a\n- b", "a list, and no pipeline"),
        ("{}", "an empty mapping"),
        ("apiVersion: v1\nkind: ConfigMap", "a Kubernetes resource of kind ConfigMap, and no pipeline"),
        ("a: 1\nb: 2", "a mapping with the keys a, b, and no pipeline"),
        ('{"Version": "2020-12-01", "Steps": []}', "a definition of SageMaker Pipelines"),
        ('{"run_id": "1", "pipeline_spec": {}}', "an object of the KFP API"),
        ("version: 1\nrole: a", "a configuration of kfp-sagemaker"),
    ],
)
def test_what_is_no_pipeline_is_named(content: str, what: str) -> None:
    detected = detect(content, "-")
    assert (detected.format, detected.what) == (Format.UNKNOWN, what)
    assert detected.instead
    refusal = detected.refusal("given.yaml")
    assert (refusal.code, refusal.sentence) == ("KSC106", f"This is {what}.")


def refused(content: str, file: str) -> Diagnostic:
    with pytest.raises(Refused) as raised:
        detect(content, file)
    (found,) = raised.value.diagnostics
    return found


@pytest.mark.parametrize(
    ("content", "file", "line", "said"),
    [
        ("a: [1,\nb: 2\n", "-", 2, "neither YAML nor JSON"),
        ("a: 1\n  b: 2", "-", 2, "(column 4)"),
        ("root:\n  dag: {{ .Values.dag }}\n", "a.yaml", 2, "it looks like a template"),
        ("a: 1\n<<<<<<< HEAD\nb\n=======\n>>>>>>> main\n", "a.yaml", 3, "conflict markers of git"),
        ("print 'a'", "a.py", 1, "not Python 3"),
        ("import kfp\n\ndef f(:\n", "a.py", 3, "column 7"),
        ("x = '\0'", "a.py", 0, "not Python 3"),
    ],
)
def test_what_does_not_parse_is_refused_with_its_place(content: str, file: str, line: int, said: str) -> None:
    found = refused(content, file)
    assert said in found.sentence
    assert found.location.line in (line, line + 1)


FORMATS = {
    "kfp_v1_argo": Format.KFP_V1_ARGO, "kfp_v2_ir_yaml": Format.KFP_V2_IR, "kfp_v2_pipelineversion_cr": Format.KFP_V2_IR,
    "component_yaml": Format.COMPONENT_YAML, "ir_json": Format.KFP_V2_IR, "vertex_job_json": Format.KFP_V2_IR,
    "argo_from_kfp_v2_backend": Format.KFP_V2_ARGO, "argo_plain": Format.ARGO, "kfp_api_object_json": Format.UNKNOWN,
    "kfp_tekton": Format.KFP_TEKTON, "kfp_v0_argo_no_annotation": Format.KFP_V1_ARGO,
}  # fmt: skip


def expected(file: CorpusFile) -> Format:
    of_tfx = file.kind == "E" and file.path.name.startswith("tensorflow_tfx__")
    return Format.TFX if of_tfx else FORMATS[file.subkind]


def test_every_file_of_other_people_is_told_right() -> None:
    differing = Counter(
        (file.subkind, detected.format)
        for file in corpus_files("ABCEF")
        if (detected := detect(file.content, file.path.name)).format is not expected(file)
    )
    # One of the plain Workflows is a KFP 1 pipeline that lost its annotations.
    assert differing in (Counter(), Counter({("argo_plain", Format.KFP_V1_ARGO): 1}))


def test_broken_files_of_other_people_are_refused_with_their_line() -> None:
    for file in corpus_files("N"):
        # Valid YAML, and no pipeline that could be run.
        if not file.path.name.endswith("no_name.c75187.yaml"):
            assert refused(file.content, file.path.name).location.line, file.path
