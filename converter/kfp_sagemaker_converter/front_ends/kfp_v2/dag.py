"""``dag``: tasks, what they get and when they run, and the DAG's outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import (
    ComponentInput,
    Constant,
    Dag,
    DagOutput,
    FinalStatus,
    Loop,
    OutputKind,
    Retry,
    Source,
    Task,
    TaskInput,
    TaskOutput,
    UnknownSource,
    Words,
)
from kfp_sagemaker_converter.source import Location

_AFTER_FAILURE = ("ALL_UPSTREAM_TASKS_COMPLETED", 2)


def dag_of(text: StructuredText, words: Words, at: Location) -> Dag:
    """The DAG that ``words`` describe."""
    tasks = words.get("tasks") or {}
    return Dag(
        tasks={name: _task(text, name, task or {}, text.at(tasks, name)) for name, task in tasks.items()},
        outputs=tuple(_outputs(text, words.get("outputs") or {})),
        location=at,
        words=words,
    )


def _task(text: StructuredText, name: str, words: Words, at: Location) -> Task:
    trigger = words.get("triggerPolicy") or {}
    caching = words.get("cachingOptions")
    return Task(
        name=name,
        component=(words.get("componentRef") or {}).get("name", ""),
        display_name=(words.get("taskInfo") or {}).get("name", ""),
        inputs=_inputs(text, words.get("inputs") or {}),
        depends_on=tuple(words.get("dependentTasks") or ()),
        condition=trigger.get("condition", ""),
        after_failure=trigger.get("strategy") in _AFTER_FAILURE,
        loop=_loop(words),
        retry=_retry(words.get("retryPolicy")),
        cached=None if caching is None else bool(caching.get("enableCache")),
        cache_key=(caching or {}).get("cacheKey", ""),
        location=at,
        words=words,
    )


def _inputs(text: StructuredText, words: Words) -> dict[str, TaskInput]:
    found = {}
    for group, is_artifact in (("parameters", False), ("artifacts", True)):
        of_group = words.get(group) or {}
        for name, value in of_group.items():
            value = value or {}
            found[name] = TaskInput(
                name=name,
                source=_source(value),
                is_artifact=is_artifact,
                expression=value.get("parameterExpressionSelector", ""),
                location=text.at(of_group, name),
                words=value,
            )
    return found


def _source(words: Words) -> Source:
    for key in ("componentInputParameter", "componentInputArtifact"):
        if key in words:
            return ComponentInput(words[key])
    if output := words.get("taskOutputParameter"):
        return TaskOutput(output.get("producerTask", ""), output.get("outputParameterKey", ""))
    if output := words.get("taskOutputArtifact"):
        return TaskOutput(output.get("producerTask", ""), output.get("outputArtifactKey", ""))
    if status := words.get("taskFinalStatus"):
        return FinalStatus(status.get("producerTask", ""))
    value = words.get("runtimeValue")
    if isinstance(value, dict):
        if "constant" in value:
            return Constant(value["constant"])
        if "runtimeParameter" in value:
            return ComponentInput(value["runtimeParameter"])
    return UnknownSource()


def _loop(words: Words) -> Loop | None:
    parallelism = int((words.get("iteratorPolicy") or {}).get("parallelismLimit") or 0)
    if over := words.get("parameterIterator"):
        items = over.get("items") or {}
        return Loop(over.get("itemInput", ""), _items(items.get("raw")), items.get("inputParameter", ""), parallelism)
    if over := words.get("artifactIterator"):
        items = over.get("items") or {}
        return Loop(over.get("itemInput", ""), None, items.get("inputArtifact", ""), parallelism)
    return None


def _items(raw: Any) -> Any:
    """The items of a loop that are written in the pipeline; None for text that is no JSON, which KFP refuses at run time."""
    try:
        return json.loads(raw) if isinstance(raw, str) else None
    except (ValueError, RecursionError):
        return None


def _retry(words: Any) -> Retry | None:
    if not words:
        return None
    return Retry(
        attempts=int(words.get("maxRetryCount") or 0),
        backoff=str(words.get("backoffDuration", "")),
        factor=float(words.get("backoffFactor") or 0),
        longest_backoff=str(words.get("backoffMaxDuration", "")),
    )


def _outputs(text: StructuredText, words: Words) -> Iterator[DagOutput]:
    parameters = words.get("parameters") or {}
    for name, value in parameters.items():
        one_of = (value or {}).get("valueFromOneof")
        selectors = (one_of or {}).get("parameterSelectors") or [(value or {}).get("valueFromParameter") or {}]
        yield DagOutput(
            name=name,
            kind=OutputKind.ONE_OF if one_of else OutputKind.TASK,
            sources=tuple(TaskOutput(one.get("producerSubtask", ""), one.get("outputParameterKey", "")) for one in selectors),
            location=text.at(parameters, name),
            words=value or {},
        )
    artifacts = words.get("artifacts") or {}
    for name, value in artifacts.items():
        selectors = (value or {}).get("artifactSelectors") or []
        yield DagOutput(
            name=name,
            kind=OutputKind.ONE_OF if len(selectors) > 1 else OutputKind.TASK,
            sources=tuple(TaskOutput(one.get("producerSubtask", ""), one.get("outputArtifactKey", "")) for one in selectors),
            is_artifact=True,
            location=text.at(artifacts, name),
            words=value or {},
        )
