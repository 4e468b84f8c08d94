"""Parameters that are too large for KFP, which moved steps hand to one another by way of S3.

KFP's driver gives a step all its inputs in one argument of a program, which has at most 131,071 bytes on Linux. So a value
that might be too much, of an output parameter that moved steps alone read, becomes an object in S3, and KFP is given its URI
instead. The conversion finds out which these are (``StepSpec.large_outputs`` and ``large_inputs``). The object is named for
its content and lies beside the runs of the pipeline: the same value has the same URI in every run, and KFP's cache works as
it does for values.

Not here: how a command takes a value of that size (``long_arguments``).
"""

from __future__ import annotations

import copy
import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.container_step.parameter_text import json_size, whole_json
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.kfp_io import strict_json

_logger = logging.getLogger(__name__)

#: Types whose values can be large, by their names in the IR.
TYPES = ("STRING", "LIST", "STRUCT")
#: Bytes of JSON that the large values of a step may have together, to be given it by KFP; the rest of 131,071 is for what
#: else it is given. A value that is one of several gets its part of it.
MOST_TOGETHER = 96 * 1024
#: The folder of the objects, below the pipeline's part of the pipeline root. No name of KFP's has a dot.
FOLDER = "kfp-sagemaker.values"

_URI = re.compile(rf"s3://[^/]+/(?:.*/)?{re.escape(FOLDER)}/(?P<digest>[0-9a-f]{{64}})")


@dataclass(frozen=True)
class Reference:
    """A large value's object, and what stands for it: the URI, a list with it alone, or an object with it under ``FOLDER``."""

    uri: str
    content: bytes
    value: str | list[str] | dict[str, str]


def folder_of(task_root: str, run_id: str) -> str:
    """S3 URI of the folder for a step's values: beside the runs, or where they are not known in the task root."""
    return f"{task_root.partition(f'/{run_id}/')[0] if run_id else task_root}/{FOLDER}"


def reference_to(value: Any, type_: str, most: int, folder: str) -> Reference | None:
    """What stands for a value of an output's type, when it has more than ``most`` bytes of JSON; None: it stays as it is."""
    if not isinstance(value, {"STRING": str, "LIST": list, "STRUCT": dict}[type_]):
        return None  # KFP's launcher will say what is wrong with it.
    if json_size(value) <= most:
        return None
    content = (value if isinstance(value, str) else whole_json(value)).encode("utf-8", "surrogatepass")
    uri = f"{folder}/{hashlib.sha256(content).hexdigest()}"
    return Reference(uri, content, uri if type_ == "STRING" else [uri] if type_ == "LIST" else {FOLDER: uri})


def value_in_file(content: bytes, type_: str) -> Any:
    """The value in an output parameter's file, which has text, or JSON of a list or an object. None: it is none."""
    try:
        text = content.decode("utf-8", "surrogatepass")
        return text if type_ == "STRING" else strict_json(text)
    except ValueError:
        return None


def with_values(given: Mapping[str, Any], spec: StepSpec, get: Callable[[str], bytes | None]) -> Mapping[str, Any]:
    """The executor input with its large values, which ``get`` reads. Raises InvalidInput for those that are not there."""
    passed = (given.get("inputs") or {}).get("parameterValues") or {}
    uris = {name: uri for name in spec.large_inputs if (uri := _uri_in(passed.get(name)))}
    if not uris:
        return given
    problems, values = [], {}
    for name, uri in uris.items():
        content = get(uri)
        if content is None or hashlib.sha256(content).hexdigest() != uri.rpartition("/")[2]:
            what = "is not there any more" if content is None else "is not what the step before has written"
            problems.append(Violation(name, f"this value is in S3, at {uri}, and {what}: run the step that made it anew, "
                                            "without KFP's cache"))
            continue
        text = content.decode("utf-8", "surrogatepass")
        values[name] = text if isinstance(passed[name], str) else strict_json(text)
        _logger.info("input %s: %d bytes from %s", name, len(content), uri)
    if problems:
        raise InvalidInput("step", problems)
    whole: dict[str, Any] = copy.deepcopy(dict(given))
    whole["inputs"]["parameterValues"] |= values
    return whole


def _uri_in(value: Any) -> str:
    """The URI that stands for a value, or nothing."""
    if isinstance(value, dict) and list(value) == [FOLDER]:
        value = value[FOLDER]
    elif isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) and _URI.fullmatch(value) else ""
