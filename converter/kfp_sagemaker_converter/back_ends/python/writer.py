"""The source file of a pipeline: imports, components, and a function for each pipeline in it, the nested ones first."""

from __future__ import annotations

from importlib.metadata import version

from kfp_sagemaker_converter.back_ends.python.artifact_types import foreign_classes
from kfp_sagemaker_converter.back_ends.python.callables import Callables
from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.functions import function_text
from kfp_sagemaker_converter.back_ends.python.loop_items import list_types
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, Names, check_pipeline_name
from kfp_sagemaker_converter.back_ends.python.pipeline_config import pipeline_config
from kfp_sagemaker_converter.back_ends.python.size import check_size
from kfp_sagemaker_converter.model import Pipeline

#: The function of the outermost pipeline.
MAIN = "pipeline"


def source_of(pipeline: Pipeline) -> str:
    """DSL source of a pipeline.

    Raises:
        CannotSay: there is something in it that DSL source has no words for.
    """
    if pipeline.root.dag is None:
        raise CannotSay("a pipeline without tasks")
    check_pipeline_name(pipeline.name)
    check_size(pipeline)
    classes = list(foreign_classes(pipeline))
    components = (pipeline.root, *pipeline.components.values())
    inputs = {name for one in components if one.dag for name in (*one.inputs.parameters, *one.inputs.artifacts)}
    callables = Callables(pipeline, list_types(pipeline), function_text, Names({MAIN, *inputs}))
    main = function_text(pipeline.root, MAIN, _decorator(pipeline), callables)
    body = "\n\n".join([*(f"{one}\n" for one in classes), *callables.functions, main])
    imports = "from kfp import components, dsl" + (", kubernetes" if "kubernetes." in body else "")
    typing = [name for name in ("Dict", "List", "NamedTuple", "Optional") if f"{name}[" in body or f"{name}(" in body]
    head = f'"""The pipeline {pipeline.name}. Written by kfp-sagemaker convert, for kfp {version("kfp")}."""\n\n'
    head += f"from typing import {', '.join(typing)}\n\n" if typing else ""
    return f"{head}{imports}\n\n" + "\n".join(callables.loads) + "\n\n" + body


def _decorator(pipeline: Pipeline) -> str:
    arguments = [f"name={quoted(pipeline.name)}"]
    for key, value in (
        ("display_name", pipeline.display_name),
        ("description", pipeline.description),
        ("pipeline_root", pipeline.default_pipeline_root),
    ):
        arguments += [f"{key}={quoted(value)}"] if value else []
    config = pipeline_config(pipeline.platforms)
    arguments += [f"pipeline_config={config}"] if config else []
    return f"@dsl.pipeline({', '.join(arguments)})"
