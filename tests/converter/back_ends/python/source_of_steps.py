"""The steps of the pipelines in ``source_of_*``: what they do does not matter, what they take and give does."""

from typing import Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output

component = dsl.component(base_image="python:3.11")


@component
def text(words: str = "a") -> str:
    return words


@component
def number(n: int = 1) -> int:
    return n


@component
def real(n: float) -> float:
    return n


@component
def flag(n: bool) -> bool:
    return n


@component
def mapping(d: dict) -> dict:
    return d


@component
def total(ns: List[int]) -> int:
    return sum(ns)


@component
def texts() -> List[str]:
    return ["a"]


@component
def mappings() -> List[Dict[str, int]]:
    return [{"a": 1}]


@component
def optional(data: Optional[Input[Dataset]] = None, a: Optional[str] = None, b: Optional[int] = None) -> str:
    return a or ""


@component
def make(data: Output[Dataset], n: int = 1):
    pass


@component
def use(data: Input[Dataset]):
    pass


@component
def join(datas: Input[List[Dataset]]) -> str:
    return ""


@component
def several(n: int) -> NamedTuple("Outputs", [("a", int), ("b", str), ("model", Model)]):
    return n, "", None


@component
def measure(model: Input[Model], metrics: Output[Metrics], report: Output[Artifact]):
    pass


@component
def notify(status: dsl.PipelineTaskFinalStatus, why: str = ""):
    pass


@dsl.component(
    base_image="python:3.11",
    task_config_passthroughs=[
        dsl.TaskConfigField.RESOURCES,
        dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.ENV, apply_to_task=True),
    ],
)
def start_elsewhere(config: dsl.TaskConfig, a: str = "x"):
    pass


@dsl.container_component
def shell(a: str, out: dsl.OutputPath(str), n: Optional[int] = None):
    return dsl.ContainerSpec(
        image="alpine:3.20",
        command=["sh", "-c", 'printf "%s" "$0"'],
        args=[
            dsl.ConcatPlaceholder(["--a=", a]),
            dsl.IfPresentPlaceholder(input_name="n", then=["--n", n], else_=["--no"]),
            out,
        ],
    )
