"""KFP's placeholders in a command, filled from the executor input as KFP's driver and launcher fill them.

Source: launcher_v2.go and placeholder_utils of kfp.local. What is filled in is data: it is not looked at again. Where KFP's
own implementations differ, or have none, the meaning is:

- ``Concat``, and ``IfPresent`` on parameters and artifacts, at any depth: as documented in kfp.dsl. An input is present when
  it has a value that is not null.
- an optional input that was not given, outside IfPresent: the text ``null``;
- numbers, truth values, lists and objects: as the launcher writes them (``parameter_text``);
- ``pipeline_job_name``, ``pipeline_job_resource_name`` and ``pipeline_job_uuid``: the run's id; ``pipeline_task_name``: the
  task's name; ``pipeline_task_uuid``: the salt of the task root; ``pipeline_root``: the run's part of the pipeline root.
- anything else between ``{{$`` and ``}}`` stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.container_step.parameter_text import value_text, whole_json
from kfp_sagemaker.kfp_io import local_path

_PLACEHOLDER = re.compile(r"""\{\{\$(?P<path>(?:[^{}'"]|'[^']*'|"[^"]*")*)\}\}""")
_PART = re.compile(r"""\.(\w+)|\[(?:'([^']*)'|"([^"]*)")\]""")
_STRUCTURE = re.compile(r'\s*\{\s*"(?:IfPresent|Concat)"\s*:')


@dataclass(frozen=True)
class Filling:
    """What placeholders are filled from: an executor input, names of inputs that the component declares, names of the run."""

    executor_input: Mapping[str, Any]
    declared: frozenset[str] = frozenset()
    names: Mapping[str, str] | None = None


def fill(words: Sequence[str], filling: Filling, prepare: Callable[[str], str] = str) -> list[str]:
    """The words with their placeholders filled; a word may become none or several. ``prepare`` sees each text first."""
    return [text for word in words for text in _filled(word, filling, prepare)]


def fill_text(text: str, filling: Filling) -> str:
    """One text with its placeholders filled, where no structure (IfPresent, Concat) may stand."""
    return _PLACEHOLDER.sub(lambda match: _value(match, filling), text)


def _filled(word: Any, filling: Filling, prepare: Callable[[str], str]) -> list[str]:
    """The texts that a word, or a part of a structure, becomes."""
    if isinstance(word, str):
        if _STRUCTURE.match(word):
            try:
                return _filled(json.loads(word), filling, prepare)
            except (ValueError, RecursionError):
                pass  # A text of the user's that only begins alike.
        return [fill_text(prepare(word), filling)]
    if isinstance(word, list):
        return [text for item in word for text in _filled(item, filling, prepare)]
    if isinstance(word, Mapping) and isinstance(word.get("Concat"), list):
        return ["".join(_filled(word["Concat"], filling, prepare))]
    condition = word.get("IfPresent") if isinstance(word, Mapping) else None
    if not isinstance(condition, Mapping) or "InputName" not in condition:
        raise ValueError("neither text nor IfPresent nor Concat")
    branch = condition.get("Then") if _is_present(condition["InputName"], filling) else condition.get("Else")
    return [] if branch is None else _filled(branch, filling, prepare)


def _is_present(name: str, filling: Filling) -> bool:
    inputs = filling.executor_input.get("inputs") or {}
    if (inputs.get("parameterValues") or {}).get(name) is not None:
        return True
    return bool(_artifacts(filling, "inputs", name))


def _artifacts(filling: Filling, side: str, name: str) -> list[Mapping[str, Any]]:
    listed = ((filling.executor_input.get(side) or {}).get("artifacts") or {}).get(name) or {}
    return list(listed.get("artifacts") or ())


def _value(match: re.Match[str], filling: Filling) -> str:
    path = [next(part for part in found if part) for found in _PART.findall(match["path"]) if any(found)]
    found = _look_up(path, match["path"], filling)
    return match[0] if found is None else found


def _look_up(path: list[str], text: str, filling: Filling) -> str | None:
    """The text for a placeholder's path; None when there is no such thing."""
    given = filling.executor_input
    if text == "":
        return whole_json(given)
    match path:
        case ["inputs", "parameters", name]:
            values = (given.get("inputs") or {}).get("parameterValues") or {}
            return value_text(values[name]) if name in values else "null" if name in filling.declared else None
        case ["outputs", "parameters", name, "output_file"]:
            output = ((given.get("outputs") or {}).get("parameters") or {}).get(name)
            return None if output is None else str(output.get("outputFile", ""))
        case ["outputs", "output_file"] | ["outputMetadataUri"]:
            return str((given.get("outputs") or {}).get("outputFile", ""))
        case [("inputs" | "outputs") as side, "artifacts", name, *member] if member:
            artifacts = _artifacts(filling, side, name)
            return _of_artifact(artifacts[0], member) if artifacts else "null" if name in filling.declared else None
        case [name] if filling.names is not None:
            return filling.names.get(name)
    return None


def _of_artifact(artifact: Mapping[str, Any], member: list[str]) -> str | None:
    match member:
        case ["path"]:
            return artifact_path(artifact)
        case ["uri"]:
            return str(artifact.get("uri", ""))
        case ["name"]:
            return str(artifact.get("name", ""))
        case ["metadata"]:
            return value_text(artifact.get("metadata") or {})
        case ["metadata", key]:
            return value_text((artifact.get("metadata") or {}).get(key))
    return None


def artifact_path(artifact: Mapping[str, Any]) -> str:
    """Where an artifact's content is for a program: its own path where it has one, else where KFP maps its URI."""
    return str(artifact.get("customPath") or artifact.get("custom_path") or local_path(str(artifact.get("uri", ""))))
