"""What a file was found to be, and what people are told to give instead of what is not converted."""

from __future__ import annotations

from dataclasses import dataclass

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

#: Formats that a front end reads.
CONVERTED = frozenset({Format.KFP_V2_IR, Format.KFP_V2_SOURCE, Format.COMPONENT_YAML})

COMPILE = "compile its source with kfp 2 (`kfp dsl compile --py FILE --output pipeline.yaml`) and give that file"
_GUIDE = "https://www.kubeflow.org/docs/components/pipelines/user-guides/migration/"
PORT = f"Port the source to KFP 2 ({_GUIDE}), then {COMPILE}."
GIVE = "Give a KFP 2 pipeline (the YAML that `kfp dsl compile` writes, or its source), or a component.yaml."


@dataclass(frozen=True)
class Detected:
    """What a file is. ``what`` says it to a person; ``instead`` is what to give instead, empty for a converted format.

    ``text`` is the file's YAML or JSON where it is that, so that it is read once.
    """

    format: Format
    what: str
    instead: str = ""
    text: StructuredText | None = None

    def refusal(self, file: str) -> Diagnostic:
        """The diagnostic for a file that is not converted."""
        return rules.nothing_to_convert(Location(file, 1), file, self.what, self.instead)
