"""The constructs of KFP 2 (data/source/constructs.py), and what is to be found of each in a converted pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Words = dict[str, Any]


@dataclass(frozen=True)
class Output:
    """A converted pipeline: its text, its documents with steps unpacked, and how many steps were moved and kept."""

    text: str
    ir: Words
    platforms: Words
    steps: tuple[int, int]


@dataclass(frozen=True)
class Construct:
    """How many steps move and stay, how to find the construct in the output, and what is found then."""

    moved: int
    kept: int
    find: Callable[[Output], Any]
    found: Any


def dags(ir: Words) -> Iterator[tuple[str, Words]]:
    for name, component in (("root", ir["root"]), *ir["components"].items()):
        if "dag" in component:
            yield name, component["dag"]


def tasks(ir: Words, inside: str = "") -> list[Words]:
    return [task for name, dag in dags(ir) if inside in name for task in dag["tasks"].values()]


def conditions(output: Output) -> list[str]:
    return [task["triggerPolicy"]["condition"] for task in tasks(output.ir) if "condition" in task.get("triggerPolicy", {})]


def loops(output: Output) -> dict[str, list[Any]]:
    """What is looped over, and how many at a time, by the component that has the loop."""
    found: dict[str, list[Any]] = {}
    for name, dag in dags(output.ir):
        for task in dag["tasks"].values():
            if "parameterIterator" in task:
                limit = task.get("iteratorPolicy", {}).get("parallelismLimit")
                found.setdefault(name, []).append((task["parameterIterator"]["items"], limit))
    return found


def of_task(output: Output, task: str) -> Words:
    (words,) = (dag["tasks"][task] for _, dag in dags(output.ir) if task in dag["tasks"])
    return dict(words)


def given(output: Output, task: str, name: str) -> Any:
    """What a task gets for an input; None when nothing."""
    inputs = of_task(output, task).get("inputs", {})
    return {**inputs.get("parameters", {}), **inputs.get("artifacts", {})}.get(name)


def exit_handler(output: Output) -> Any:
    notify = of_task(output, "notify")
    return notify["triggerPolicy"], given(output, "notify", "status"), list(of_task(output, "exit-handler-1")["componentRef"])


def nested_pipeline(output: Output) -> Any:
    return {name: (sorted(dag["tasks"]), dag.get("outputs")) for name, dag in dags(output.ir)}


def one_of(output: Output) -> list[str]:
    outputs = [one for _, dag in dags(output.ir) for one in dag.get("outputs", {}).get("parameters", {}).values()]
    (words,) = (one["valueFromOneof"] for one in outputs if "valueFromOneof" in one)
    return [one["producerSubtask"] for one in words["parameterSelectors"]]


def display_names(output: Output) -> Any:
    return output.ir["pipelineInfo"]["displayName"], of_task(output, "make")["taskInfo"]["name"]


def defaults(output: Output) -> Words:
    parameters = output.ir["root"]["inputDefinitions"]["parameters"]
    return {name: words.get("defaultValue") for name, words in parameters.items() if not name.startswith("sagemaker_")}


def pipeline_outputs(output: Output) -> Any:
    root = output.ir["root"]
    return [sorted(words[kind]) for words in (root["outputDefinitions"], root["dag"]["outputs"]) for kind in sorted(words)]


def optional_inputs(output: Output) -> Any:
    definitions = output.ir["components"]["comp-use"]["inputDefinitions"]
    inputs = {**definitions["artifacts"], **definitions["parameters"]}
    optional = [name for name in ("data", "more", "note") if inputs[name].get("isOptional")]
    return optional, given(output, "use", "more"), given(output, "use", "note")


def artifact_lists(output: Output) -> Any:
    parts = output.ir["components"]["comp-merge"]["inputDefinitions"]["artifacts"]["parts"]
    return parts["isArtifactList"], given(output, "merge", "parts")["taskOutputArtifact"]["producerTask"]


def settings(output: Output) -> Words:
    executors = output.platforms["kubernetes"]["deploymentSpec"]["executors"]
    return {label: sorted(words) for label, words in executors.items()}


def job(output: Output) -> Any:
    """The instance type of the one moved step, and its resources that are known at run time."""
    (one,) = output.ir["deploymentSpec"]["executors"].values()
    arguments = one["container"]["args"]
    words = arguments[arguments.index("--step") + 1]["job"]
    return words["instance_type"], words.get("resources")


def importer(output: Output) -> Any:
    return output.ir["deploymentSpec"]["executors"]["exec-importer"]["importer"]["artifactUri"]


_ROWS = "int(inputs.parameter_values['pipelinechannel--rows'])"
_MADE_BY_INNER = {"Output": {"artifactSelectors": [{"outputArtifactKey": "data", "producerSubtask": "make"}]}}
_STATUS = {"taskFinalStatus": {"producerTask": "exit-handler-1"}}
_COLLECTED = {"taskOutputParameter": {"outputParameterKey": "pipelinechannel--make-Output", "producerTask": "for-loop-2"}}
_RETRIES = {"maxRetryCount": 3, "backoffDuration": "30s", "backoffFactor": 1.5, "backoffMaxDuration": "3600s"}
CONSTRUCTS = {
    "condition": Construct(1, 0, conditions, [f"{_ROWS} > 5"]),
    "if_elif_else": Construct(3, 0, conditions, [
        f"{_ROWS} > 5", f"!({_ROWS} > 5) && {_ROWS} > 3", f"!({_ROWS} > 5) && !({_ROWS} > 3)",
    ]),
    "static_loop": Construct(1, 0, loops, {"root": [({"raw": "[1, 2, 3]"}, 2)]}),
    "runtime_loop": Construct(2, 0, loops, {"root": [({"inputParameter": "pipelinechannel--numbers-Output"}, None)]}),
    "nested_loop": Construct(2, 0, loops, {
        "root": [({"raw": "[1, 2]"}, None)], "comp-for-loop-2": [({"raw": '["a", "b"]'}, None)],
    }),
    "exit_handler": Construct(2, 0, exit_handler, ({"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}, _STATUS, ["name"])),
    "nested_pipeline": Construct(2, 0, nested_pipeline, {
        "root": (["inner", "use"], None), "comp-inner": (["make"], {"artifacts": _MADE_BY_INNER}),
    }),
    "one_of": Construct(2, 0, one_of, ["condition-2", "condition-3"]),
    "collected": Construct(2, 0, lambda it: given(it, "total", "rows"), _COLLECTED),
    "caching_off": Construct(1, 0, lambda it: of_task(it, "make")["cachingOptions"], {}),
    "retries": Construct(1, 0, lambda it: of_task(it, "make")["retryPolicy"], _RETRIES),
    "display_names": Construct(1, 0, display_names, ("All of it", "Make it")),
    "defaults": Construct(1, 0, defaults, {
        "rows": 3, "share": 0.5, "name": "x: y", "on": True, "many": [1, "a"], "by": {"a": 1},
    }),
    "pipeline_outputs": Construct(1, 0, pipeline_outputs, [["data"], ["rows"], ["data"], ["rows"]]),
    "imported": Construct(1, 1, importer, {"constant": "s3://bucket/data"}),
    "optional_inputs": Construct(2, 0, optional_inputs, (["more", "note"], None, {"componentInputParameter": "note"})),
    "artifact_lists": Construct(2, 0, artifact_lists, (True, "for-loop-2")),
    "kubernetes_document": Construct(1, 1, settings, {"exec-make": ["secretAsEnv"]}),
    "resources": Construct(1, 0, job, ("ml.g4dn.xlarge", None)),
    "runtime_resources": Construct(1, 0, job, ("", {"memory": "{{$.inputs.parameters['sagemaker_memory']}}"})),
}  # fmt: skip
