"""Nested pipelines, inputs, outputs, names and what tasks are told: small pipelines, one for each construct."""

from typing import Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model
from source_of_steps import (
    flag,
    join,
    make,
    mapping,
    mappings,
    measure,
    notify,
    number,
    optional,
    real,
    several,
    shell,
    start_elsewhere,
    text,
    total,
    use,
)

DataAndNumber = NamedTuple("Outputs", [("data", Dataset), ("n", int)])
Lists = NamedTuple("Outputs", [("ns", List[int]), ("datas", List[Dataset])])
Three = NamedTuple("Outputs", [("a", int), ("model", Model), ("again", int)])


class VertexModel(dsl.Artifact):
    schema_title = "google.VertexModel"
    schema_version = "0.0.3"


@dsl.pipeline
def inner_text(a: str = "x") -> str:
    return text(words=text(words=a).output).output


@dsl.pipeline
def inner_blocks(n: int, data: Optional[Input[Dataset]] = None, ns: List[int] = [1, 2]) -> DataAndNumber:
    made = make(n=n)
    with dsl.ParallelFor(ns) as item:
        number(n=item)
    with dsl.If(n == 3):
        optional(data=data)
    return DataAndNumber(data=made.outputs["data"], n=number(n=n).output)


@dsl.pipeline
def inner_of_inner(n: int = 2) -> int:
    return number(n=inner_blocks(n=n).outputs["n"]).output


@dsl.pipeline
def inner_mappings() -> List[Dict[str, int]]:
    return mappings().output


@dsl.pipeline
def inner_collected(ns: List[int]) -> Lists:
    with dsl.ParallelFor(ns) as item:
        one, made = number(n=item), make(n=item)
    return Lists(ns=dsl.Collected(one.output), datas=dsl.Collected(made.outputs["data"]))


@dsl.pipeline
def inner_exit_handler(a: str):
    last = notify(why=a)
    with dsl.ExitHandler(last):
        text(words=a)


def nested(n: int) -> str:
    first = inner_text()
    inner_text(a="y").set_display_name("Second").set_retry(2).set_caching_options(False)
    one = inner_blocks(n=n)
    inner_blocks(n=one.outputs["n"], data=one.outputs["data"], ns=[4])
    with dsl.ParallelFor([1, 2]) as item:
        inner_blocks(n=item)
    with dsl.ParallelFor(inner_mappings().output) as item:
        number(n=item.a)
    return first.output


def nested_twice(n: int):
    inner_of_inner(n=n)
    inner_of_inner()


def nested_lists() -> List[int]:
    lists = inner_collected(ns=[1])
    total(ns=lists.outputs["ns"])
    join(datas=lists.outputs["datas"])
    with dsl.ParallelFor(lists.outputs["ns"]) as item:
        number(n=item)
    return lists.outputs["ns"]


def nested_exit_handlers(a: str):
    inner_exit_handler(a=a)
    last = inner_text(a=a)
    with dsl.ExitHandler(last):
        inner_text(a=a)


def told(a: str):
    text(words=a).set_display_name("A b").set_retry(3, "10s", 2.0, "100s").set_caching_options(False)
    text().set_caching_options(True, cache_key="k")
    number().set_retry(1)


def defaults(
    s: str = 'a "b" \\ \n {x}', i: int = 3, f: float = 2.0, b: bool = False, e: str = "",
    many: list = [1, "a", {"b": [2.5]}], d: dict = {"a": {"b": [1]}}, nothing: dict = {},
    o: Optional[str] = None, n: Optional[int] = None, m: Optional[Dict] = None,
):  # fmt: skip
    optional(a=s, b=i)
    optional(a=o, b=n)
    mapping(d=d)
    real(n=f)
    flag(n=b)


def artifacts(data: Input[Dataset], models: Input[List[Model]], o: Optional[Input[Artifact]] = None):
    use(data=data)
    optional()


def described(a: str, n: int = 3) -> str:
    """What it does.

    Args:
        a: The first,
            as "text".
        n: How many.
    """
    return text(words=a).output


def outputs(n: int) -> Three:
    one = several(n=n)
    measure(model=one.outputs["model"])
    return Three(a=one.outputs["a"], model=one.outputs["model"], again=one.outputs["a"])


def types_of_others(model: Input[VertexModel]) -> VertexModel:
    return dsl.importer(artifact_uri="gs://x", artifact_class=VertexModel).output


def importers(uri: str, key: str):
    first = text()
    one = dsl.importer(artifact_uri=uri, artifact_class=Dataset, metadata={"k": key, first.output: [first.output]})
    use(data=one.output)
    dsl.importer(artifact_uri=first.output, artifact_class=Model, reimport=True).set_caching_options(False)
    with dsl.ParallelFor(["s3://a", "s3://b"]) as item:
        dsl.importer(artifact_uri=item, artifact_class=Artifact)
    text().after(one)


def names_of_python(list: str, str: str, dict: str, components: str):
    text(words=list)
    text(words=str)
    text(words=dict)
    text(words=components)


def names_of_its_steps(pipeline: str, text_step: str, number: str):
    text(words=pipeline)
    text(words=text_step)
    text(words=number)


def many_of_one_component(a: str):
    first = text(words=a)
    text(words=text(words=first.output).output)
    number()
    with dsl.ParallelFor([1]) as item:
        number(n=item)
        text()


def values_in_text(a: str, n: int):
    one = text(words=f"{a}-{n} {{x}}")
    mapping(d={"a": [one.output, f"x {n}"], "b": {"c": n}})
    with dsl.If(a == "x"):
        text(words=f"{one.output}{a}")


def values_of_the_run():
    text(words=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    text(words=f"{dsl.PIPELINE_ROOT_PLACEHOLDER}/x {dsl.PIPELINE_TASK_ID_PLACEHOLDER}")


def optional_inputs_of_containers(a: str):
    shell(a=a)
    shell(a="x", n=3)


def passed_on():
    start_elsewhere()
    start_elsewhere(a="y").set_memory_limit("1Gi")
