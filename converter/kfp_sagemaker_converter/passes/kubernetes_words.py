"""Words that several Kubernetes settings of a step share: lists of mappings, and names with a newer twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; none of what is no list. Nothing has checked a platform document before."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def name_in(entry: Mapping[str, Any], key: str) -> str:
    """``secretName``, or its newer twin ``secretNameParameter`` where that is a constant; empty: known at run time only."""
    twin = entry.get(f"{key}Parameter")
    if isinstance(twin, dict) and twin:
        runtime = twin.get("runtimeValue")
        return str(runtime.get("constant") or "") if isinstance(runtime, dict) else ""
    return str(entry.get(key) or "")


def known_name(entry: Mapping[str, Any], key: str) -> str:
    """The name that the configuration has for a secret or claim: its own, or of one that is known at run time only, that of
    the task that makes it or of the parameter that names it.
    """
    twin = entry.get(f"{key}Parameter")
    for source in (twin if isinstance(twin, dict) else {}, entry):
        produced = source.get("taskOutputParameter")
        if isinstance(produced, dict) and produced.get("producerTask"):
            return str(produced["producerTask"])
        if source.get("componentInputParameter"):
            return str(source["componentInputParameter"]).removeprefix("pipelinechannel--")
    return name_in(entry, key)


def secret_names(value: Any) -> list[str]:
    """The names of the secrets of ``secretAsEnv`` or ``secretAsVolume``, in order, as the configuration has them."""
    return [known_name(entry, "secretName") for entry in mappings(value)]
