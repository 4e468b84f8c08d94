"""Which parameters may travel by way of S3: those that moved steps alone read, however many pipelines are between them."""

from typing import Any, Optional

import pytest
import yaml
from google.protobuf.json_format import MessageToDict
from kfp import dsl
from kfp_sagemaker.container_step.large_values import MOST_TOGETHER
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.passes.large_values import LargeValues, large_values


@dsl.container_component
def make(outs: dsl.OutputPath(str), items: dsl.OutputPath(list), table: dsl.OutputPath(dict), number: dsl.OutputPath(int),
         text: str = ""):
    return dsl.ContainerSpec(image="i", command=["make"], args=[text, outs, items, table, number])


@dsl.container_component
def use(out: dsl.OutputPath(str), text: str = "", items: Optional[list] = None,  # noqa: UP045
        table: Optional[dict] = None, number: int = 1):  # noqa: UP045
    return dsl.ContainerSpec(image="i", command=["use"], args=[text, items, table, number, out])


@dsl.container_component
def kept(out: dsl.OutputPath(str), text: str = ""):
    return dsl.ContainerSpec(image="i", command=["kept"], args=[text, out])


@dsl.container_component
def other_use(out: dsl.OutputPath(str), text: str, items: list, table: dict):
    return dsl.ContainerSpec(image="i", command=["other"], args=[text, items, table, out])


@dsl.pipeline
def using(text: str, items: list) -> str:
    return use(text=text, items=items).outputs["out"]


@dsl.pipeline
def inner_use(text: str, items: list):
    other_use(text=text, items=items, table=make().outputs["table"])


@dsl.pipeline
def making() -> str:
    return make().outputs["outs"]


@dsl.pipeline
def choosing(text: str):
    with dsl.If(text == "a"):
        kept()


def direct():
    made = make()
    use(text=made.outputs["outs"], items=made.outputs["items"], table=made.outputs["table"], number=made.outputs["number"])


def two_readers():
    made = make()
    use(text=made.outputs["outs"])
    use(items=made.outputs["items"])


def one_stays():
    made = make()
    use(text=made.outputs["outs"], items=made.outputs["items"])
    kept(text=made.outputs["outs"])


def of_two_tasks_one_is_read_elsewhere():
    use(text=make(text="a").outputs["outs"])
    kept(text=make(text="b").outputs["outs"])


def into_a_pipeline():
    made = make()
    using(text=made.outputs["outs"], items=made.outputs["items"])


def out_of_a_pipeline():
    use(text=making().output)


def into_a_pipeline_that_chooses():
    choosing(text=make().outputs["outs"])


def in_a_loop():
    made = make()
    with dsl.ParallelFor([1, 2]):
        use(text=made.outputs["outs"], items=made.outputs["items"])


def over_the_value():
    made = make()
    with dsl.ParallelFor(made.outputs["items"]) as item:
        use(text=item, table=made.outputs["table"])


def collected():
    with dsl.ParallelFor([1, 2]):
        made = make()
    use(items=dsl.Collected(made.outputs["outs"]))


def condition():
    made = make()
    with dsl.If(made.outputs["outs"] == "x"):
        use(text=made.outputs["outs"], table=made.outputs["table"])


def within_a_text():
    made = make()
    use(text=f"a {made.outputs['outs']}", table=made.outputs["table"])


def one_of():
    with dsl.If(make().outputs["number"] == 1):
        first = make(text="a")
    with dsl.Else():
        second = make(text="b")
    use(text=dsl.OneOf(first.outputs["outs"], second.outputs["outs"]))


def after_an_exit_handler():
    with dsl.ExitHandler(kept()):
        use(text=make().outputs["outs"])


def pipeline_output() -> str:
    made = make()
    use(text=made.outputs["outs"], table=made.outputs["table"])
    return made.outputs["outs"]


def read_by_nobody():
    make()


def pipeline_of(function: Any) -> Pipeline:
    ir = yaml.safe_dump(MessageToDict(dsl.pipeline(function).pipeline_spec))
    return read_ir(read(ir, "pipeline.yaml"))[0].pipeline


