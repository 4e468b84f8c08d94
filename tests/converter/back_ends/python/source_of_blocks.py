"""Conditions, loops and exit handlers, as a user of KFP writes them: small pipelines, one for each construct."""

from typing import Dict, List

from kfp import dsl, kubernetes
from kfp.dsl import Dataset
from source_of_steps import flag, join, make, mapping, mappings, notify, number, real, text, texts, total, use


def if_of_inputs(a: str, n: int, r: float, ok: bool):
    with dsl.If(a == "it's"):
        text()
    with dsl.If(a != 'say "x" \\ back'):
        text()
    with dsl.If("b" == a):
        text()
    with dsl.If(n >= 3):
        text()
    with dsl.If(n == -1):
        text()
    with dsl.If(r < 0.5):
        text()
    with dsl.If(r > 0):
        text()
    with dsl.If(r >= -1):
        text()
    with dsl.If(n < 0.5):
        text()
    with dsl.If(ok == True):
        text()


def if_of_two_values(a: str, b: str):
    first = text()
    with dsl.If(first.output == a, name="the same"):
        text(words=b)


def if_elif_without_else(n: int):
    with dsl.If(n > 3):
        make(n=1)
    with dsl.Elif(n > 2):
        make(n=2)


def branches_in_branches(n: int, m: int):
    with dsl.If(n > 3):
        with dsl.If(m > 1):
            text(words="a")
        with dsl.Else():
            text(words="b")
    with dsl.Elif(n == 2):
        text()
    with dsl.Else():
        with dsl.If(m > 1):
            with dsl.If(n < 2):
                text(words="c")


def one_of_is_returned(n: int) -> str:
    first = number(n=n)
    with dsl.If(first.output > 3, name="big"):
        x = text(words="x")
    with dsl.Elif(first.output > 2, name="middle"):
        y = text(words="y")
    with dsl.Else(name="small"):
        z = text(words="z")
    return dsl.OneOf(x.output, y.output, z.output)


def one_of_is_used_in_another_order(n: int):
    with dsl.If(n > 3):
        x, made = text(words="x"), make()
    with dsl.Else():
        y, other = text(words="y"), make()
    use(data=dsl.OneOf(made.outputs["data"], other.outputs["data"]))
    text(words=dsl.OneOf(x.output, y.output))
    number(n=1)
    text(words=dsl.OneOf(x.output, y.output))


def one_of_in_a_branch(n: int, m: int) -> str:
    with dsl.If(n > 3):
        with dsl.If(m > 1):
            a = text(words="a")
        with dsl.Else():
            b = text(words="b")
        c = text(words=dsl.OneOf(a.output, b.output))
    with dsl.Else():
        d = text(words="d")
    one = dsl.OneOf(c.output, d.output)
    with dsl.If(one == "x"):
        text(words=one)
    return one


def loops_over_constants():
    with dsl.ParallelFor(["a", "b"]) as item:
        text(words=item)
    with dsl.ParallelFor([1, 2], parallelism=2, name="numbers") as item:
        number(n=item)
    with dsl.ParallelFor([1.5, 2]) as item:
        real(n=item)
    with dsl.ParallelFor([True, False]) as item:
        flag(n=item)
    with dsl.ParallelFor([{"a": 1, "b": 2}]) as item:
        number(n=item.a)
        mapping(d=item)
    with dsl.ParallelFor([{"class": "x"}]) as item:
        text(words=getattr(item, "class"))
    with dsl.ParallelFor([{"a": {"b": 1}}, {"a": {"b": 2}}]) as item:
        mapping(d=item.a)


def loops_over_mappings_of_several_types():
    with dsl.ParallelFor([{"title": "x", "count": 1, "more": {"a": 1}}, {"title": "y", "count": 2}]) as item:
        text(words=item.title)
    with dsl.ParallelFor([{"weight": 0.5, "b": "x"}]) as item:
        real(n=item.weight)
    with dsl.ParallelFor([{"z": {"b": 1}, "a": 1, "b": "x"}]) as item:
        mapping(d=item.z)


