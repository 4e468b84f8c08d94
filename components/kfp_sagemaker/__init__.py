"""Kubeflow Pipelines components whose steps run on Amazon SageMaker.

``from kfp_sagemaker.v1 import train`` is an op for a pipeline in Python; ``spec_path("v1/train")`` is the component.yaml of
the same component, for ``kfp.components.load_component_from_file``. Importing this package imports neither kfp nor boto3.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kfp_sagemaker.version import VERSION as __version__

if TYPE_CHECKING:
    from kfp_sagemaker.on_sagemaker import run_on_sagemaker

__all__ = ["__version__", "run_on_sagemaker", "spec_path"]


def __getattr__(name: str) -> Any:
    if name != "run_on_sagemaker":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kfp_sagemaker.on_sagemaker import run_on_sagemaker

    return run_on_sagemaker


def spec_path(component: str) -> Path:
    """The component.yaml of a component such as ``v1/train``. Raises InvalidInput for one that there is not."""
    from kfp_sagemaker.errors import InvalidInput, Violation
    from kfp_sagemaker.faces.registry import component_ids

    if component not in component_ids():
        problem = f"no such component; there are {', '.join(component_ids())}"
        raise InvalidInput("component", [Violation(str(component), problem)])
    return _specs() / component / "component.yaml"


def _specs() -> Path:
    """A wheel carries the specs inside the package; an editable install reads the checkout's."""
    inside = Path(__file__).parent / "component_specs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "component_specs"
