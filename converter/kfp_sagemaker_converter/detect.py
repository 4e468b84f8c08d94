"""Tells by its content what a file is, and for what is not converted, what to give instead.

Names and suffixes count only where the content leaves a choice: a short YAML file may be Python too. Nothing is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.kfp_compiler import without_heading

from kfp_sagemaker_converter import tfx_pipelines
from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.documents import is_ir
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText, read
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

#: Formats that a front end reads.
CONVERTED = frozenset({Format.KFP_V2_IR, Format.KFP_V2_SOURCE, Format.COMPONENT_YAML})

_COMPILE = "compile its source with kfp 2 (`kfp dsl compile --py FILE --output pipeline.yaml`) and give that file"
_GUIDE = "https://www.kubeflow.org/docs/components/pipelines/user-guides/migration/"
_PORT = f"Port the source to KFP 2 ({_GUIDE}), then {_COMPILE}."
_V1_NAMES = frozenset({
    "ContainerOp", "ResourceOp", "VolumeOp", "VolumeSnapshotOp", "PipelineVolume", "func_to_container_op", "BaseOp",
    "create_component_from_func", "func_to_component_text", "InputArgumentPath", "PipelineConf", "Sidecar", "UserContainer",
    "run_pipeline_func_on_cluster", "get_pipeline_conf",
})  # fmt: skip
_V1_MODULES = ("kfp.aws", "kfp.gcp", "kfp.onprem", "kfp.azure", "kfp.deprecated", "kfp.v1", "kfp_tekton")
_V2_NAMES = frozenset({"container_component", "Dataset", "Artifact", "OutputPath", "InputPath", "importer", "Collected"})
_JINJA = ("{{-", "{%", "{{ .", "{{.")


#: Characters of DSL source: parsed, each takes up to 400 bytes.
LONGEST_SOURCE = 1_000_000


@dataclass(frozen=True)
class Detected:
    """What a file is. ``what`` says it to a person; ``instead`` is what to give instead, empty for a converted format.

    ``text`` is the file's YAML or JSON where it is that, so that it is read once.
    """

    format: Format
    what: str
    instead: str = ""
    text: StructuredText | None = None

    @property
    def is_converted(self) -> bool:
        """Whether a front end reads it."""
        return self.format in CONVERTED

    def refusal(self, file: str) -> Diagnostic:
        """The diagnostic for a file that is not converted."""
        return rules.nothing_to_convert(Location(file, 1), file, self.what, self.instead)


def detect(content: str, file: str) -> Detected:
    """What ``content`` is; ``file`` is its name, for messages and where the content could be two things.

    Raises:
        Refused: it is neither YAML, JSON nor Python 3, with the place where it breaks off; or it exceeds a bound.
    """
    if file.endswith(".py"):
        return _of_source(content, file)
    try:
        text = read(without_heading(content), file)
    except Refused as refused:
        # Without a telling name, Python is what parses as Python and imports something.
        if not file.endswith((".yaml", ".yml", ".json")) and _imports(content):
            return _of_source(content, file)
        raise _hinted(refused, content, file) from None
    if not any(isinstance(document, dict | list) for document in text.documents):
        if _imports(content):
            return _of_source(content, file)
        return Detected(Format.UNKNOWN, "no YAML mapping" if text.documents else "an empty file", _GIVE, text)
    for format_, recognised, what, instead in _DOCUMENTS:
        for document in text.documents:
            if isinstance(document, dict) and recognised(document):
                return Detected(format_, what, instead, text)
    return Detected(Format.UNKNOWN, _unknown(text.documents), _GIVE, text)


def _hinted(refused: Refused, content: str, file: str) -> Refused:
    """The refusal, which says where it sees it that the text is a template, or a merge that git left undone."""
    if any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in content.splitlines()):
        hint = "it has conflict markers of git"
    elif any(mark in content for mark in _JINJA):
        hint = "it looks like a template"
    else:
        return refused
    found = [
        rules.not_readable(one.location, file, f"{hint}; {one.sentence.partition(': ')[2].rstrip('.')}")
        if one.code == rules.not_readable.code else one
        for one in refused.diagnostics
    ]  # fmt: skip
    return Refused(found)


# --- YAML and JSON -----------------------------------------------------------------------------------------------------


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


def _wraps_ir(document: Mapping[str, Any]) -> bool:
    spec = document.get("spec")
    return any(isinstance(holder, dict) and is_ir(holder.get("pipelineSpec")) for holder in (document, spec))


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


_GIVE = "Give a KFP 2 pipeline (the YAML that `kfp dsl compile` writes, or its source), or a component.yaml."
_Row = tuple[Format, Callable[[Mapping[str, Any]], bool], str, str]
#: In the order in which they are tried, over all documents of a file.
_DOCUMENTS: tuple[_Row, ...] = (
    (Format.NOTEBOOK, _notebook, "a notebook", f"Export its pipeline cells to a .py file, or {_COMPILE}."),
    (Format.TFX, tfx_pipelines.is_tfx_ir, "a TFX pipeline, compiled for Vertex AI", tfx_pipelines.INSTEAD),
    (Format.KFP_V2_IR, is_ir, "a KFP 2 pipeline (IR)", ""),
    (Format.KFP_V2_IR, _wraps_ir, "a KFP 2 pipeline (IR) in a wrapper", ""),
    (Format.COMPONENT_YAML, _component, "a component.yaml", ""),
    (
        Format.KFP_V2_ARGO, _by_kfp_2_back_end, "an Argo Workflow that the KFP 2 back end wrote",
        "Its commands are filled in while it runs. Give the pipeline that was uploaded: the YAML of the pipeline version, "
        "which `kfp pipeline` and the UI download.",
    ),
    (Format.KFP_V1_ARGO, _by_kfp_1, "a KFP 1 pipeline (an Argo Workflow)", _PORT),
    (
        Format.ARGO, _argo, "an Argo Workflow that KFP did not write",
        "Describe its steps as a KFP 2 pipeline: @dsl.container_component for each template with a container.",
    ),
    (
        Format.KFP_TEKTON, _by_kfp_tekton, "a pipeline compiled by kfp-tekton",
        f"If its source is of KFP 2, {_COMPILE}. Else: {_PORT}",
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


def _unknown(documents: Iterable[Any]) -> str:
    document = next(iter(documents))
    if not isinstance(document, dict):
        return f"a {'list' if isinstance(document, list) else 'text'}, and no pipeline"
    if kind := document.get("kind"):
        return f"a Kubernetes resource of kind {str(kind)[:60]}, and no pipeline"
    keys = ", ".join(str(key)[:40] for key in list(document)[:5])
    return f"a mapping with the keys {keys}, and no pipeline" if keys else "an empty mapping"


# --- Python ------------------------------------------------------------------------------------------------------------


def _imports(content: str) -> bool:
    tree = _parsed(content)
    return tree is not None and bool(_modules(tree))


def _parsed(content: str) -> ast.Module | None:
    if len(content) > LONGEST_SOURCE:
        return None
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _modules(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _of_source(content: str, file: str) -> Detected:
    if len(content) > LONGEST_SOURCE:
        what = f"{len(content):,} characters of Python, of {LONGEST_SOURCE:,} at most"
        raise Refused([rules.too_much(Location(file), file, what)])
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 0
        column = f", column {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        problem = f"{getattr(error, 'msg', None) or 'too deeply nested'}{column}"
        raise Refused([rules.not_python(Location(file, line), file, problem)]) from None
    modules = _modules(tree)
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if any(module.partition(".")[0] == "tfx" for module in modules):
        return Detected(Format.TFX, "a TFX pipeline", tfx_pipelines.INSTEAD)
    if not any(module.partition(".")[0] in ("kfp", "kfp_tekton") for module in modules):
        return Detected(Format.UNKNOWN, "Python source that does not import kfp", _GIVE)
    marks = sorted(names & _V1_NAMES) + sorted(module for module in modules if module.startswith(_V1_MODULES))
    if marks and not (names & _V2_NAMES and "kfp.dsl" in " ".join(modules) and not names & {"ContainerOp"}):
        return Detected(Format.KFP_V1_SOURCE, f"source of KFP 1 ({marks[0]} is not in KFP 2)", _PORT)
    return Detected(Format.KFP_V2_SOURCE, "KFP 2 DSL source")
