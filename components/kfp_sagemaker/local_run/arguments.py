"""The arguments of a run: texts from the command line and a file, typed by the pipeline's parameters."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from kfp_sagemaker.local_run import yaml_or_json
from kfp_sagemaker.local_run.errors import InputRefused


def arguments_of(spec: Any, texts: Iterable[str], file: Path | None = None) -> dict[str, Any]:
    """Values by parameter name, those of ``texts`` (``NAME=VALUE``) before those of the file (a mapping).

    A parameter that is optional and has no default is given as None, as the API server does.

    Raises:
        InputRefused: every unknown name, wrong value and missing parameter at once.
    """
    problems: list[str] = []
    given: dict[str, Any] = {}
    parameters = spec.root.input_definitions.parameters
    for name, value in _of_file(file).items():
        if name not in parameters:
            problems.append(_unknown(name, f"{file}", parameters))
            continue
        problem, given[name] = _checked(value, parameters[name], f"{file}: {name}")
        problems += problem
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            problems.append(f"--arg {text}: expected NAME=VALUE")
        elif name not in parameters:
            problems.append(_unknown(name, "--arg", parameters))
        else:
            problem, given[name] = _typed(value, parameters[name], f"--arg {name}")
            problems += problem
    for name in spec.root.input_definitions.artifacts:
        if not spec.root.input_definitions.artifacts[name].is_optional:
            problems.append(f"{name}: the pipeline takes an artifact, which no option can give; import it with dsl.importer")
    for name, parameter in parameters.items():
        if name in given or parameter.HasField("default_value"):
            continue
        if parameter.is_optional:
            given[name] = None
        else:
            problems.append(f"{name}: the pipeline needs a value ({_type_name(parameter)}); give --arg {name}=VALUE")
    if problems:
        raise InputRefused(problems)
    return given


def _of_file(file: Path | None) -> Mapping[str, Any]:
    if file is None:
        return {}
    try:
        values = yaml_or_json.value(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputRefused([f"--args-file {file}: {' '.join(str(error).split())}"]) from None
    if not isinstance(values, dict):
        raise InputRefused([f"--args-file {file}: expected a mapping of parameter names to values"])
    return {str(name): value for name, value in values.items()}


def _unknown(name: str, origin: str, parameters: Iterable[str]) -> str:
    known = ", ".join(sorted(parameters)) or "none"
    return f"{origin}: the pipeline has no parameter {name!r}; it has: {known}"


def _type_name(parameter: Any) -> str:
    from kfp.pipeline_spec import pipeline_spec_pb2

    return str(pipeline_spec_pb2.ParameterType.ParameterTypeEnum.Name(parameter.parameter_type))


def _typed(text: str, parameter: Any, origin: str) -> tuple[list[str], Any]:
    """A command line's text as the parameter's type; texts of other types than STRING are read as YAML."""
    if _type_name(parameter) == "STRING":
        return _checked(text, parameter, origin)
    try:
        value = yaml_or_json.value(text)
    except yaml.YAMLError:
        return [f"{origin}: {text!r} is not {_DESCRIPTIONS[_type_name(parameter)]}"], None
    if _type_name(parameter) == "NUMBER_DOUBLE" and isinstance(value, str):
        with contextlib.suppress(ValueError):  # YAML 1.1 reads 1e-3 as a string
            value = float(value)
    return _checked(value, parameter, origin)


_DESCRIPTIONS = {
    "STRING": "a string",
    "NUMBER_INTEGER": "an integer",
    "NUMBER_DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "LIST": "a JSON list",
    "STRUCT": "a JSON object",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "STRING": (str,),
    "NUMBER_INTEGER": (int,),
    "NUMBER_DOUBLE": (int, float),
    "BOOLEAN": (bool,),
    "LIST": (list,),
    "STRUCT": (dict,),
}


def _checked(value: Any, parameter: Any, origin: str) -> tuple[list[str], Any]:
    type_name = _type_name(parameter)
    accepted = _TYPES.get(type_name, (object,))
    if not isinstance(value, accepted) or (isinstance(value, bool) and type_name.startswith("NUMBER")):
        return [f"{origin}: {value!r} is not {_DESCRIPTIONS[type_name]}"], None
    literals = [_python(literal) for literal in getattr(parameter, "literals", ())]
    if literals and value not in literals:
        return [f"{origin}: {value!r} is not one of {', '.join(map(repr, literals))}"], None
    return [], value


def _python(literal: Any) -> Any:
    from google.protobuf import json_format

    return json_format.MessageToDict(literal)
