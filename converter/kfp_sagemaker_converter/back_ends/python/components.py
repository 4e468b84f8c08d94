"""The component of a step: a text that ``load_component_from_text`` reads, and the statements that load it.

The text is IR, because component.yaml has no lists of artifacts and no typed defaults. kfp reads there neither environment
nor resources: the task sets these (``task_settings``). What else a component has and kfp does not read there is set on what it
loaded: the types of lists, and what a step passes on to a job that it starts (``dsl.TaskConfigPassthrough``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from kfp_sagemaker_converter.back_ends.python.artifact_types import check_type
from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.loop_items import Side
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.back_ends.python.signature import Lists
from kfp_sagemaker_converter.model import Component, Container

_KEPT = ("image", "command", "args")
_PASSED_ON = "taskConfigPassthroughs"


class _Readable(yaml.SafeDumper):
    """Text of several lines as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _represent_text)


def component_content(component: Component, container: Container, lists: Lists) -> str:
    """What the statements say of a component beside its name: equal where the components are the same.

    Raises:
        CannotSay: its container or interface has what no DSL source can say.
    """
    said = [_interface(component), _kept(component, container), [*_more("", component, lists)]]
    return json.dumps(said, ensure_ascii=False, default=str)


def load_statements(variable: str, name: str, component: Component, container: Container, lists: Lists) -> str:
    """The statements that load a component under the name that its first task gets.

    Raises:
        CannotSay: its container or interface has what no DSL source can say.
    """
    text = _text(name, _interface(component), _kept(component, container))
    raw = f'r"""\n{text}"""'
    if '"""' in text or "\r" in text:
        raw = quoted(text)
    return "".join([f"{variable} = components.load_component_from_text({raw})\n", *_more(variable, component, lists)])


def _text(name: str, interface: Any, kept: Any) -> str:
    ir = {
        "pipelineInfo": {"name": name},
        "components": {f"comp-{name}": {"executorLabel": f"exec-{name}", **interface}},
        "deploymentSpec": {"executors": {f"exec-{name}": {"container": kept}}},
        "root": {"dag": {"tasks": {name: {"componentRef": {"name": f"comp-{name}"}, "taskInfo": {"name": name}}}}},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.14.0",
    }
    return str(yaml.dump(ir, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=120))


def _kept(component: Component, container: Container) -> dict[str, Any]:
    written = container.words["container"]
    unknown = written.keys() - {*_KEPT, "env", "resources"}
    if unknown:
        raise CannotSay(f"{', '.join(sorted(unknown))} of the container {component.executor}")
    kept = {key: written[key] for key in _KEPT if key in written}
    if "{{$" in container.image:
        kept["image"] = "set-by-the-task"
    return kept


def _interface(component: Component) -> dict[str, Any]:
    for artifact in (*component.inputs.artifacts.values(), *component.outputs.artifacts.values()):
        check_type(artifact)
    return {key: component.words[key] for key in ("inputDefinitions", "outputDefinitions") if component.words.get(key)}


def _more(variable: str, component: Component, lists: Lists) -> Iterator[str]:
    """Statements for what the text cannot say."""
    for name in component.outputs.parameters:
        if of := lists.get((component.name, Side.OUTPUT, name)):
            yield f"{variable}.component_spec.outputs[{quoted(name)}].type = {quoted(of)}  # for loops over it\n"
    if passed_on := component.words.get(_PASSED_ON):
        fields = ", ".join(_passed_on(one) for one in passed_on)
        yield f"{variable}.component_spec.task_config_passthroughs = [{fields}]\n"


def _passed_on(words: dict[str, Any]) -> str:
    apply = ", apply_to_task=True" if words.get("applyToTask") else ""
    return f"dsl.TaskConfigPassthrough(dsl.TaskConfigField.{words.get('field')}{apply})"
