"""The component of a step: a text that ``load_component_from_text`` reads, and the statement that does.

The text is IR, because component.yaml has no lists of artifacts and no typed defaults. kfp reads there neither environment
nor resources: the task sets these (``task_settings``).
"""

from __future__ import annotations

from typing import Any

import yaml

from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Component, Container

_KEPT = ("image", "command", "args")


class _Readable(yaml.SafeDumper):
    """Text of several lines as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _represent_text)


def component_text(name: str, component: Component, container: Container) -> str:
    """The component document of a step, under the name that its task gets.

    Raises:
        CannotSay: its container has what no DSL source can say.
    """
    written = container.words["container"]
    unknown = written.keys() - {*_KEPT, "env", "resources"}
    if unknown:
        raise CannotSay(f"{', '.join(sorted(unknown))} of the container {component.executor}")
    interface = {key: component.words[key] for key in ("inputDefinitions", "outputDefinitions") if component.words.get(key)}
    kept = {key: written[key] for key in _KEPT if key in written}
    if "{{$" in container.image:
        kept["image"] = "set-by-the-task"
    ir = {
        "pipelineInfo": {"name": name},
        "components": {f"comp-{name}": {"executorLabel": f"exec-{name}", **interface}},
        "deploymentSpec": {"executors": {f"exec-{name}": {"container": kept}}},
        "root": {"dag": {"tasks": {name: {"componentRef": {"name": f"comp-{name}"}, "taskInfo": {"name": name}}}}},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.14.0",
    }
    return str(yaml.dump(ir, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=120))


def load_statement(variable: str, text: str) -> str:
    """The statement that loads a component."""
    raw = f'r"""\n{text}"""'
    if '"""' in text or "\r" in text:
        raw = quoted(text)
    return f"{variable} = components.load_component_from_text({raw})\n"
