"""From any text to the pipeline model: which front end is it for?"""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Document


def read_document(text: str, file: str) -> tuple[Document, list[Diagnostic]]:
    """The pipeline in a text, and what there is to say about it.

    Raises:
        Refused: it is none that can be converted.
    """
    return read_ir(read(text, file))
