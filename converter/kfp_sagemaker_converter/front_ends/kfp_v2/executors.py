"""``deploymentSpec.executors``: what runs, as the model has it.

The proto leaves ``deploymentSpec`` open (a Struct), so that nothing has checked it before: what is not of the shape of
``PipelineDeploymentConfig`` becomes an opaque executor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.model import Container, CustomJob, Executor, Importer, Opaque, Resolver, Resources
from kfp_sagemaker_converter.source import Location


def executor_of(words: Any, at: Location) -> Executor:
    """The executor that ``words`` describe."""
    if not isinstance(words, dict):
        return Opaque(kind="nothing", location=at)
    if _is_container(words.get("container")):
        return _container(words["container"], words, at)
    if isinstance(words.get("importer"), dict):
        return Importer(uri=_constant(words["importer"].get("artifactUri")), location=at, words=words)
    if "resolver" in words:
        return Resolver(location=at, words=words)
    if "customJob" in words:
        return CustomJob(location=at, words=words)
    return Opaque(kind=", ".join(map(str, words))[:100] or "nothing", location=at, words=words)


def _is_container(words: Any) -> bool:
    return (
        isinstance(words, dict)
        and isinstance(words.get("image", ""), str)
        and all(_are(words.get(key), str) for key in ("command", "args"))
        and _are(words.get("env"), dict)
        and all(isinstance(variable.get("name"), str) for variable in words.get("env") or [])
        and isinstance(words.get("resources") or {}, dict)
    )


def _are(items: Any, kind: type) -> bool:
    return items is None or (isinstance(items, list) and all(isinstance(item, kind) for item in items))


def _container(container: Mapping[str, Any], words: Mapping[str, Any], at: Location) -> Container:
    return Container(
        image=container.get("image", ""),
        command=tuple(container.get("command") or ()),
        args=tuple(container.get("args") or ()),
        env=tuple((variable["name"], _text(variable.get("value"))) for variable in container.get("env") or ()),
        resources=_resources(container.get("resources") or {}),
        location=at,
        words=words,
    )


def _resources(words: Mapping[str, Any]) -> Resources:
    accelerator = words.get("accelerator")
    accelerator = accelerator if isinstance(accelerator, dict) else {}

    def amount(name: str, unit: str = "") -> str:
        """The text of ``resourceCpuLimit``, else the number of ``cpuLimit`` with its unit."""
        text = _text(words.get(f"resource{name[0].upper()}{name[1:]}"))
        number = _text(words.get(name))
        return text or (f"{number}{unit}" if number not in ("", "0") else "")

    return Resources(
        cpu_request=amount("cpuRequest"),
        cpu_limit=amount("cpuLimit"),
        memory_request=amount("memoryRequest", "G"),
        memory_limit=amount("memoryLimit", "G"),
        accelerator_type=_text(accelerator.get("resourceType")) or _text(accelerator.get("type")),
        accelerator_count=_text(accelerator.get("resourceCount")) or _text(accelerator.get("count")),
    )


def _text(value: Any) -> str:
    """A scalar of a Struct as text: whole numbers have no fraction."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _constant(words: Any) -> str:
    return str(words.get("constant") or "") if isinstance(words, dict) else ""
