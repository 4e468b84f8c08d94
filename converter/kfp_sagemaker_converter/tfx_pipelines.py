"""Pipelines of TFX, compiled: IR in form, and no pipeline that runs outside of Vertex AI.

TFX puts what an ExampleGen reads into its inputs by a pre-cache check, and finds earlier models by resolvers; Vertex AI runs
both, KFP neither. Its executors take artifacts by their URIs, with the types of TFX.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

INSTEAD = (
    "Its drivers and resolvers run on Vertex AI alone, and its executors take artifacts by URI. Describe its components as "
    "KFP 2 components that call TFX's libraries (Data Validation, Transform, Model Analysis) on the paths of their artifacts; "
    "or run the whole with TFX's LocalDagRunner as the program of one KFP 2 step."
)
_RUNNER = "tfx.orchestration.kubeflow.v2"


def is_tfx_ir(document: Mapping[str, Any]) -> bool:
    """Whether a document is IR that TFX compiled, bare or in a wrapper, or IR of which every container runs TFX's runner."""
    return any(_of_tfx(ir) for ir in _specifications(document))


def _specifications(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    spec = document.get("spec")
    holders = (document, document.get("pipelineSpec"), spec.get("pipelineSpec") if isinstance(spec, dict) else None)
    yield from (holder for holder in holders if isinstance(holder, dict))


def _of_tfx(ir: Mapping[str, Any]) -> bool:
    if str(ir.get("sdkVersion") or ir.get("sdk_version") or "").startswith("tfx-"):
        return True
    deployment = ir.get("deploymentSpec") or ir.get("deployment_spec")
    executors = deployment.get("executors") if isinstance(deployment, dict) else None
    found = executors.values() if isinstance(executors, dict) else ()
    containers = [one.get("container") for one in found if isinstance(one, dict)]
    commands = [str(container.get("command")) for container in containers if isinstance(container, dict)]
    return bool(commands) and all(_RUNNER in command for command in commands)
