"""What the packages of ops have in common: an op is loaded, and kfp with it, when its name is first used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.registry import component_ids, op_name


def ids_of(package: str) -> dict[str, str]:
    """Component ids by op, of a package such as ``v1`` or ``v2.flat``."""
    return {op_name(component): component for component in component_ids(package)}


def op_of(module: str, ids: Mapping[str, str], name: str) -> Any:
    """The op of that name in ``module``. Raises AttributeError for one that there is not."""
    if name not in ids:
        raise AttributeError(f"module {module!r} has no attribute {name!r}; its ops are {', '.join(ids)}")
    from kfp_sagemaker.ops import load_op

    return load_op(ids[name])
