"""The table of instance types: its rows, and that it agrees with an independent derivation where that is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kfp_sagemaker.instance_types import instance_types
from kfp_sagemaker.service_model.model import service

INDEPENDENT = Path(__file__).parents[3] / "shared" / "limits" / "instance_types.json"
ENUMS = {"processing": "ProcessingInstanceType", "training": "TrainingInstanceType", "transform": "TransformInstanceType"}


@pytest.mark.parametrize(
    ("name", "text", "uses"),
    [
        ("ml.m5.large", "2 vCPUs, 8 GiB", ("processing", "training", "transform", "hosting")),
        ("ml.g4dn.12xlarge", "48 vCPUs, 192 GiB, 4 T4 of 16 GiB", ("processing", "training", "transform", "hosting")),
        ("ml.p4d.24xlarge", "96 vCPUs, 1152 GiB, 8 A100 of 40 GiB", ("training", "hosting")),
        ("ml.trn1.32xlarge", "128 vCPUs, 512 GiB, 16 Trainium", ("training", "transform", "hosting")),
    ],
)
def test_a_row_says_what_the_type_has_and_where_it_is_allowed(name: str, text: str, uses: tuple[str, ...]) -> None:
    row = instance_types()[name]
    assert str(row) == text
    assert row.uses == uses


@pytest.mark.parametrize(("use", "shape"), ENUMS.items())
def test_every_type_of_the_table_is_known_to_the_service_model(use: str, shape: str) -> None:
    known = set(service().shape_for(shape).enum)
    assert {row.name for row in instance_types().values() if use in row.uses} <= known


def test_gpus_and_neuron_devices_are_told_apart() -> None:
    kinds = {row.accelerator: (row.has_gpu, row.has_neuron) for row in instance_types().values()}
    assert kinds["T4"] == (True, False)
    assert kinds["Trainium"] == (False, True)
    assert kinds[""] == (False, False)


def test_the_table_agrees_with_an_independent_derivation() -> None:
    if not INDEPENDENT.is_file():
        print(f"not run: {INDEPENDENT} is not here")
        return
    rows = json.loads(INDEPENDENT.read_text(encoding="utf-8"))
    uses = ("processing", "training", "transform", "hosting")
    theirs = {
        name: (row["vcpu"], row["memory_gib"], row["gpu"], row["arch"], [use for use in uses if row[use]])
        for name, row in rows.items()
        if name.startswith("ml.") and any(row[use] for use in uses)
    }
    ours = {
        name: (row.vcpus, row.memory_gib, 0 if row.has_neuron else row.accelerators, row.architecture, list(row.uses))
        for name, row in instance_types().items()
    }
    assert ours == theirs