def loops_at_run_time(words: List[str], maps: List[Dict[str, int]], plain: list):
    with dsl.ParallelFor(words) as item:
        text(words=item)
    with dsl.ParallelFor(maps) as item:
        number(n=item.a)
        with dsl.If(item.b == 1):
            number(n=item.c)
        mapping(d=item)
    with dsl.ParallelFor(plain) as item:
        text(words=f"x{item}y")
    with dsl.ParallelFor(texts().output) as item:
        text(words=item)
    made = mappings()
    with dsl.ParallelFor(made.output) as item:
        number(n=item.a)
    with dsl.ParallelFor(made.output) as item:
        mapping(d=item)


def members_of_items(maps: List[Dict[str, int]], words: List[Dict[str, str]], n: int):
    with dsl.ParallelFor(maps) as item:
        with dsl.If(n > 1):
            with dsl.If(item.a == 1):
                number(n=item.b)
    with dsl.ParallelFor(words) as item:
        with dsl.If(item.kind == "a"):
            text(words=item.word)
        with dsl.Elif(item.kind == "b"):
            text(words=item.word)


def loops_in_loops(lists: List[List[int]], maps: List[Dict[str, List[int]]]):
    with dsl.ParallelFor([1, 2]) as outer:
        with dsl.ParallelFor([3, 4]) as inner:
            one = number(n=outer)
            number(n=inner)
            with dsl.If(outer == 2):
                number(n=one.output)
    with dsl.ParallelFor(lists) as outer:
        with dsl.ParallelFor(outer) as inner:
            number(n=inner)
    with dsl.ParallelFor(maps) as outer:
        with dsl.ParallelFor(outer.a) as inner:
            number(n=inner)
    with dsl.ParallelFor([{"a": ["x", "y"]}]) as outer:
        with dsl.ParallelFor(outer.a) as inner:
            text(words=inner)


def loops_over_artifacts(datas: List[Dataset]):
    with dsl.ParallelFor(datas) as data:
        use(data=data)


def text_in_blocks_in_blocks(n: int):
    outer = number(n=n)
    with dsl.ParallelFor([1, 2]) as one:
        inner = number(n=outer.output)
        with dsl.If(one == 1):
            with dsl.ParallelFor(["a"]) as two:
                text(words=f"{inner.output} {outer.output} {one} {two} {n}")


def collected() -> List[int]:
    with dsl.ParallelFor([1, 2]) as item:
        one, made = number(n=item), make(n=item)
    total(ns=dsl.Collected(one.output))
    join(datas=dsl.Collected(made.outputs["data"]))
    return dsl.Collected(one.output)


def collected_artifacts() -> List[Dataset]:
    with dsl.ParallelFor([1, 2]) as item:
        made = make(n=item)
    return dsl.Collected(made.outputs["data"])


def collected_in_blocks(n: int):
    with dsl.If(n == 1):
        with dsl.ParallelFor([1, 2]) as outer:
            with dsl.ParallelFor([1, 2]):
                one = number(n=outer)
            total(ns=dsl.Collected(one.output))


def exit_handlers(a: str):
    last, other = notify(why=a), text(words="bye")
    with dsl.ExitHandler(last, name="whatever happens"):
        one = text(words=a)
        with dsl.If(one.output == "x"):
            text()
    with dsl.ExitHandler(other):
        text(words=a)
    text()


def after_an_exit_handler(a: str):
    last = notify(why=a)
    with dsl.ExitHandler(last) as handler:
        text(words=a)
    text().after(handler)


def after_blocks_and_in_blocks(n: int):
    first = number(n=n)
    second = number().after(first)
    with dsl.ParallelFor([1, 2]) as item:
        third = number(n=item).after(first, second)
        number(n=item).after(third)
        last = number(n=item)
    fourth = text().after(last)
    with dsl.If(n == 2):
        fifth = text().after(fourth)
        text().after(fifth)


def after_failures(a: str, n: int):
    one = text(words=a)
    text(words=one.output).ignore_upstream_failure()
    notify(why="x").after(one).ignore_upstream_failure()
    with dsl.If(n == 1):
        two = number(n=n)
        notify(why="x").after(two).ignore_upstream_failure()


def settings_in_blocks(name: str):
    first = text()
    with dsl.ParallelFor([1]) as item:
        one = number(n=item).set_memory_limit("1Gi").set_env_variable("A", "b")
        kubernetes.use_secret_as_env(one, secret_name=name, secret_key_to_env={"a": "B"})
        kubernetes.mount_pvc(number(n=item), pvc_name=first.output, mount_path="/x")
