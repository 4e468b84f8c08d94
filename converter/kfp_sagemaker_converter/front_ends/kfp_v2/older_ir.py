"""IR of schema 2.0.0, which the KFP 1.8 SDK and early Vertex SDKs wrote, in the words of today's.

The proto still has the old fields and the kfp 2 loader no longer reads them: ``type`` of a parameter (``parameterType``
now), ``constantValue`` (``constant``), ``runtimeParameter`` of task inputs (``componentInputParameter``); nor does it take
``isOptional: false`` beside a default. Conditions are
evaluated over the ExecutorInput (backend/src/v2/expression of kubeflow/pipelines), and the old ones read its ``parameters``,
which KFP 2's driver leaves empty: ``inputs.parameters['x'].string_value`` is ``inputs.parameter_values['x']`` now.
"""

from __future__ import annotations

import re
from typing import Any

_TYPES = {"STRING": "STRING", "INT": "NUMBER_INTEGER", "DOUBLE": "NUMBER_DOUBLE"}
#: The schemas that the first SDKs wrote out in full: ``title: kfp.Dataset``.
_KFP_TITLE = re.compile(r"^title: kfp\.(\w+)$", re.MULTILINE)
_MEMBER = re.compile(r"inputs\.parameters\[('[^']*'|\"[^\"]*\")\]\.(string|int|double)_value")
_VALUES = {"stringValue": str, "intValue": int, "doubleValue": float}


def modernise(ir: dict[str, Any]) -> list[str]:
    """Bring IR that was just read up to date, in place. Returns which old fields it had."""
    found: dict[str, None] = {}
    for component in [ir.get("root"), *(ir.get("components") or {}).values()]:
        if not isinstance(component, dict):
            continue
        for definitions in ("inputDefinitions", "outputDefinitions"):
            _interface(component.get(definitions) or {}, found)
        for task in ((component.get("dag") or {}).get("tasks") or {}).values():
            for value in (((task or {}).get("inputs") or {}).get("parameters") or {}).values():
                _task_input(value or {}, found)
            _condition(task or {}, found)
    executors = (ir.get("deploymentSpec") or {}).get("executors")
    for executor in executors.values() if isinstance(executors, dict) else ():
        importer = executor.get("importer") if isinstance(executor, dict) else None
        if isinstance(importer, dict):
            _importer(importer, found)
    return list(found)


def _interface(definitions: dict[str, Any], found: dict[str, None]) -> None:
    for parameter in (definitions.get("parameters") or {}).values():
        if not isinstance(parameter, dict):
            continue
        if "parameterType" not in parameter and parameter.get("type") in _TYPES:
            parameter["parameterType"] = _TYPES[parameter.pop("type")]
            found["type"] = None
        if parameter.get("defaultValue") is not None and parameter.get("isOptional") is False:
            parameter["isOptional"] = True
            found["isOptional"] = None
    for artifact in (definitions.get("artifacts") or {}).values():
        if not isinstance(artifact, dict):
            continue
        # The loader wants a schema where the proto wants none, and a title where the proto is content with the schema itself.
        schema = artifact.get("artifactType")
        if not schema:
            artifact["artifactType"] = {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"}
            found["artifact without artifactType"] = None
        elif title := _KFP_TITLE.search(str(schema.get("instanceSchema", ""))):
            artifact["artifactType"] = {"schemaTitle": f"system.{title[1]}", "schemaVersion": "0.0.1"}
            found["instanceSchema"] = None


def _task_input(value: dict[str, Any], found: dict[str, None]) -> None:
    runtime = value.get("runtimeValue")
    if not isinstance(runtime, dict):
        return
    if "runtimeParameter" in runtime:
        value.pop("runtimeValue")
        value["componentInputParameter"] = runtime["runtimeParameter"]
        found["runtimeParameter"] = None
    else:
        _constant(runtime, found)


def _condition(task: dict[str, Any], found: dict[str, None]) -> None:
    policy = task.get("triggerPolicy")
    condition = policy.get("condition") if isinstance(policy, dict) else None
    if isinstance(policy, dict) and isinstance(condition, str) and _MEMBER.search(condition):
        policy["condition"] = _MEMBER.sub(_value_in_condition, condition)
        found["string_value in a condition"] = None


def _value_in_condition(match: re.Match[str]) -> str:
    """As kfp 2 compiles it: numbers are converted, for all numbers of a Struct are double."""
    value, kind = f"inputs.parameter_values[{match[1]}]", match[2]
    return value if kind == "string" else f"{kind}({value})"


def _importer(importer: dict[str, Any], found: dict[str, None]) -> None:
    uri = importer.get("artifactUri")
    if isinstance(uri, dict):
        _constant(uri, found)


def _constant(runtime: dict[str, Any], found: dict[str, None]) -> None:
    old = runtime.get("constantValue")
    if isinstance(old, dict) and "constant" not in runtime:
        runtime.pop("constantValue")
        runtime["constant"] = value_of(old)
        found["constantValue"] = None


def value_of(old: dict[str, Any]) -> Any:
    """The value of an old ``Value`` message; int64 is text in proto's JSON."""
    for field, kind in _VALUES.items():
        if field in old:
            return kind(old[field])
    return ""
