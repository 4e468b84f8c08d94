"""Pipelines in pipelines, and tasks that carry settings which change no result."""

import functools
from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Dataset, Input, Model, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def say(text: str) -> str:
    return text


@step
def write(text: str, data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.write(text)


@step
def fit(data: Input[Dataset], model: Output[Model]) -> int:
    text = open(data.path).read()
    with open(model.path, "w") as file:
        file.write(text.upper())
    return len(text)


@step
def read(model: Input[Model]) -> str:
    return open(model.path).read()


@dsl.pipeline
def fitting(text: str = "inner") -> NamedTuple("Fitted", [("model", Model), ("length", int)]):
    fitted = fit(data=write(text=text).outputs["data"])
    outputs = NamedTuple("Fitted", [("model", Model), ("length", int)])
    return outputs(fitted.outputs["model"], fitted.outputs["Output"])


@dsl.pipeline
def checked(model: Input[Model], suffix: str) -> str:
    return say(text=f"{read(model=model).output}{suffix}").output


@dsl.pipeline
def pipelines_in_pipelines() -> str:
    first = fitting(text="one")
    second = fitting()
    say(text=f"{first.outputs['length']} {second.outputs['length']}")
    return checked(model=first.outputs["model"], suffix="?").output


@dsl.pipeline
def pipelines_in_loops():
    with dsl.ParallelFor(["a", "bb"]) as item:
        made = fitting(text=item)
        with dsl.If(made.outputs["length"] > 1):
            checked(model=made.outputs["model"], suffix="!")


@dsl.pipeline
def settings():
    first = say(text="one").set_display_name("The first: it's one").set_caching_options(False)
    first.set_cpu_limit("2").set_memory_limit("4G").set_retry(1)
    say(text="two").after(first).set_display_name("second").set_cpu_request("1")
