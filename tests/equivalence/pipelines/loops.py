"""Pipelines with loops: over constants, outputs and dicts, in each other, with what their iterations left collected."""

import functools
from typing import List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def numbers(count: int) -> list:
    return [number * 10 for number in range(int(count))]


@step
def join(left: str, right: str) -> str:
    return f"{left}{right}"


@step
def square(number: int) -> int:
    return int(number) ** 2


@step
def total(values: List[int]) -> int:
    return int(sum(values))


@step
def words(values: list) -> str:
    return " ".join(map(str, values))


@step
def shard(number: int, data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.write(f"shard {int(number)}\n" * (int(number) + 1))
    data.metadata["number"] = int(number)


@step
def merge(shards: Input[List[Dataset]], merged: Output[Dataset]) -> list:
    with open(merged.path, "w") as file:
        for artifact in shards:
            file.write(open(artifact.path).read())
    return [artifact.metadata["number"] for artifact in shards]


@step
def count_lines(data: Input[Dataset]) -> int:
    return len(open(data.path).read().splitlines())


@step
def fails_on(number: int, bad: int) -> int:
    if int(number) == int(bad):
        raise SystemExit(9)
    return int(number)


@dsl.container_component
def shell_shard(number: int, data: Output[Artifact]):
    return dsl.ContainerSpec(
        image="busybox:1", command=["sh", "-c", 'printf "number %s" "$0" > "$1"'], args=[number, data.path]
    )


@dsl.pipeline
def loop_over_constants():
    with dsl.ParallelFor(["a", "b b", "it's $c"]) as item:
        first = join(left=item, right="-")
        join(left=first.output, right=item)


@dsl.pipeline
def loop_over_an_output(count: int = 3):
    made = numbers(count=count)
    with dsl.ParallelFor(made.output) as item:
        square(number=item)


@dsl.pipeline
def loop_over_a_parameter(items: List[str] = ["x", "y"]):
    with dsl.ParallelFor(items, parallelism=1) as item:
        join(left=item, right=item)


@dsl.pipeline
def loop_over_dicts():
    with dsl.ParallelFor([{"word": "a", "end": "?"}, {"word": "b", "end": "it's"}]) as item:
        join(left=item.word, right=item.end)


@dsl.pipeline
def loops_in_loops():
    with dsl.ParallelFor([1, 2]) as outer:
        squared = square(number=outer)
        with dsl.ParallelFor(["p", "q"]) as inner:
            join(left=inner, right=f"{squared.output}")


@dsl.pipeline
def collected_parameters() -> int:
    with dsl.ParallelFor([3, 1, 2]) as item:
        squared = square(number=item)
    words(values=dsl.Collected(squared.output))
    return total(values=dsl.Collected(squared.output)).output


@dsl.pipeline
def collected_artifacts() -> List[Dataset]:
    with dsl.ParallelFor([2, 0, 1]) as item:
        made = shard(number=item)
        count_lines(data=made.outputs["data"])
    merge(shards=dsl.Collected(made.outputs["data"]))
    return dsl.Collected(made.outputs["data"])


@dsl.pipeline
def collected_from_loops_in_loops():
    with dsl.ParallelFor([0, 1]) as outer:
        with dsl.ParallelFor([2, 0]) as inner:
            made = shard(number=inner)
        square(number=outer)
    merge(shards=dsl.Collected(made.outputs["data"]))


@dsl.pipeline
def conditions_in_loops():
    with dsl.ParallelFor([1, 5, 9]) as item:
        squared = square(number=item)
        with dsl.If(squared.output > 20):
            join(left="big", right="!")
        with dsl.Else():
            join(left="small", right="!")


@dsl.pipeline
def failure_in_a_loop():
    with dsl.ParallelFor([0, 1]) as item:
        checked = fails_on(number=item, bad=0)
        square(number=checked.output)


@dsl.pipeline
def containers_in_a_loop():
    with dsl.ParallelFor([4, 5]) as item:
        shell_shard(number=item)


@dsl.pipeline
def empty_loop():
    made = numbers(count=0)
    with dsl.ParallelFor(made.output) as item:
        square(number=item)
    words(values=made.output)
