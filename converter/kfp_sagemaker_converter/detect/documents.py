"""Formats of YAML and JSON documents, by the marks that they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kfp_sagemaker_converter import tfx_pipelines
from kfp_sagemaker_converter.detect.detected import COMPILE, PORT
from kfp_sagemaker_converter.front_ends.kfp_v2.documents import is_ir, wraps_ir
from kfp_sagemaker_converter.model import Format


def _argo(document: Mapping[str, Any]) -> bool:
    kinds = ("Workflow", "WorkflowTemplate", "CronWorkflow", "ClusterWorkflowTemplate")
    return _api_version(document).startswith("argoproj.io/") and document.get("kind") in kinds


def _tekton(document: Mapping[str, Any]) -> bool:
    return _api_version(document).startswith(("tekton.dev/", "custom.tekton.dev/"))


def _api_version(document: Mapping[str, Any]) -> str:
    return str(document.get("apiVersion") or "")


def _marks(document: Mapping[str, Any]) -> set[str]:
    """The names of the labels and annotations of a resource."""
    metadata = document.get("metadata")
    groups = [metadata.get(group) for group in ("annotations", "labels")] if isinstance(metadata, dict) else []
    return {str(name) for group in groups if isinstance(group, dict) for name in group}


def _templates(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    spec = document.get("spec")
    spec = spec.get("workflowSpec", spec) if isinstance(spec, dict) else {}
    templates = spec.get("templates") if isinstance(spec, dict) else None
    return [template for template in templates if isinstance(template, dict)] if isinstance(templates, list) else []


def _by_kfp_2_back_end(document: Mapping[str, Any]) -> bool:
    names = {template.get("name") for template in _templates(document)}
    return _argo(document) and bool(names & {"system-container-driver", "system-dag-driver", "system-container-executor"})


def _by_kfp_1(document: Mapping[str, Any]) -> bool:
    if not _argo(document):
        return False
    if any(mark.startswith("pipelines.kubeflow.org/") for mark in _marks(document)):
        return True
    # The first compilers left no mark but the outputs that the UI looks for.
    return any(_ui_outputs(template) for template in _templates(document))


def _ui_outputs(template: Mapping[str, Any]) -> bool:
    outputs = template.get("outputs")
    artifacts = outputs.get("artifacts") if isinstance(outputs, dict) else None
    names = ("mlpipeline-ui-metadata", "mlpipeline-metrics")
    return any(isinstance(one, dict) and one.get("name") in names for one in artifacts or () if isinstance(artifacts, list))


def _by_kfp_tekton(document: Mapping[str, Any]) -> bool:
    prefixes = ("pipelines.kubeflow.org/", "tekton.dev/artifact", "tekton.dev/output_artifacts", "sidecar.istio.io/inject")
    return _tekton(document) and any(mark.startswith(prefixes) for mark in _marks(document))


def _component(document: Mapping[str, Any]) -> bool:
    implementation = document.get("implementation")
    if isinstance(implementation, dict) and {"container", "graph"} & set(implementation):
        return True
    return "implementation" in document and bool({"inputs", "outputs", "name"} & set(document))


def _kfp_api(document: Mapping[str, Any]) -> bool:
    specs = [document.get(key) for key in ("pipeline_spec", "pipelineSpec", "pipeline_version", "pipelineVersion")]
    return bool({"run_id", "experiment_id", "pipeline_id", "recurring_run_id", "pipeline_version_id"} & set(document)) or any(
        isinstance(spec, dict) and (is_ir(spec) or "pipeline_spec" in spec) for spec in specs
    )


def _azure(document: Mapping[str, Any]) -> bool:
    if "azuremlschemas" in str(document.get("$schema", "")):
        return True
    texts = (str(document.get(key, "")) for key in ("compute", "environment", "code"))
    return any(text.startswith("azureml:") for text in texts)


def _notebook(document: Mapping[str, Any]) -> bool:
    return isinstance(document.get("cells"), list) and "nbformat" in document


def _sagemaker(document: Mapping[str, Any]) -> bool:
    return isinstance(document.get("Steps"), list) and "Version" in document


def _configuration(document: Mapping[str, Any]) -> bool:
    keys = {"role", "region", "bucket", "launcher_image", "registry", "placement", "extends", "defaults", "steps"}
    return document.get("version") == 1 and bool(keys & set(document))


_Row = tuple[Format, Callable[[Mapping[str, Any]], bool], str, str]
#: In the order in which they are tried, over all documents of a file.
DOCUMENTS: tuple[_Row, ...] = (
    (Format.NOTEBOOK, _notebook, "a notebook", f"Export its pipeline cells to a .py file, or {COMPILE}."),
    (Format.TFX, tfx_pipelines.is_tfx_ir, "a TFX pipeline, compiled for Vertex AI", tfx_pipelines.INSTEAD),
    (Format.KFP_V2_IR, is_ir, "a KFP 2 pipeline (IR)", ""),
    (Format.KFP_V2_IR, wraps_ir, "a KFP 2 pipeline (IR) in a wrapper", ""),
    (Format.COMPONENT_YAML, _component, "a component.yaml", ""),
    (
        Format.KFP_V2_ARGO, _by_kfp_2_back_end, "an Argo Workflow that the KFP 2 back end wrote",
        "Its commands are filled in while it runs. Give the pipeline that was uploaded: the YAML of the pipeline version, "
        "which `kfp pipeline` and the UI download.",
    ),
    (Format.KFP_V1_ARGO, _by_kfp_1, "a KFP 1 pipeline (an Argo Workflow)", PORT),
    (
        Format.ARGO, _argo, "an Argo Workflow that KFP did not write",
        "Describe its steps as a KFP 2 pipeline: @dsl.container_component for each template with a container.",
    ),
    (
        Format.KFP_TEKTON, _by_kfp_tekton, "a pipeline compiled by kfp-tekton",
        f"If its source is of KFP 2, {COMPILE}. Else: {PORT}",
    ),
    (
        Format.TEKTON, _tekton, "a Tekton resource",
        "Describe its steps as a KFP 2 pipeline: @dsl.container_component for each task.",
    ),
    (
        Format.AZURE_ML, _azure, "an Azure ML job or component",
        "Describe its steps as a KFP 2 pipeline: @dsl.container_component with each job's image and command.",
    ),
    (
        Format.UNKNOWN, _sagemaker, "a definition of SageMaker Pipelines",
        "It runs on SageMaker already: start it there, or from a step with boto3's start_pipeline_execution.",
    ),
    (
        Format.UNKNOWN, _kfp_api, "an object of the KFP API",
        "Give the pipeline in it, what stands under pipeline_spec, as a file of its own.",
    ),
    (Format.UNKNOWN, _configuration, "a configuration of kfp-sagemaker", "Give it with --config, and a pipeline to convert."),
)  # fmt: skip


def unknown(documents: Iterable[Any]) -> str:
    """What people are told of documents that no row fits."""
    document = next(iter(documents))
    if not isinstance(document, dict):
        return f"a {'list' if isinstance(document, list) else 'text'}, and no pipeline"
    if kind := document.get("kind"):
        return f"a Kubernetes resource of kind {str(kind)[:60]}, and no pipeline"
    keys = ", ".join(str(key)[:40] for key in list(document)[:5])
    return f"a mapping with the keys {keys}, and no pipeline" if keys else "an empty mapping"
