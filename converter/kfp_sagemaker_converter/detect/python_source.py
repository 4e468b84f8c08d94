"""What Python source is, by what it imports and names. It is parsed and not executed."""

from __future__ import annotations

import ast

from kfp_sagemaker_converter import tfx_pipelines
from kfp_sagemaker_converter.detect.detected import GIVE, PORT, Detected
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

_V1_NAMES = frozenset({
    "ContainerOp", "ResourceOp", "VolumeOp", "VolumeSnapshotOp", "PipelineVolume", "func_to_container_op", "BaseOp",
    "create_component_from_func", "func_to_component_text", "InputArgumentPath", "PipelineConf", "Sidecar", "UserContainer",
    "run_pipeline_func_on_cluster", "get_pipeline_conf",
})  # fmt: skip
_V1_MODULES = ("kfp.aws", "kfp.gcp", "kfp.onprem", "kfp.azure", "kfp.deprecated", "kfp.v1", "kfp_tekton")
_V2_NAMES = frozenset({"container_component", "Dataset", "Artifact", "OutputPath", "InputPath", "importer", "Collected"})
#: Characters of DSL source: parsed, each takes up to 400 bytes.
LONGEST_SOURCE = 1_000_000


def imports(content: str) -> bool:
    """Whether this is Python that imports something."""
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


def of_source(content: str, file: str) -> Detected:
    """What Python source is.

    Raises:
        Refused: it is none, or longer than ``LONGEST_SOURCE``.
    """
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
        return Detected(Format.UNKNOWN, "Python source that does not import kfp", GIVE)
    marks = sorted(names & _V1_NAMES) + sorted(module for module in modules if module.startswith(_V1_MODULES))
    if marks and not (names & _V2_NAMES and "kfp.dsl" in " ".join(modules) and not names & {"ContainerOp"}):
        return Detected(Format.KFP_V1_SOURCE, f"source of KFP 1 ({marks[0]} is not in KFP 2)", PORT)
    return Detected(Format.KFP_V2_SOURCE, "KFP 2 DSL source")
