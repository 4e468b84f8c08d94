"""Components and pipelines that are run as they are and on SageMaker. ``MOVE`` says how: a function of a component."""

from collections.abc import Callable
from typing import Any, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import HTML, Artifact, Dataset, Input, Metrics, Model, Output, OutputPath

Move = Callable[..., Any]


@dsl.component(base_image="python:3.11")
def make(
    text: str, number: int, ratio: float, flag: bool, items: list, table: dict,
    data: Output[Dataset], model: Output[Model], metrics: Output[Metrics], page: Output[HTML], side: OutputPath(str),
    optional: Optional[str] = None,  # noqa: UP045
    default: str = "d'é\"$(x)\n",
) -> NamedTuple("Made", [("echo", dict), ("uri", str)]):
    import os

    with open(data.path, "w") as file:
        file.write(text)
    os.makedirs(model.path)
    with open(os.path.join(model.path, "weights.bin"), "wb") as file:
        file.write(bytes(range(256)))
    model.metadata["framework"] = "none"
    metrics.log_metric("accuracy", 0.5)
    page.path += ".html"
    with open(page.path, "w") as file:
        file.write("<b>é</b>")
    with open(side, "w") as file:
        file.write("beside\n")
    print("LINE OF THE PROGRAM")
    values = {"number": number, "ratio": ratio, "flag": flag, "items": items, "table": table, "optional": optional,
              "default": default, "env": os.environ.get("COLOR", ""), "own": data.uri.startswith("s3://") and
              dsl.get_uri("more").startswith("s3://")}
    return values, model.uri.rpartition("/")[2]


@dsl.component(base_image="python:3.11")
def read(data: Input[Dataset], model: Input[Model]) -> str:
    import os

    with open(data.path) as file:
        text = file.read()
    return f"{text} {os.listdir(model.path)} {model.metadata['framework']} {data.uri.startswith('s3://')}"


@dsl.container_component
def shell(
    text: str, data: Input[Dataset], copy: Output[Dataset], result: OutputPath(str),
    extra: Optional[str] = None,  # noqa: UP045
    absent: Optional[str] = None,  # noqa: UP045
):
    return dsl.ContainerSpec(
        image="alpine:3",
        command=["sh", "-ec", 'cat "$0" > "$1"; out=$2; shift 2; printf "%s|" "$@" > "$out"'],
        args=[
            data.path, copy.path, result, dsl.ConcatPlaceholder(["--text=", text, ";"]),
            dsl.IfPresentPlaceholder("extra", ["--extra", extra]),
            dsl.IfPresentPlaceholder("absent", ["--absent", absent], ["none"]), "$(date) '\"\\ é",
        ],
    )


@dsl.component(base_image="python:3.11")
def fail(data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.write("half")
    raise SystemExit("it went wrong")


@dsl.component(base_image="python:3.11")
def twelve(
    a: Output[Artifact], b: Output[Artifact], c: Output[Artifact], d: Output[Artifact], e: Output[Artifact],
    f: Output[Artifact], g: Output[Artifact], h: Output[Artifact], i: Output[Artifact], j: Output[Artifact],
    model: Output[Artifact], model_2: Output[Artifact],
):
    import os

    for each in (a, b, c, d, e, f, g, h, i, j, model):
        with open(each.path, "w") as file:
            file.write(each.name)
    os.makedirs(model_2.path + "/deep/er")
    with open(model_2.path + "/deep/er/file", "w") as file:
        file.write("2")


@dsl.container_component
def joined(
    a: Input[Artifact], b: Input[Artifact], c: Input[Artifact], d: Input[Artifact], e: Input[Artifact], f: Input[Artifact],
    g: Input[Artifact], h: Input[Artifact], i: Input[Artifact], j: Input[Artifact], model: Input[Artifact],
    model_2: Input[Artifact], names: OutputPath(str),
):
    return dsl.ContainerSpec(image="alpine:3", command=["sh", "-ec"], args=[
        'out=$1; deep=$2; shift 2; cat "$@" "$deep/deep/er/file" > "$out"', "sh", names, model_2.path, a.path, b.path, c.path,
        d.path,
        e.path, f.path, g.path, h.path, i.path, j.path, model.path])


@dsl.container_component
def copied(data: Input[Artifact], copy: Output[Artifact]):
    return dsl.ContainerSpec(image="cp:1", command=["cp"], args=[data.path, copy.path])


@dsl.container_component
def copied_by_entrypoint(data: Input[Artifact], copy: Output[Artifact]):
    return dsl.ContainerSpec(image="cp:1", args=[data.path, copy.path])


@dsl.component(base_image="python:3.11")
def keeps_a_checkpoint() -> str:
    import os

    folder = os.environ["KFP_SAGEMAKER_CHECKPOINT_DIR"]
    with open(os.path.join(folder, "state"), "w") as file:
        file.write("epoch 1")
    return folder


def with_checkpoints(move: Move, settings: dict[str, Any]) -> Any:
    @dsl.pipeline(name="with-checkpoints")
    def pipeline():
        move(keeps_a_checkpoint, **settings)()

    return pipeline


def everything(move: Move) -> Any:
    @dsl.pipeline(name="everything")
    def pipeline(text: str = "x", extra: str = "e"):
        made = move(make, env={"COLOR": "red"})(
            text=text, number=3, ratio=0.25, flag=True, items=[1, "é"], table={"k": [1, 2.5]})
        move(read)(data=made.outputs["data"], model=made.outputs["model"])
        move(shell, service="training")(text=text, data=made.outputs["data"], extra=extra)

    return pipeline


def many_inputs(move: Move) -> Any:
    @dsl.pipeline(name="many-inputs")
    def pipeline():
        made = twelve().outputs
        move(joined)(**made)
        move(copied, uri_mode="local", shell=False)(data=made["a"])
        move(copied_by_entrypoint)(data=made["b"])

    return pipeline


def failing(move: Move) -> Any:
    @dsl.pipeline(name="failing")
    def pipeline():
        move(fail)()

    return pipeline


def unlinked(move: Move, secrets: tuple[Any, ...]) -> Any:
    """Lightweight steps without KFP's paths in the job, one of which is given secrets."""

    @dsl.pipeline(name="unlinked")
    def pipeline(text: str = "x"):
        made = move(make, uri_mode="local", secrets=secrets)(text=text, number=3, ratio=0.25, flag=True, items=[], table={})
        move(read, uri_mode="local", service="training")(data=made.outputs["data"], model=made.outputs["model"])

    return pipeline


@dsl.component(base_image="python:3.11")
def repeat(text: str, count: int) -> NamedTuple("Repeated", [("whole", str), ("table", dict)]):
    return text * count, {"parts": [text] * count}


@dsl.component(base_image="python:3.11")
def measure(whole: str, table: dict) -> list:
    return [len(whole), len(table["parts"]), whole[:3]]


def large_values(move: Move) -> Any:
    @dsl.pipeline(name="large-values")
    def pipeline(text: str = "x", count: int = 1):
        made = move(repeat, large_values=("whole", "table"))(text=text, count=count).outputs
        move(measure, large_values=("whole", "table"))(whole=made["whole"], table=made["table"])

    return pipeline
