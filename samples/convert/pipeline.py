"""A training pipeline as many teams have it: lightweight components, nothing in it knows SageMaker.

`kfp-sagemaker convert` makes of it the same pipeline with its heavy steps on SageMaker; README.md runs both.
"""

import csv
import functools
from pathlib import Path

from kfp import dsl
from kfp.dsl import Dataset, Input, Markdown, Metrics, Model, Output

IMAGE = "iris-sample:1"
#: Fisher's measures of 150 irises (https://archive.ics.uci.edu/dataset/53/iris, CC BY 4.0).
FLOWERS = list(csv.reader(Path(__file__).with_name("iris.csv").read_text().splitlines()))

# The image has kfp, so that steps start without pip.
step = functools.partial(dsl.component, base_image=IMAGE, install_kfp_package=False)


@step
def split(flowers: list, test_part: float, seed: int, train_rows: Output[Dataset], test_rows: Output[Dataset]) -> int:
    """The flowers in two files, shuffled."""
    import csv
    import random

    header, *rows = flowers
    random.Random(int(seed)).shuffle(rows)
    tested = round(len(rows) * test_part)
    for artifact, part in ((test_rows, rows[:tested]), (train_rows, rows[tested:])):
        with open(artifact.path, "w", newline="") as file:
            csv.writer(file).writerows([header, *part])
        artifact.metadata["rows"] = len(part)
    return len(rows)


@step
def train(rows: Input[Dataset], epochs: int, rate: float, model: Output[Model], metrics: Output[Metrics]):
    """A softmax regression, by gradient descent."""
    import csv
    import json
    import math

    with open(rows.path, newline="") as file:
        _, *lines = csv.reader(file)
    species = sorted({line[-1] for line in lines})
    examples = [([1.0, *map(float, line[:-1])], species.index(line[-1])) for line in lines]
    weights = [[0.0] * len(examples[0][0]) for _ in species]
    loss = 0.0
    for epoch in range(int(epochs)):
        slopes, loss = [[0.0] * len(row) for row in weights], 0.0
        for features, target in examples:
            scores = [sum(weight * feature for weight, feature in zip(row, features, strict=True)) for row in weights]
            powers = [math.exp(score - max(scores)) for score in scores]
            shares = [power / sum(powers) for power in powers]
            loss -= math.log(shares[target]) / len(examples)
            for kind, share in enumerate(shares):
                error = (share - (kind == target)) / len(examples)
                for position, feature in enumerate(features):
                    slopes[kind][position] += error * feature
        weights = [[w - rate * s for w, s in zip(row, slope, strict=True)] for row, slope in zip(weights, slopes, strict=True)]
        if epoch % 100 == 0:
            print(f"epoch {epoch}: loss {loss:.4f}", flush=True)
    with open(model.path, "w") as file:
        json.dump({"species": species, "weights": weights}, file)
    model.metadata["framework"] = "none"
    metrics.log_metric("loss", loss)
    metrics.log_metric("epochs", int(epochs))


@step
def evaluate(rows: Input[Dataset], model: Input[Model], report: Output[Markdown]) -> float:
    """The part of the flowers that the model names rightly."""
    import csv
    import json

    with open(model.path) as file:
        trained = json.load(file)
    with open(rows.path, newline="") as file:
        _, *lines = csv.reader(file)
    right = 0
    table = ["| flower | named |", "|---|---|"]
    for line in lines:
        features = [1.0, *map(float, line[:-1])]
        scores = [sum(w * f for w, f in zip(row, features, strict=True)) for row in trained["weights"]]
        named = trained["species"][scores.index(max(scores))]
        right += named == line[-1]
        table.append(f"| {line[-1]} | {named} |")
    with open(report.path, "w") as file:
        file.write("\n".join(table))
    return right / len(lines)


@step
def announce(text: str) -> str:
    """Glue: passes parameters only, and stays in the cluster when the pipeline is converted."""
    print(text)
    return text


@dsl.pipeline(name="iris", description="Learns to tell three species of iris by four measures.")
def iris(flowers: list = FLOWERS, epochs: int = 300, rate: float = 0.1, test_part: float = 0.2, seed: int = 7):
    rows = split(flowers=flowers, test_part=test_part, seed=seed)
    trained = train(rows=rows.outputs["train_rows"], epochs=epochs, rate=rate)
    trained.set_cpu_limit("2").set_memory_limit("8Gi")
    evaluated = evaluate(rows=rows.outputs["test_rows"], model=trained.outputs["model"])
    with dsl.If(evaluated.outputs["Output"] > 0.9):
        announce(text=f"accurate to {evaluated.outputs['Output']}").set_display_name("good")
