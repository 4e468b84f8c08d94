"""Pipelines whose steps need what training jobs alone have."""

import functools

from kfp import dsl
from kfp.dsl import Artifact, Model, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def trains(model: Output[Model], folder: str = "") -> dict:
    """Goes on from its checkpoint. When there is none yet it writes one, and another one when it is interrupted."""
    import json
    import os
    import signal
    import sys
    import time

    place = folder or os.environ.get("KFP_SAGEMAKER_CHECKPOINT_DIR", "/tmp")
    checkpoint = os.path.join(place, "state.json")
    if not os.path.exists(checkpoint):

        def write(epoch):
            with open(checkpoint + ".new", "w") as file:
                json.dump({"epoch": epoch}, file)
            os.rename(checkpoint + ".new", checkpoint)

        def interrupted(*_):
            time.sleep(0.5)
            write(4)
            sys.exit(1)

        signal.signal(signal.SIGTERM, interrupted)
        write(3)
        while True:
            time.sleep(0.05)
    with open(checkpoint) as file:
        epoch = json.load(file)["epoch"]
    with open(model.path, "w") as file:
        file.write(f"trained from epoch {epoch}")
    return {"epoch": epoch, "place": place}


@step
def counts_runs() -> int:
    """How often it has run on these instances."""
    import os

    counter = "/opt/ml/sagemaker/warmpoolcache/counter"
    runs = 1
    if os.path.exists(counter):
        with open(counter) as file:
            runs = int(file.read()) + 1
    with open(counter, "w") as file:
        file.write(str(runs))
    return runs


@dsl.container_component
def told(text: str, told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="registry.example.com/team/tool:1", command=["sh", "-c", 'printf %s "$0" > "$1"'], args=[text, told])


@step
def on_gpus() -> str:
    import json

    with open("/opt/ml/input/config/resourceconfig.json") as file:
        return json.load(file)["current_instance_type"]


@dsl.container_component
def joins(
    a: dsl.Input[Artifact], b: dsl.Input[Artifact], c: dsl.Input[Artifact], d: dsl.Input[Artifact], e: dsl.Input[Artifact],
    f: dsl.Input[Artifact], g: dsl.Input[Artifact], h: dsl.Input[Artifact], i: dsl.Input[Artifact], j: dsl.Input[Artifact],
    k: dsl.Input[Artifact], told: dsl.OutputPath(str),
):
    every = [a.path, b.path, c.path, d.path, e.path, f.path, g.path, h.path, i.path, j.path, k.path]
    return dsl.ContainerSpec(image="busybox:1", command=["sh", "-c", 'cat "$@" > "$0"'], args=[told, *every])


@dsl.pipeline
def interrupted(folder: str = ""):
    trains(folder=folder)


@dsl.pipeline
def one_after_the_other():
    first = counts_runs()
    counts_runs().after(first)


@dsl.pipeline
def of_a_private_registry(text: str = "it's here"):
    told(text=text)


@dsl.pipeline
def eight_gpus():
    on_gpus().set_accelerator_type("nvidia-a100-80gb").set_accelerator_limit(8)


@dsl.pipeline
def from_eleven_buckets():
    given = {
        name: dsl.importer(artifact_uri=f"s3://bucket-of-{name}/data", artifact_class=Artifact).output
        for name in "abcdefghijk"
    }
    joins(**given)
