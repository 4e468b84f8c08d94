"""Pipelines whose steps hand artifacts on: files, directories, metadata, URIs, and names that begin alike."""

import functools
from typing import NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, ClassificationMetrics, Dataset, Input, Markdown, Metrics, Model, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def write_data(lines: int, data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.writelines(f"{number},{number % 2}\n" for number in range(int(lines)))
    data.metadata["lines"] = int(lines)


@step
def train(
    data: Input[Dataset], model: Output[Model], metrics: Output[Metrics], page: Output[HTML], notes: Output[Markdown]
) -> float:
    import os

    lines = open(data.path).read().split()
    os.makedirs(f"{model.path}/weights/Ünter ordner")
    for name, content in (("model.bin", bytes(range(256))), ("weights/0", b""), ("weights/Ünter ordner/1", b"\r\n\0")):
        with open(f"{model.path}/{name}", "wb") as file:
            file.write(content)
    model.metadata.update({"framework": "none", "lines": len(lines), "nested": {"a": [1, 2.5]}})
    accuracy = sum(line.endswith(",1") for line in lines) / len(lines)
    metrics.log_metric("accuracy", accuracy)
    metrics.log_metric("lines", len(lines))
    with open(page.path, "w") as file:
        file.write(f"<h1>{accuracy}</h1>")
    with open(notes.path, "w") as file:
        file.write("# done\n")
    return accuracy


@step
def look(model: Input[Model], data: Input[Dataset]) -> dict:
    import hashlib
    import pathlib

    root = pathlib.Path(model.path)
    files = {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
    return {"files": files, "model": model.metadata, "data": data.metadata, "names": [model.name, data.name]}


@step
def confusion(curves: Output[ClassificationMetrics]):
    curves.log_confusion_matrix(["yes", "no"], [[3, 1], [0, 4]])
    curves.log_roc_curve([0.0, 0.5, 1.0], [0.0, 0.9, 1.0], [1.0, 0.5, 0.0])


@step
def with_suffix(model: Output[Model], data: Output[Dataset]):
    import pickle

    model.path += ".pkl"
    with open(model.path, "wb") as file:
        pickle.dump({"weights": [1, 2, 3]}, file)
    data.uri = data.uri + "/part-0.csv"
    import os

    os.makedirs(os.path.dirname(data.path), exist_ok=True)
    with open(data.path, "w") as file:
        file.write("1,2\n")


@step
def read_suffixed(model: Input[Model], data: Input[Dataset]) -> NamedTuple(
    "Read", [("weights", list), ("ends", list), ("text", str)]
):
    import pickle

    with open(model.path, "rb") as file:
        weights = pickle.load(file)["weights"]
    ends = [artifact.uri.rpartition("/")[2] for artifact in (model, data)]
    return (weights, ends, open(data.path).read())


@step
def tell_locations(data: Output[Dataset]) -> NamedTuple("Told", [("uri", str), ("path", str), ("other", str)]):
    from kfp import dsl

    with open(data.path, "w") as file:
        file.write("told")
    other = dsl.get_uri("side")
    import os

    place = other.replace("s3://", "/s3/")
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "w") as file:
        file.write("beside")
    return (data.uri, data.path, other)


@step
def tell_inputs(data: Input[Dataset], uri: str, path: str) -> NamedTuple("Told", [("same", list), ("uri", str)]):
    return ([data.uri == uri, data.path == path, open(path).read()], data.uri)


@step
def returned(text: str) -> Dataset:
    from kfp import dsl

    found = dsl.Dataset(uri=dsl.get_uri("made"), metadata={"text": text})
    import os

    os.makedirs(os.path.dirname(found.path), exist_ok=True)
    with open(found.path, "w") as file:
        file.write(text)
    return found


@step
def read_text(data: Input[Artifact]) -> str:
    return f"{open(data.path).read()} {data.metadata.get('text', '-')}"


@step
def alike(model: Output[Model], model_metrics: Output[Dataset], model_: Output[Artifact]):
    for artifact in (model, model_metrics, model_):
        with open(artifact.path, "w") as file:
            file.write(artifact.name)


@step
def read_one(model: Input[Model]) -> str:
    import os

    return f"{open(model.path).read()} {sorted(os.listdir(os.path.dirname(model.path)))}"


@step
def nothing_written(data: Output[Dataset], note: Output[Markdown]) -> str:
    note.metadata["kept"] = "yes"
    return "done"


@step
def is_there(data: Input[Dataset]) -> bool:
    import os

    return os.path.exists(data.path)


@step
def appends(data: Input[Dataset]) -> str:
    with open(data.path, "a") as file:
        file.write("changed")
    return open(data.path).read()[-12:]


@step
def eleven(
    a: Input[Dataset], b: Input[Dataset], c: Input[Dataset], d: Input[Dataset], e: Input[Dataset], f: Input[Dataset],
    g: Input[Dataset], h: Input[Dataset], i: Input[Dataset], j: Input[Dataset], k: Input[Dataset],
    all_of_them: Output[Dataset],
):  # fmt: skip
    with open(all_of_them.path, "w") as file:
        for artifact in (a, b, c, d, e, f, g, h, i, j, k):
            file.write(open(artifact.path).read() + ";")


@step
def one_of(text: str, data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.write(text)


@step
def from_everywhere(own: Input[Dataset], top: Input[Artifact], other: Input[Dataset], folder: Input[Dataset]) -> list:
    import os

    return [open(artifact.path).read() for artifact in (own, top, other)] + sorted(os.listdir(folder.path))


@dsl.pipeline
def places_of_all_kinds():
    from_everywhere(
        own=one_of(text="own").outputs["data"],
        top=dsl.importer(artifact_uri="s3://kfp-artifacts/top.csv", artifact_class=Artifact).output,
        other=dsl.importer(artifact_uri="s3://given/data/set", artifact_class=Dataset).output,
        folder=dsl.importer(artifact_uri="s3://given/folder", artifact_class=Dataset).output,
    )


@dsl.pipeline
def training() -> float:
    data = write_data(lines=9)
    trained = train(data=data.outputs["data"])
    look(model=trained.outputs["model"], data=data.outputs["data"])
    return trained.outputs["Output"]


@dsl.pipeline
def classification_metrics():
    confusion()


@dsl.pipeline
def changed_paths():
    made = with_suffix()
    read_suffixed(model=made.outputs["model"], data=made.outputs["data"])


@dsl.pipeline
def locations():
    told = tell_locations()
    tell_inputs(data=told.outputs["data"], uri=told.outputs["uri"], path=told.outputs["path"])


@dsl.pipeline
def returned_artifact() -> Dataset:
    made = returned(text="by return")
    read_text(data=made.output)
    return made.output


@dsl.pipeline
def names_alike():
    made = alike()
    read_one(model=made.outputs["model"])


@dsl.pipeline
def missing_artifacts():
    made = nothing_written()
    is_there(data=made.outputs["data"])


@dsl.pipeline
def input_changed_in_place():
    data = write_data(lines=2)
    appends(data=data.outputs["data"])
    appends(data=data.outputs["data"]).after(data)


@dsl.pipeline
def more_inputs_than_a_job_has():
    many = [one_of(text=f"text {number}").outputs["data"] for number in range(2)]
    eleven(**{name: many[index % 2] for index, name in enumerate("abcdefghijk")})


@dsl.pipeline
def imported(uri: str):
    found = dsl.importer(artifact_uri=uri, artifact_class=Dataset, metadata={"text": "imported"})
    read_text(data=found.output)
