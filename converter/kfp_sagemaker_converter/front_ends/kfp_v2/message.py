"""The proto's word on IR: whether it is a PipelineSpec, and how much is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.rules import pipeline as rules
from kfp_sagemaker_converter.source import Location


def message_of(ir: Mapping[str, Any], at: Location) -> Any:
    """IR as a ``PipelineSpec`` message; unknown fields are refused.

    Raises:
        Refused: it is none.
    """
    # Imported here: kfp takes two seconds.
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    try:
        return json_format.ParseDict(ir, pipeline_spec_pb2.PipelineSpec())
    except (json_format.ParseError, TypeError, ValueError, AttributeError) as error:
        raise Refused([rules.not_a_pipeline_spec(at, "", _problem(error))]) from None


def normalised(message: Any) -> dict[str, Any]:
    """A message in the one spelling of proto's JSON."""
    from google.protobuf import json_format

    return dict(json_format.MessageToDict(message))


def tasks_in(message: Any) -> int:
    """How many tasks the DAGs of a pipeline have, nested ones once each."""
    return sum(len(component.dag.tasks) for component in (message.root, *message.components.values()))


def _problem(error: Exception) -> str:
    """The innermost of the proto's messages, without those around it and the module's name."""
    text = re.sub(r"(Failed to parse (\w+) field: )", r"\2: ", str(error))
    return " ".join(text.replace("ml_pipelines.", "").split())[:300].rstrip(".")
