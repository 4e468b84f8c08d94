"""Pipelines that the tests of local runs compile, by their function's name."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Markdown, Metrics, Model, Output


@dsl.component(base_image="python:3.11-slim")
def echo(text: str) -> str:
    return text


@dsl.component(base_image="python:3.11-slim")
def write(data: Output[Dataset], folder: Output[Model], metrics: Output[Metrics], nothing: Output[Markdown]):
    import os

    with open(data.path, "w") as file:
        file.write("digits")
    os.makedirs(folder.path)
    for name in ("a", "b"):
        with open(os.path.join(folder.path, name), "w") as file:
            file.write(name)
    metrics.log_metric("accuracy", 0.5)


@dsl.component(base_image="python:3.11-slim")
def logs_nan(metrics: Output[Metrics]):
    metrics.log_metric("loss", float("nan"))


@dsl.pipeline(name="of-nan")
def of_nan():
    logs_nan()


@dsl.component(base_image="python:3.11-slim")
def read(data: Input[Dataset], folder: Input[Model]) -> str:
    import os

    return open(data.path).read() + " " + " ".join(sorted(os.listdir(folder.path)))


@dsl.component(base_image="python:3.11-slim")
def named(n: int) -> NamedTuple("Named", [("items", list), ("word", str)]):
    return (list(range(n)), "yes")


@dsl.component(base_image="python:3.11-slim")
def join(number: int, text: str) -> str:
    return f"{number}{text}"


@dsl.component(base_image="python:3.11-slim")
def types(number: int, ratio: float, flag: bool, items: list, table: dict) -> str:
    import json

    return json.dumps([number, ratio, flag, items, table])


@dsl.component(base_image="python:3.11-slim")
def fail():
    raise SystemExit(3)


@dsl.component(base_image="python:3.11-slim")
def returns_nothing() -> str:
    pass


@dsl.component(base_image="python:3.11-slim")
def moves_its_artifact(uri: str, data: Output[Dataset]):
    data.uri = uri


@dsl.component(base_image="python:3.11-slim")
def fails_first(bucket: str) -> str:
    """Fails at the first attempt, by KFP's retry index, and tells the folder of its executor output."""
    import os
    import sys

    task_root = next(argument for argument in sys.argv if "outputFile" in argument)
    print("ATTEMPT", os.environ["KFP_RETRY_INDEX"], task_root.split("executor_output.json")[0][-37:])
    if os.environ["KFP_RETRY_INDEX"] == "0":
        raise SystemExit(1)
    return "second"


@dsl.component(base_image="python:3.11-slim")
def waits_for_sigterm(marker: str):
    import pathlib
    import signal
    import sys
    import time

    def stop(*_: object) -> None:
        pathlib.Path(marker + ".stopped").write_text("SIGTERM")
        sys.exit(143)

    signal.signal(signal.SIGTERM, stop)
    pathlib.Path(marker).write_text("running")
    while True:
        time.sleep(0.05)


@dsl.component(base_image="python:3.11-slim")
def environment() -> dict:
    import os

    return {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "KFP_"))}


@dsl.container_component
def boxed(data: Output[Dataset], number: dsl.OutputPath(int)):
    return dsl.ContainerSpec(image="box:1", command=["python3", "/opt/app/program.py"], args=[data.path, number])


@dsl.component(base_image="python:3.11-slim")
def read_boxed(data: Input[Artifact], number: int) -> str:
    return f"{open(data.path).read()} {number}"


@dsl.pipeline
def artifacts():
    written = write()
    read(data=written.outputs["data"], folder=written.outputs["folder"])


@dsl.pipeline
def condition_on_a_named_output():
    word = named(n=1)
    with dsl.If(word.outputs["word"] == "yes"):
        echo(text="taken")
    with dsl.If(word.outputs["word"] == "no"):
        echo(text="not taken")


@dsl.pipeline
def loop_over_a_named_output():
    with dsl.ParallelFor(named(n=3).outputs["items"]) as item:
        join(number=item, text="!")


@dsl.pipeline
def loop_with_a_task_output():
    text = echo(text="outside")
    with dsl.ParallelFor([5, 6]) as item:
        join(number=item, text=text.output)


@dsl.pipeline
def nested_loops():
    with dsl.ParallelFor(named(n=2).outputs["items"]) as outer, dsl.ParallelFor([7, 8]) as inner:
        joined = join(number=outer, text="-")
        join(number=inner, text=joined.output)


@dsl.pipeline
def condition_with_quotes():
    with dsl.If(echo(text="it's").output == "x"):
        echo(text="never")


@dsl.pipeline
def typed(number: int, ratio: float = 2.0, flag: bool = True, items: list = [1, 2.5], table: dict = {"n": 3}):  # noqa: B006
    types(number=number, ratio=ratio, flag=flag, items=items, table=table)


@dsl.pipeline
def exit_handler():
    with dsl.ExitHandler(echo(text="at the end")):
        fail()


@dsl.pipeline
def missing_parameter():
    echo(text=returns_nothing().output)


@dsl.pipeline
def artifact_elsewhere(uri: str):
    moves_its_artifact(uri=uri)


@dsl.pipeline
def retried():
    fails_first(bucket="").set_retry(1)


@dsl.pipeline
def long(marker: str):
    waits_for_sigterm(marker=marker)


@dsl.pipeline
def long_in_a_loop(marker: str):
    with dsl.ParallelFor([1, 2, 3]) as item:
        waits_for_sigterm(marker=f"{marker}-{item}")


@dsl.component(base_image="python:3.11-slim")
def tell_status(status: dsl.PipelineTaskFinalStatus) -> str:
    return f"{status.state} {status.error_message}"


@dsl.pipeline
def exit_handler_with_status():
    with dsl.ExitHandler(tell_status()):
        fail()


@dsl.pipeline
def shows_environment():
    environment()


@dsl.pipeline
def container():
    made = boxed()
    read_boxed(data=made.outputs["data"], number=made.outputs["number"])


@dsl.pipeline
def inner(text: str) -> str:
    return echo(text=text).output


@dsl.pipeline
def nested():
    first = inner(text="one")
    inner(text=f"{first.output} two")


@dsl.pipeline
def imported(uri: str):
    found = dsl.importer(artifact_uri=uri, artifact_class=Dataset)
    read_boxed(data=found.output, number=1)


@dsl.pipeline
def placeholder_inside():
    echo(text=f"run-{dsl.PIPELINE_JOB_ID_PLACEHOLDER}")


@dsl.component(base_image="python:3.11-slim", install_kfp_package=False)
def without_bootstrap(text: dsl.OutputPath(str), word: dsl.OutputPath(str)):
    import os

    with open(text, "w", newline="") as file:
        file.write("one\r\ntwo\n")
    with open(word, "w") as file:
        file.write(os.environ["WORD"])


@dsl.pipeline
def variables():
    without_bootstrap().set_env_variable("FIRST", "a $$").set_env_variable("WORD", "$(FIRST) $(UNKNOWN)")


@dsl.pipeline
def artifact_of_a_branch(size: int) -> Dataset:
    with dsl.If(size > 5):
        large = write()
    with dsl.Else():
        small = write()
    chosen = dsl.OneOf(large.outputs["data"], small.outputs["data"])
    read_boxed(data=chosen, number=1)
    return chosen


@dsl.pipeline
def independent():
    for number in range(12):
        echo(text=str(number))
