"""Pipelines whose steps have commands of every style: long, quoted, expanded by Kubernetes, with optional parts."""

import functools
from typing import Optional

from kfp import dsl
from kfp.dsl import Input, Model, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)

SCRIPT = r"""
set -e
# it's a "script" with $(substitutions), `ticks`, \backslashes\ and "quotes": 100% äöü
out="$0"
{
  printf 'args:%s\n' "$#"
  for each in "$@"; do printf '<%s>\n' "$each"; done
  cat <<'TEXT'
$HOME is not expanded: $(id) `id`
TEXT
  python3 - <<'PROGRAM'
print("it's python", {"a": [1, 2]})
PROGRAM
} > "$out"
""" + "".join(f"# filler line {number} to make it longer than a request's elements may be\n" for number in range(60))

PROGRAM = (
    "import sys\n"
    + "".join(f"value_{number} = 'text of {number}: it\\'s \"$\" ä'\n" for number in range(1100))
    + "open(sys.argv[1], 'w').write(str(len([name for name in dir() if name.startswith('value_')])) + sys.argv[2])\n"
)
"""A source of more than 40,000 characters."""


@dsl.container_component
def script(first: str, second: str, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="python:3.11-slim", command=["sh", "-c", SCRIPT], args=[told, first, "--", second, ""])


@dsl.container_component
def program(word: str, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="python:3.11-slim", command=["python3", "-u", "-c", PROGRAM], args=[told, word])


@dsl.container_component
def optional_parts(
    name: str,
    told: dsl.OutputPath(str),
    extra: Optional[str] = None,
    count: int = 2,
):
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-c", 'printf "[%s]" "$@" > "$0"'],
        args=[
            told,
            dsl.ConcatPlaceholder(["--name=", name, "/", count]),
            dsl.IfPresentPlaceholder(input_name="extra", then=["--extra", extra], else_=["--plain"]),
        ],
    )


@dsl.container_component
def expanded(told: dsl.OutputPath(str), text: str):
    """Kubernetes expands references to the container's own variables, before the launcher fills placeholders."""
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-c", 'printf "%s|" "$@" "$WORD" > "$0"'],
        args=[told, "$(WORD)", "x$(WORD)y", "$$(WORD)", "$(UNKNOWN)", text],
    )


@step
def environment() -> dict:
    import os

    return {name: os.environ.get(name) for name in ("WORD", "SECOND", "EMPTY")}


@dsl.component(base_image="python:3.11-slim", packages_to_install=["PyYAML"])
def bootstrapped(model: Output[Model]) -> str:
    import yaml

    with open(model.path, "w") as file:
        file.write(yaml.safe_dump({"a": [1, "ü"]}))
    return type(model).__name__


@dsl.component(base_image="python:3.11-slim")
def default_bootstrap(model: Input[Model]) -> str:
    return open(model.path).read()


@dsl.container_component
def quiet():
    return dsl.ContainerSpec(image="busybox:1", command=["true"])


@dsl.container_component
def whole_input(number: int, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="python:3.11-slim",
        command=["python3", "-c"],
        args=[
            "import json, os, sys\n"
            "given = json.loads(sys.argv[1])\n"
            "place = given['outputs']['parameters']['told']['outputFile']\n"
            "os.makedirs(os.path.dirname(place), exist_ok=True)\n"
            "open(place, 'w').write(json.dumps(given['inputs']['parameterValues']))\n",
            "{{$}}",
        ],
    )


@dsl.pipeline
def long_scripts():
    script(first="it's\n\"$(id)\"", second="*")
    program(word="end")


@dsl.pipeline
def placeholders():
    optional_parts(name="a b")
    optional_parts(name="$c", extra="it's", count=5)


@dsl.pipeline
def variables(word: str = "$(WORD) stays"):
    expanded(text=word).set_env_variable("WORD", "a 'b' \"c\"")
    environment().set_env_variable("WORD", "ä $(SECOND) $$").set_env_variable("SECOND", "x=y").set_env_variable("EMPTY", "")


@dsl.pipeline
def pip_bootstrap():
    default_bootstrap(model=bootstrapped().outputs["model"])


@dsl.pipeline
def no_outputs():
    first = quiet()
    quiet().after(first)


@dsl.pipeline
def executor_input_by_hand(number: int = 6):
    whole_input(number=number)
