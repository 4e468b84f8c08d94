"""Programs of images with little in them: without a shell, and with a shell but without Python."""

from kfp import dsl
from kfp.dsl import Artifact


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def make(text: str, data: dsl.Output[Artifact]):
    with open(data.path, "w") as file:
        file.write(text)


@dsl.container_component
def copied(data: dsl.Input[Artifact], copy: dsl.Output[Artifact]):
    return dsl.ContainerSpec(image="no-shell:1", command=["/bin/cp"], args=["-T", data.path, copy.path])


@dsl.container_component
def says(text: str, data: dsl.Input[Artifact], said: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="no-python:1", command=["sh", "-c", 'cat "$1" > "$2"; printf " %s" "$0" >> "$2"'], args=[text, data.path, said]
    )


@dsl.pipeline
def without_a_shell(text: str = "it's $(here)"):
    copied(data=make(text=text).output)


@dsl.pipeline
def without_python(text: str = "it's $(here)"):
    says(text=text, data=make(text=text).output)
