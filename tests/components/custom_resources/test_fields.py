"""The field tables, against a summary of the CRDs that was made by other means, and against botocore's model."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.custom_resources.fields import Field, field_table, kinds

DATA = Path(__file__).parents[2] / "data"
SUMMARY: dict[str, dict[str, Any]] = json.loads((DATA / "ack_crd_summary.json").read_text())
MISSING: dict[str, list[str]] = json.loads((DATA / "ack_crd_missing_fields.json").read_text())
CRDS = Path(__file__).parents[2] / "e2e" / "crds"
each = pytest.mark.parametrize("kind", sorted(SUMMARY))
_WORDS = {"object": "obj", "string": "str", "integer": "int", "boolean": "bool", "date-time": "str:date-time"}


def summarized(field: Field) -> str:
    if field.type == "array":
        assert field.item is not None
        return f"[{summarized(field.item)}]"
    if field.type == "map":
        assert field.item is not None
        return f"map<{summarized(field.item)}>"
    return _WORDS[field.type]


def test_there_is_a_table_of_every_kind() -> None:
    assert set(kinds()) == set(SUMMARY)


@each
def test_plural_and_required_fields(kind: str) -> None:
    table = field_table(kind)

    assert table.plural == SUMMARY[kind]["plural"]
    assert {table.spec.members[member].name for member in table.required} == set(SUMMARY[kind]["required"])


@each
def test_fields_and_types_of_the_spec(kind: str) -> None:
    table = field_table(kind)
    fields = {field.name: summarized(field) for field in table.spec.members.values()}

    assert fields == {name: kind for name, kind in SUMMARY[kind]["spec"].items() if name not in table.added}


@each
def test_fields_and_types_of_the_status(kind: str) -> None:
    fields = {field.name: summarized(field) for field in field_table(kind).status.members.values()}

    assert fields | {"ackResourceMetadata": "obj", "conditions": "[obj]"} == SUMMARY[kind]["status"]


@each
def test_members_that_the_crd_lacks(kind: str) -> None:
    assert set(field_table(kind).missing) == set(MISSING[kind])


@pytest.mark.parametrize(("kind", "path", "name"), [
    ("TrainingJob", "RoleArn", "roleARN"),
    ("TrainingJob", "OutputDataConfig.KmsKeyId", "kmsKeyID"),
    ("TrainingJob", "InputDataConfig.DataSource.S3DataSource.S3Uri", "s3URI"),
    ("EndpointConfig", "KmsKeyId", "kmsKeyID"),
    ("Model", "PrimaryContainer.ModelDataUrl", "modelDataURL"),
    ("HyperParameterTuningJob", "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.Type", "type_"),
    ("LabelingJob", "HumanTaskConfig.UiConfig.HumanTaskUiArn", "humanTaskUIARN"),
    ("TransformJob", "TransformResources.TransformAmiVersion", "transformAMIVersion"),
])
def test_fields_that_no_rule_of_spelling_gives(kind: str, path: str, name: str) -> None:
    field = field_table(kind).spec
    for member in path.split("."):
        field = (field.item or field).members[member]

    assert field.name == name


def test_the_tables_are_of_a_stated_version_of_the_controller() -> None:
    assert {field_table(kind).controller for kind in kinds()} == {"1.9.1"}


def test_a_kind_that_the_controller_does_not_have() -> None:
    with pytest.raises(KeyError):
        field_table("Workteam")


def script(*arguments: str) -> int:
    """The script's exit status; in this process, which has read the service model already."""
    path = Path(__file__).parents[3] / "scripts" / "generate_ack_fields.py"
    main = runpy.run_path(str(path))["main"]
    return int(main(list(arguments)))


def test_the_tables_are_those_of_the_definitions(capsys: pytest.CaptureFixture[str]) -> None:
    assert script("--check", str(CRDS)) == 0
    assert capsys.readouterr().out == ""


def test_another_definition_makes_the_table_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CRDS, tmp_path / "crds")
    changed = tmp_path / "crds" / "endpoints.yaml"
    changed.write_text(changed.read_text().replace("endpointConfigName:", "endpointconfigNAME:", 1))

    assert script("--check", str(tmp_path / "crds")) == 1
    assert capsys.readouterr().out == "Endpoint.json: stale\n"


def test_a_definition_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert script("--check", str(tmp_path)) == 1
    assert "no CRD of DataQualityJobDefinition, Endpoint" in capsys.readouterr().err


def test_the_script_says_that_there_were_no_crds(capsys: pytest.CaptureFixture[str]) -> None:
    assert script("--check") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "no CRDs of controller 1.9.1 were given" in line
