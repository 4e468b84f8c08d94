"""The proto's word on IR: whether it is a PipelineSpec, and in which spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker.json_values import not_json

from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.rules import pipeline as rules
from kfp_sagemaker_converter.source import Location

#: What the proto's parser raises beside its own ParseError.
_REFUSALS = (TypeError, ValueError, AttributeError, OverflowError)


def message_of(ir: Mapping[str, Any], at: Location) -> Any:
    """IR as a ``PipelineSpec`` message; unknown fields are refused.

    Raises:
        Refused: it is none.
    """
    # Imported here: kfp takes two seconds.
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    try:
        message = json_format.ParseDict(ir, pipeline_spec_pb2.PipelineSpec())
    except (json_format.ParseError, *_REFUSALS) as error:
        raise Refused([rules.not_a_pipeline_spec(at, "", not_json(ir) or _problem(error))]) from None
    # The parser takes what is empty, and null, for any message, and asks for no field.
    wrong = next(_misshapen(ir, message.DESCRIPTOR, ""), "") or ("" if message.HasField("root") else "root is missing")
    wrong = wrong or not_json(ir)
    if not wrong and not message.components:  # kfp's loader asks for one
        wrong = "it has no components, so that nothing is there to run"
    if wrong:
        raise Refused([rules.not_a_pipeline_spec(at, "", wrong)])
    return message


def check_platforms(platforms: Mapping[str, Any], at: Location) -> None:
    """See whether these are the platforms of a ``PlatformSpec`` message, by name; unknown fields are refused.

    What an executor is given is a Struct there: settings of any name pass.

    Raises:
        Refused: they are not.
    """
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    words, message = {"platforms": platforms}, pipeline_spec_pb2.PlatformSpec()
    wrong = not_json(words) or next(_misshapen(words, message.DESCRIPTOR, ""), "")
    if not wrong:
        try:
            json_format.ParseDict(words, message)
        except (json_format.ParseError, *_REFUSALS) as error:
            wrong = _problem(error)
    if wrong:
        raise Refused([rules.not_a_platform_spec(at, "", wrong)])


def _misshapen(words: Any, descriptor: Any, path: str) -> Iterator[str]:
    """What is no mapping, no list or no name where the proto has a message or map, a repeated field or an enum."""
    if not isinstance(words, dict):
        yield f"{path.lstrip('.')} is no mapping"
        return
    if descriptor.full_name.startswith("google.protobuf."):
        return
    for key, value in words.items():
        field = descriptor.fields_by_name.get(key) or descriptor.fields_by_camelcase_name.get(key)
        if field is None or (field.message_type and _is_any(field.message_type)):
            continue
        inner, here = field.message_type, f"{path}.{key}"
        if inner is None:
            if field.enum_type and type(value) not in (str, int, type(None)):  # the parser takes 1.5 and true for 1
                yield f"{here.lstrip('.')} is no {field.enum_type.name}"
            continue
        if inner.GetOptions().map_entry:
            if not isinstance(value, dict):
                yield f"{here.lstrip('.')} is no mapping"
            elif (of_value := inner.fields_by_name["value"].message_type) and not _is_any(of_value):
                for name, one in value.items():
                    yield from _misshapen(one, of_value, f"{here}.{name}")
        elif field.is_repeated:
            if not isinstance(value, list):
                yield f"{here.lstrip('.')} is no list"
            else:
                for position, one in enumerate(value):
                    yield from _misshapen(one, inner, f"{here}[{position}]")
        else:
            yield from _misshapen(value, inner, here)


def _is_any(descriptor: Any) -> bool:
    """Whether a message is written as something else than a mapping: a Value, a Duration."""
    name: str = descriptor.full_name
    return name.startswith("google.protobuf.") and name != "google.protobuf.Struct"


def normalised(message: Any) -> dict[str, Any]:
    """A message in the one spelling of proto's JSON."""
    from google.protobuf import json_format

    return dict(json_format.MessageToDict(message))


def is_plain(ir: Mapping[str, Any], message: Any) -> bool:
    """Whether IR is written as kfp writes it. Proto's JSON also takes ``component_ref`` for ``componentRef``, and null."""
    return _is_plain(ir, message.DESCRIPTOR)


def _is_plain(words: Any, descriptor: Any) -> bool:
    if descriptor.full_name.startswith("google.protobuf."):
        return True
    return isinstance(words, dict) and all(_is_plain_member(key, value, descriptor) for key, value in words.items())


def _is_plain_member(key: str, value: Any, descriptor: Any) -> bool:
    field = descriptor.fields_by_camelcase_name.get(key)
    if field is None or field.json_name != key:
        return False
    inner = field.message_type
    if inner is None:
        return value is not None and (field.enum_type is None or isinstance(value, str))
    if inner.GetOptions().map_entry:
        inner = inner.fields_by_name["value"].message_type
        values = list(value.values()) if isinstance(value, dict) else None
    elif field.is_repeated:
        values = value if isinstance(value, list) else None
    else:
        values = [value]
    return values is not None and (inner is None or all(_is_plain(one, inner) for one in values))


def _problem(error: Exception) -> str:
    """The innermost of the proto's messages, without those around it and the module's name."""
    text = re.sub(r"(Failed to parse (\w+) field: )", r"\2: ", str(error))
    return " ".join(text.replace("ml_pipelines.", "").split())[:300].rstrip(".")
