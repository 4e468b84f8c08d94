"""Pipelines whose steps hand parameters on: every type, empty values, text that a shell or a template would change."""

import functools
from typing import NamedTuple, Optional

from kfp import dsl

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)

@step
def scalars(whole: int, ratio: float, flag: bool, text: str) -> NamedTuple(
    "Scalars", [("whole", int), ("ratio", float), ("flag", bool), ("text", str), ("kinds", str)]
):
    kinds = ",".join(type(value).__name__ for value in (whole, ratio, flag, text))
    return (whole + 1, ratio / 2, not flag, text + "!", kinds)


@step
def structures(table: dict, items: list) -> NamedTuple("Structures", [("table", dict), ("items", list), ("seen", str)]):
    import json

    seen = json.dumps([table, items], sort_keys=True)
    return ({"copy": table, "n": 3, "half": 0.5}, [*items, {"deep": [1, [2.0, "three"]]}], seen)


@step
def same(text: str) -> str:
    return text


@step
def sizes() -> NamedTuple("Sizes", [("memory", str), ("cpu", str)]):
    return ("100M", "100m")


@step
def length(text: str) -> int:
    return len(text)


@step
def emptiness(text: str, items: list, table: dict, zero: int, nothing: float, no: bool) -> str:
    return repr((text, items, table, int(zero), float(nothing), no))


@step
def optional(given: str, missing: Optional[str] = None, number: int = 7, items: list = [1, "two"]) -> str:
    return repr((given, missing, int(number), items))


@step
def writes_files(text: str, copied: dsl.OutputPath(str), count: dsl.OutputPath(int), table: dsl.OutputPath(dict)):
    import json

    for path, value in ((copied, text), (count, str(len(text))), (table, json.dumps({"text": text}))):
        with open(path, "w", newline="") as file:
            file.write(value)


@step
def long_text(characters: int) -> str:
    return "0123456789abcdef" * (int(characters) // 16)


@step
def file_of(characters: int, text: dsl.OutputPath(str)):
    with open(text, "w") as file:
        file.write("x" * int(characters))


@dsl.container_component
def container_echo(text: str, copied: dsl.OutputPath(str), arguments: dsl.OutputPath(int)):
    return dsl.ContainerSpec(
        image="alpine:3",
        command=["sh", "-c", 'printf %s "$0" > "$1"; printf %s "$#" > "$2"'],
        args=[text, copied, arguments],
    )


@dsl.container_component
def container_types(
    whole: int, ratio: float, flag: bool, table: dict, items: list, told: dsl.OutputPath(str)
):
    return dsl.ContainerSpec(
        image="python:3.11-slim",
        command=["python3", "-c", "import sys; open(sys.argv[-1], 'w').write(repr(sys.argv[1:-1]))"],
        args=[whole, ratio, flag, table, items, told],
    )


@dsl.pipeline
def scalar_parameters(whole: int = 41, ratio: float = 2.0, flag: bool = True, text: str = "a b"):
    first = scalars(whole=whole, ratio=ratio, flag=flag, text=text)
    scalars(
        whole=first.outputs["whole"], ratio=first.outputs["ratio"], flag=first.outputs["flag"], text=first.outputs["text"]
    )


@dsl.pipeline
def structured_parameters(table: dict = {"a": 1, "b": [1.5, {"c": "ü"}], "": ""}, items: list = [1, 2.5, "x", True, []]):
    first = structures(table=table, items=items)
    structures(table=first.outputs["table"], items=first.outputs["items"])


@dsl.pipeline
def empty_values():
    emptiness(text="", items=[], table={}, zero=0, nothing=0.0, no=False)
    same(text=same(text="").output)


@dsl.pipeline
def hostile_text(text: str):
    first = same(text=text)
    second = container_echo(text=first.output)
    length(text=second.outputs["copied"])


@dsl.pipeline
def optional_inputs():
    optional(given="a")
    optional(given="b", missing="c", number=0, items=[])


@dsl.pipeline
def optional_pipeline_inputs(text: Optional[str] = None, number: int = 3) -> str:
    return optional(given="a", missing=text, number=number).output


@dsl.pipeline
def output_paths(text: str):
    written = writes_files(text=text)
    same(text=written.outputs["copied"])
    length(text=f"{written.outputs['count']} {written.outputs['copied']}")


@dsl.pipeline
def text_in_text(name: str = "it's $HOME"):
    first = same(text=f"<{name}> {{not}} $(x)")
    second = same(text=f"{first.output}|{name}|{first.output}")
    container_echo(text=f"--flag={second.output}")


@dsl.pipeline
def long_parameters():
    length(text=long_text(characters=96_000).output)
    file_of(characters=300_000)


@dsl.pipeline
def types_in_a_container(whole: int = 3, ratio: float = 1e-5, flag: bool = False):
    container_types(whole=whole, ratio=ratio, flag=flag, table={"t": "it's < é", "a": [1e-7]}, items=[1, "two", 2.5])


@dsl.pipeline
def names_of_the_run():
    same(text=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    length(text=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
    same(text=dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER)


@dsl.pipeline
def asked_for_at_run_time(image: str = "python:3.11-slim", cpu: str = "200m"):
    asked = sizes()
    one = same(text=f"cpu {cpu}").after(asked)
    one.set_memory_limit(asked.outputs["memory"]).set_cpu_request(cpu).set_cpu_limit(asked.outputs["cpu"])
    same(text="in this image").set_container_image(image)
    with dsl.If(cpu != "none"):
        same(text="in a branch").set_cpu_request(cpu)
