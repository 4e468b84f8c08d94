"""The ops of the components on the SageMaker API: ``from kfp_sagemaker.v1 import train, process, model``.

An op is loaded, and kfp with it, when its name is first used. Signatures are in the stub file beside this.
"""

from __future__ import annotations

from typing import Any

from kfp_sagemaker.faces.registry import component_ids

_IDS = {component.rpartition("/")[2]: component for component in component_ids() if component.startswith("v1/")}

__all__ = list(_IDS)


def __getattr__(name: str) -> Any:
    if name not in _IDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; its ops are {', '.join(_IDS)}")
    from kfp_sagemaker.ops import load_op

    op = globals()[name] = load_op(_IDS[name])
    return op


def __dir__() -> list[str]:
    return sorted({*globals(), *_IDS})
