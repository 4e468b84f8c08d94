"""Which parameters moved steps may hand to one another by way of S3, because nobody else reads them.

KFP can give a step no more than 131,071 bytes; between two moved steps a value need not pass through KFP at all
(``kfp_sagemaker.container_step.large_values``). Only where every reader of an output is a moved step, though: a step in the
cluster, a condition, a loop, ``Collected``, a text with the value in it and an output of the pipeline need the value itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kfp_sagemaker.container_step.large_values import MOST_TOGETHER, TYPES
from kfp_sagemaker.container_step.step_spec import StepSpec

from kfp_sagemaker_converter.model import Component, ComponentInput, Constant, Dag, Pipeline, Task, TaskInput, TaskOutput
from kfp_sagemaker_converter.passes.run_time_inputs import placeholders


@dataclass(frozen=True)
class Place:
    """An input or output parameter of a component, with its type."""

    component: str
    name: str
    type: str
    is_output: bool = False


@dataclass(frozen=True)
class LargeValues:
    """Names of the parameters of moved steps, by component, whose values may travel by way of S3.

    ``outputs`` have the bytes of JSON up to which a value does not, since KFP can give it to all who read it.
    """

    outputs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def marked(self, spec: StepSpec, component: str) -> StepSpec:
        """The specification of a component's step that knows of them."""
        return replace(spec, large_outputs=self.outputs.get(component, {}), large_inputs=self.inputs.get(component, ()))


def all_marked(spec: StepSpec) -> StepSpec:
    """The specification as if all its parameters were such: no other is longer."""
    inputs, outputs = (tuple(definitions.get("parameters") or ()) for definitions in (spec.inputs, spec.outputs))
    return replace(spec, large_outputs=dict.fromkeys(outputs, MOST_TOGETHER), large_inputs=inputs)


def large_values(pipeline: Pipeline, moved: Collection[str]) -> LargeValues:
    """What travels by way of S3 when the steps of the components ``moved`` do. Linear in the tasks; nothing recurses."""
    components = {name: component for name, component in pipeline.components.items() if name != pipeline.root.name}
    components |= _alike(components, pipeline, moved)
    read_by: dict[Place, list[Place]] = {}
    as_values = [place for name, component in components.items() for place in _inputs(component)
                 if component.dag is None and name not in moved]
    for component in (pipeline.root, *components.values()):
        for source, reader in _reads(component, component.dag, components) if component.dag else ():
            if reader is None:
                as_values.append(source)
            else:
                read_by.setdefault(source, []).append(reader)
    came_from: dict[Place, list[Place]] = {}
    for source, readers in read_by.items():
        for reader in readers:
            came_from.setdefault(reader, []).append(source)
    unfit = _reached(as_values, came_from)
    ends = [place for place in came_from if not place.is_output and place.component in moved and place not in unfit]
    outputs = [place for place in _reached(ends, came_from) - unfit if place.is_output and place.component in moved]
    inputs = _reached(outputs, read_by).intersection(ends)
    together = Counter(place.component for place in inputs)
    most = _least_of_readers({place: MOST_TOGETHER // together[place.component] for place in inputs}, came_from)
    marked: dict[str, dict[Place, int]] = {}
    for place in sorted((*outputs, *inputs), key=lambda place: place.name):
        marked.setdefault(place.component, {})[place] = most[place]
    of = {name: marked.get(components[name].name, {}) for name in moved if name in components}
    return LargeValues(
        {name: {place.name: most for place, most in places.items() if place.is_output} for name, places in of.items()},
        {name: tuple(place.name for place in places if not place.is_output) for name, places in of.items()},
    )


def _alike(components: Mapping[str, Component], pipeline: Pipeline, moved: Collection[str]) -> dict[str, Component]:
    """For each moved component the first one of the same words: kfp writes a step anew for each pipeline that it is in.

    They stay alike when what is true of one counts for all, and are one component for whoever reads them.
    """
    first: dict[str, Component] = {}
    found = {}
    for name, component in components.items():
        if name in moved:
            executor = pipeline.executors.get(component.executor or "")
            words = {key: value for key, value in component.words.items() if key != "executorLabel"}
            key = hashlib.sha256(json.dumps([words, executor.words if executor else {}], default=str).encode()).hexdigest()
            found[name] = first.setdefault(key, component)
    return found


def _reads(
    component: Component, dag: Dag, components: Mapping[str, Component]
) -> Iterator[tuple[Place, Place | None]]:
    """Each use of a value in a DAG: where it is from, and where it is handed on to; None where the value itself is needed."""
    for task in dag.tasks.values():
        inner = components.get(task.component)
        texts = [given.source.value for given in task.inputs.values() if isinstance(given.source, Constant)]
        in_texts = set(placeholders([*texts, task.loop.items if task.loop else None]))
        for given in task.inputs.values():
            source = _source(component, dag, given, components)
            if source is not None:
                is_alone = given.name not in in_texts and _is_handed_on(task, given)
                reader = _place(inner, given.name) if is_alone else None
                yield source, reader if reader and reader.type == source.type else None
    for output in dag.outputs:
        outer = _place(component, output.name, is_output=True) if component.name in components else None
        for each in output.sources:
            source = _output(dag, each, components)
            if source is not None:
                alone = outer is not None and outer.type == source.type and dag.tasks[each.task].loop is None
                yield source, outer if alone else None


def _is_handed_on(task: Task, given: TaskInput) -> bool:
    """Whether the task itself does nothing with the value but give it to its component."""
    iterated = task.loop is not None and task.loop.items_input == given.name
    return not (given.expression or iterated or given.name in task.condition)


def _source(component: Component, dag: Dag, given: TaskInput, components: Mapping[str, Component]) -> Place | None:
    if isinstance(given.source, ComponentInput) and component.name in components:
        return _place(component, given.source.name)
    return _output(dag, given.source, components) if isinstance(given.source, TaskOutput) else None


def _output(dag: Dag, source: TaskOutput, components: Mapping[str, Component]) -> Place | None:
    task = dag.tasks.get(source.task)
    return _place(components.get(task.component), source.key, is_output=True) if task else None


def _place(component: Component | None, name: str, *, is_output: bool = False) -> Place | None:
    """The place of that name, when it may have large values."""
    if component is None:
        return None
    parameter = (component.outputs if is_output else component.inputs).parameters.get(name)
    if parameter is None or parameter.type not in TYPES:
        return None
    return Place(component.name, name, parameter.type, is_output)


def _inputs(component: Component) -> Iterator[Place]:
    for name in component.inputs.parameters:
        place = _place(component, name)
        if place is not None:
            yield place


def _reached(starts: Iterable[Place], edges: Mapping[Place, list[Place]]) -> set[Place]:
    """The places themselves, and all that the edges lead to from them."""
    found = set(starts)
    left = list(found)
    while left:
        for place in edges.get(left.pop(), ()):
            if place not in found:
                found.add(place)
                left.append(place)
    return found


def _least_of_readers(most: Mapping[Place, int], came_from: Mapping[Place, list[Place]]) -> dict[Place, int]:
    """The numbers of the inputs ``most``, and for what they may come from the least of those that it may come to."""
    found: dict[Place, int] = {}
    for number in sorted(set(most.values())):
        left = [place for place, own in most.items() if own == number]
        while left:
            place = left.pop()
            if place not in found:
                found[place] = number
                left += came_from.get(place, ())
    return {**found, **most}
