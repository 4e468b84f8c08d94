"""Pipelines whose steps get values as large as KFP can give them, in commands of every style."""

import functools
from typing import NamedTuple

from kfp import dsl

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)

FILLING = "".join(f"# filler line {number}: it's \"quoted\", $(id), `id`, \\, ä and 漢\n" for number in range(1_000))
"""More than 50,000 bytes that are a comment in a shell and in Python."""

TELL = "import sys\nopen(sys.argv[-1], 'w', encoding='utf-8').write('\\n--\\n'.join(sys.argv[1:-1]))\n"

SHELL = """
out=$1
shift
printf %s "$1" > "$out"
shift
for each in "$@"; do printf '\\n--\\n%s' "$each" >> "$out"; done
"""


@dsl.container_component
def shell(first: str, second: str, items: list, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="busybox:1", command=["sh", "-c", SHELL], args=["sh", told, first, second, items])


@dsl.container_component
def shell_program(first: str, second: str, items: list, told: dsl.OutputPath(str)):
    """A long program in the command, which itself starts another with the values."""
    text = FILLING + 'out=$0\n"$@" "$out"\n'
    return dsl.ContainerSpec(
        image="python:3.11-slim", command=["sh", "-ec", text], args=[told, "python3", "-c", TELL, first, second, items])


@dsl.container_component
def python_program(first: str, second: str, items: list, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="python:3.11-slim", command=["python3", "-u", "-c", FILLING + TELL], args=[first, second, items, told])


@dsl.container_component
def python_module(first: str, second: str, items: list, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="tools:1", command=["python3", "-m", "tell"], args=[first, second, items, told])


@dsl.container_component
def plain(first: str, second: str, items: list, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="tools:1", command=["/tools/tell"], args=[first, second, items, told])


@step
def lightweight(first: str, second: str, items: list) -> str:
    import json

    # FILLING
    return "\n--\n".join([first, second, json.dumps(items, ensure_ascii=False)])


@dsl.component(base_image="python:3.11-slim")
def bootstrapped(first: str, second: str, items: list) -> str:
    import json

    # FILLING
    return "\n--\n".join([first, second, json.dumps(items, ensure_ascii=False)])


for each in (lightweight, bootstrapped):
    command = each.component_spec.implementation.container.command
    command[-1] = command[-1].replace("# FILLING\n", "# FILLING\n" + FILLING.replace("#", "    #"))


@dsl.pipeline
def large_values(first: str = "", second: str = "", items: list = []):
    for each in (shell, shell_program, python_program, python_module, plain, lightweight, bootstrapped):
        each(first=first, second=second, items=items)


LARGE = "".join(f"{number:06}: it's \"quoted\", $(id), `id`, \\, ä and 漢\n" for number in range(6_000)) + "\n\n"
"""More than 300,000 bytes, which end in line breaks."""


@step
def produce(text: str, count: int) -> NamedTuple("Outputs", [("whole", str), ("items", list), ("table", dict)]):
    whole = text * count
    return whole, whole.splitlines(keepends=True), {"lines": whole.splitlines(), "é": [1, 2.5, None, True]}


@dsl.container_component
def produce_in_shell(whole: dsl.OutputPath(str), items: dsl.OutputPath(list)):
    text = 'i=0; line="ä and 漢"; while [ $i -lt 15000 ]; do echo "$i: $line"; i=$((i+1)); done > "$0"\n'
    text += """printf '["%s"' a > "$1"; sed 's/.*/,"&"/' "$0" >> "$1"; echo ']' >> "$1"\n"""
    return dsl.ContainerSpec(image="busybox:1", command=["sh", "-ec", text], args=[whole, items])


@step
def digest(text: str = "", items: list = [], table: dict = {}) -> str:
    import hashlib
    import json

    parts = text, json.dumps(items, ensure_ascii=False), json.dumps(table, ensure_ascii=False, sort_keys=True)
    return " ".join(f"{len(part)}:{hashlib.sha256(part.encode()).hexdigest()}" for part in parts)


@dsl.pipeline
def inner(text: str, items: list):
    digest(text=text, items=items).set_display_name("inner digest")


@dsl.pipeline
def handed_on(line: str = LARGE[:60], count: int = 5_000):
    """Values of 300 kB each, by steps of both kinds to steps of every style that can be given one."""
    made = produce(text=line, count=count)
    digest(text=made.outputs["whole"], items=made.outputs["items"], table=made.outputs["table"])
    for each in (shell, python_program, python_module, bootstrapped):
        each(first=made.outputs["whole"], second="é", items=made.outputs["items"])
    in_shell = produce_in_shell()
    with dsl.ParallelFor([1, 2]):
        inner(text=in_shell.outputs["whole"], items=in_shell.outputs["items"])


@step
def produce_three(text: str, count: int) -> NamedTuple("Outputs", [("first", str), ("second", str), ("items", list)]):
    return text * count, (text * count).upper(), [text] * count


@dsl.pipeline
def spread(line: str = LARGE[:60], count: int = 1_600):
    """Values of 300 kB in all, each of which any program can be given."""
    made = produce_three(text=line, count=count)
    for each in (shell_program, plain):
        each(first=made.outputs["first"], second=made.outputs["second"], items=made.outputs["items"])


@dsl.pipeline
def read_by_others(line: str = "y" * 50_000 + "\n") -> str:
    """Values that more than moved steps read stay what they are."""
    made = produce(text=line, count=2)
    digest(table=made.outputs["table"])
    with dsl.ParallelFor(made.outputs["items"]) as item:
        digest(text=item)
    return made.outputs["whole"]
