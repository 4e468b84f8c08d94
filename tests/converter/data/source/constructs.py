"""One pipeline for each construct of KFP 2, as small as it can be. The name of a function is the construct's."""

from typing import NamedTuple, Optional

from kfp import dsl, kubernetes

IMAGE = "python:3.11"


@dsl.component(base_image=IMAGE)
def make(rows: int, data: dsl.Output[dsl.Dataset]) -> int:
    return rows


@dsl.component(base_image=IMAGE)
def numbers() -> list:
    return [1, 2]


@dsl.component(base_image=IMAGE)
def total(rows: list) -> int:
    return sum(rows)


@dsl.component(base_image=IMAGE)
def merge(parts: dsl.Input[list[dsl.Dataset]]):
    print(len(parts))


@dsl.component(base_image=IMAGE)
def use(data: dsl.Input[dsl.Dataset], note: Optional[str] = None, more: Optional[dsl.Input[dsl.Dataset]] = None):
    print(note, more)


@dsl.component(base_image=IMAGE)
def notify(status: dsl.PipelineTaskFinalStatus):
    print(status.state)


@dsl.pipeline
def condition(rows: int):
    with dsl.If(rows > 5):
        make(rows=rows)


@dsl.pipeline
def if_elif_else(rows: int):
    with dsl.If(rows > 5):
        make(rows=5)
    with dsl.Elif(rows > 3):
        make(rows=3)
    with dsl.Else():
        make(rows=1)


@dsl.pipeline
def static_loop():
    with dsl.ParallelFor([1, 2, 3], parallelism=2) as rows:
        make(rows=rows)


@dsl.pipeline
def runtime_loop():
    with dsl.ParallelFor(numbers().output) as rows:
        make(rows=rows)


@dsl.pipeline
def nested_loop():
    with dsl.ParallelFor([1, 2]) as rows:
        make(rows=rows)
        with dsl.ParallelFor(["a", "b"]):
            make(rows=rows)


@dsl.pipeline
def exit_handler():
    with dsl.ExitHandler(notify()):
        make(rows=1)


@dsl.pipeline
def inner(rows: int) -> dsl.Dataset:
    return make(rows=rows).outputs["data"]


@dsl.pipeline
def nested_pipeline(rows: int):
    use(data=inner(rows=rows).output)


@dsl.pipeline
def one_of(rows: int) -> int:
    with dsl.If(rows > 5):
        many = make(rows=rows)
    with dsl.Else():
        few = make(rows=1)
    return dsl.OneOf(many.outputs["Output"], few.outputs["Output"])


@dsl.pipeline
def collected() -> int:
    with dsl.ParallelFor([1, 2]) as rows:
        made = make(rows=rows)
    return total(rows=dsl.Collected(made.outputs["Output"])).output


@dsl.pipeline
def caching_off():
    make(rows=1).set_caching_options(False)


@dsl.pipeline
def retries():
    make(rows=1).set_retry(3, backoff_duration="30s", backoff_factor=1.5)


@dsl.pipeline(display_name="All of it")
def display_names():
    make(rows=1).set_display_name("Make it")


@dsl.pipeline
def defaults(
    rows: int = 3, share: float = 0.5, name: str = "x: y", on: bool = True, many: list = [1, "a"], by: dict = {"a": 1}
):
    make(rows=rows)


Outputs = NamedTuple("Outputs", [("rows", int), ("data", dsl.Dataset)])


@dsl.pipeline
def pipeline_outputs() -> Outputs:
    made = make(rows=1)
    return Outputs(made.outputs["Output"], made.outputs["data"])


@dsl.pipeline
def imported():
    use(data=dsl.importer(artifact_uri="s3://bucket/data", artifact_class=dsl.Dataset, reimport=True).output)


@dsl.pipeline
def optional_inputs(note: Optional[str] = None):
    use(data=make(rows=1).outputs["data"], note=note)


@dsl.pipeline
def artifact_lists():
    with dsl.ParallelFor([1, 2]) as rows:
        made = make(rows=rows)
    merge(parts=dsl.Collected(made.outputs["data"]))


@dsl.pipeline
def kubernetes_document():
    made = make(rows=1)
    kubernetes.use_secret_as_env(made, secret_name="undecided", secret_key_to_env={"key": "KEY"})
    used = use(data=made.outputs["data"])
    kubernetes.add_pod_label(used, "team", "search")


@dsl.pipeline
def resources():
    make(rows=1).set_cpu_request("3").set_memory_limit("12G").set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)


@dsl.pipeline
def runtime_resources(memory: str):
    make(rows=1).set_memory_request(memory)
