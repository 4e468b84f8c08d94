"""Pipelines whose steps get values as large as KFP can give them, in commands of every style."""

import functools

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
