"""Artifacts of shells and other programs, which are given paths and URIs."""

import functools

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)

COPY = """\
cp -r "$0" "$1"
tar -C "${0%/*}" -cf - "${0##*/}" | tar -tf - | sort > "$2"
find "$1" -type f | wc -l > "$3"
"""


@dsl.container_component
def shell_write(text: str, data: Output[Dataset], folder: Output[Model]):
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-ec", 'printf "%s" "$0" > "$1"; mkdir -p "$2/sub"; wc -c < "$1" > "$2/sub/size"'],
        args=[text, data.path, folder.path],
    )


@dsl.container_component
def shell_read(data: Input[Dataset], folder: Input[Model], text: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-ec"],
        args=['cat "$0" "$1/sub/size" > "$2"; find "$1" -type f | wc -l >> "$2"', data.path, folder.path, text],
    )


@dsl.container_component
def shell_uris(data: Input[Dataset], again: Output[Dataset], told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-ec", 'printf "%s %s" "$0" "$1" > "$3"; cp "$2" "$4"'],
        args=[data.uri, again.uri, data.path, told, again.path],
    )


@dsl.container_component
def shell_copy(folder: Input[Artifact], copy: Output[Artifact], archive: Output[Dataset], listed: dsl.OutputPath(str)):
    """Programs that do not follow a link that they are given."""
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-ec", COPY],
        args=[folder.path, copy.path, archive.path, listed],
    )


@step
def odd_names(folder: Output[Artifact]):
    import os

    os.makedirs(f"{folder.path}/a b/c")
    for name in ("a b/c/1+1=2&3%20.txt", "a b/it's \"quoted\"", "a b/#$x*?", "ä", "-n", "zero"):
        with open(f"{folder.path}/{name}", "w") as file:
            file.write("" if name == "zero" else name)


@dsl.pipeline
def copied_folders():
    made = odd_names()
    copied = shell_copy(folder=made.outputs["folder"])
    shell_copy(folder=copied.outputs["copy"])


@dsl.pipeline
def shell_artifacts(text: str):
    made = shell_write(text=text)
    shell_read(data=made.outputs["data"], folder=made.outputs["folder"])
    shell_uris(data=made.outputs["data"])
