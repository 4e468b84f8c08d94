"""Pipelines with conditions: which branch runs, and what comes out of the one that ran."""

import functools
from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def measure(size: int) -> NamedTuple("Measured", [("size", int), ("word", str), ("share", float), ("big", bool)]):
    return (int(size) * 2, "large" if size > 5 else "small", size / 4, size > 5)


@step
def say(text: str) -> str:
    return text


@step
def say_number(number: int) -> int:
    return int(number)


@step
def write(text: str, data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.write(text)
    data.metadata["branch"] = text


@step
def read(data: Input[Dataset]) -> str:
    return f"{open(data.path).read()} {data.metadata['branch']}"


@dsl.pipeline
def conditions_on_outputs(size: int = 6):
    measured = measure(size=size)
    with dsl.If(measured.outputs["word"] == "large"):
        say(text="word")
    with dsl.If(measured.outputs["size"] > 12):
        say(text="never")
    with dsl.If(measured.outputs["share"] <= 1.5):
        say(text="share")
    with dsl.If(measured.outputs["big"] == True):
        say(text="big")


@dsl.pipeline
def first_of_three(size: int = 3) -> str:
    measured = measure(size=size)
    with dsl.If(measured.outputs["size"] > 10):
        first = say(text="more than ten")
    with dsl.Elif(measured.outputs["size"] > 5):
        second = say(text="more than five")
    with dsl.Else():
        third = say(text="few")
    chosen = dsl.OneOf(first.output, second.output, third.output)
    say(text=chosen)
    return chosen


@dsl.pipeline
def conditions_in_conditions(size: int = 8):
    measured = measure(size=size)
    with dsl.If(measured.outputs["word"] == "large"):
        inside = say_number(number=measured.outputs["size"])
        with dsl.If(inside.output != 16):
            say(text="no")
        with dsl.Else():
            say(text=measured.outputs["word"])
    with dsl.Else():
        say(text="outer else")


@dsl.pipeline
def condition_on_a_parameter(flag: bool = False, word: str = "go"):
    with dsl.If(flag == True):
        say(text="on")
    with dsl.Else():
        say(text="off")
    with dsl.If(word == "go"):
        say(text=word)


@dsl.pipeline
def artifact_of_a_branch(size: int = 7) -> Dataset:
    measured = measure(size=size)
    with dsl.If(measured.outputs["word"] == "large"):
        large = write(text="large one")
    with dsl.Else():
        small = write(text="small one")
    chosen = dsl.OneOf(large.outputs["data"], small.outputs["data"])
    read(data=chosen)
    return chosen