@pytest.mark.parametrize(
    ("function", "outputs", "inputs"),
    [
        (direct, "text items table", "text items table"),
        (two_readers, "text items", "text items"),
        (one_stays, "items", "items"),
        (of_two_tasks_one_is_read_elsewhere, "", ""),
        (into_a_pipeline, "text items", "text items"),
        (out_of_a_pipeline, "text", "text"),
        (into_a_pipeline_that_chooses, "", ""),
        (in_a_loop, "text items", "text items"),
        (over_the_value, "table", "table"),
        (collected, "", ""),
        (condition, "table", "table"),
        (within_a_text, "table", "table"),
        (one_of, "text", "text"),
        (after_an_exit_handler, "text", "text"),
        (pipeline_output, "table", "table"),
        (read_by_nobody, "", ""),
    ],
)
def test_what_moved_steps_alone_read(function: Any, outputs: str, inputs: str) -> None:
    pipeline = pipeline_of(function)
    moved = [name for name in pipeline.components if name.startswith(("comp-make", "comp-use"))
             and pipeline.components[name].dag is None]
    found = large_values(pipeline, moved)

    def of(places: dict[str, Any], step: str) -> set[str]:
        return {name for component, names in places.items() if component.startswith(step) for name in names}

    assert of(dict(found.outputs), "comp-make") == {"outs" if name == "text" else name for name in outputs.split()}
    assert of(dict(found.inputs), "comp-use") == set(inputs.split())
    assert not of(dict(found.outputs), "comp-use")
    assert not of(dict(found.inputs), "comp-make")
    assert large_values(pipeline, []) == LargeValues()


def test_a_value_within_the_items_of_a_loop_stays() -> None:
    """kfp does not write it so; the driver would fill it in."""
    ir = MessageToDict(dsl.pipeline(in_a_loop).pipeline_spec)
    (loop,) = [task for name, task in ir["root"]["dag"]["tasks"].items() if name.startswith("for-loop")]
    loop["parameterIterator"]["items"]["raw"] = """["{{$.inputs.parameters['pipelinechannel--make-outs']}}"]"""
    pipeline = read_ir(read(yaml.safe_dump(ir), "pipeline.yaml"))[0].pipeline
    found = large_values(pipeline, ["comp-make", "comp-use"])
    assert found.outputs["comp-make"] == {"items": MOST_TOGETHER}
    assert found.inputs["comp-use"] == ("items",)


def test_steps_that_are_alike_are_marked_alike() -> None:
    """kfp writes ``make`` and ``use`` once for each pipeline that they are in."""

    @dsl.pipeline
    def own():
        use(text=make().outputs["outs"])

    def both():
        own()
        use(table=make().outputs["table"])

    pipeline = pipeline_of(both)
    steps = [name for name, component in pipeline.components.items() if component.dag is None]
    assert sorted(steps) == ["comp-make", "comp-make-2", "comp-use", "comp-use-2"]
    found = large_values(pipeline, steps)
    half = MOST_TOGETHER // 2
    assert found.outputs == {name: ({"outs": half, "table": half} if "make" in name else {}) for name in steps}
    assert found.inputs == {name: (("table", "text") if "use" in name else ()) for name in steps}


def one_reads_more_than_the_other():
    made = make()
    use(text=made.outputs["outs"])
    inner_use(text=made.outputs["outs"], items=made.outputs["items"])


def test_what_kfp_can_give_to_all_readers_stays() -> None:
    """``outs`` is read by one step alone, and by one together with two others."""
    pipeline = pipeline_of(one_reads_more_than_the_other)
    found = large_values(pipeline, [name for name, component in pipeline.components.items() if component.dag is None])
    third = MOST_TOGETHER // 3
    assert found.outputs["comp-make"] == {"items": third, "outs": third, "table": third}
    assert found.inputs["comp-use"] == ("text",)
    assert found.inputs["comp-other-use"] == ("items", "table", "text")


def test_what_one_step_alone_reads_may_be_nearly_as_much_as_kfp_can_give() -> None:
    pipeline = pipeline_of(out_of_a_pipeline)
    found = large_values(pipeline, [name for name, component in pipeline.components.items() if component.dag is None])
    assert found.outputs["comp-make"] == {"outs": MOST_TOGETHER}
