"""Custom resources equal those recorded from the components before these, except where the old way was wrong.

An empty text, list or object counts as absent, and numbers compare numerically. A case with ``violations`` must be refused
naming each field; the one with ``deviation`` has a field that used to be dropped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from kfp_sagemaker.cli import main
from kfp_sagemaker.faces.registry import component_ids
from kfp_sagemaker.names import canonical
from kfp_sagemaker.service_model.spelling import letters_and_digits

_CASES = json.loads((Path(__file__).parents[2] / "data" / "request_cases.json").read_text())
CASES = {f"{case['component']}:{case['id']}": case for case in _CASES if case["version"] == "v2"}
#: Fields that the older components dropped.
DEVIATIONS = {"EndpointConfig:kms_key_id_silently_dropped": {"kmsKeyID"}}
#: Inputs that the service model refuses although the older components applied them: members that it requires...
_ENDPOINT = ("EndpointInput.EndpointName",)
INCOMPLETE = {
    **{f"ModelBiasJobDefinition:{name}": _ENDPOINT
       for name in ("integ_v2-monitoring-job-model-bias", "integ_kfp2", "generated_name")},
    **{f"ModelExplainabilityJobDefinition:{name}": _ENDPOINT
       for name in ("integ_v2-monitoring-job-model-explainability", "integ_kfp2", "full_rich", "generated_name")},
    **{f"ModelQualityJobDefinition:{name}": _ENDPOINT for name in ("integ_kfp2", "full_rich", "generated_name")},
    "MonitoringSchedule:full_inline_job_definition": (
        "MonitoringInputs", "MonitoringOutputConfig", "MonitoringResources", "MonitoringAppSpecification"),
}
#: ... and one that stands where it does not belong, and that no API server would take.
MISPLACED = {
    "DataQualityJobDefinition:integ_v2-monitoring-job-data-quality": "MonitoringOutputs[0].s3UploadMode: unknown member"}
_VIOLATING = [name for name, case in CASES.items() if "violations" in case]
_EQUAL = [name for name in CASES if name not in (*_VIOLATING, *MISPLACED)]


def planned(name: str, tmp_path: Path, **more: str) -> Any:
    case = CASES[name]
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({**case["inputs"], **more}))
    return CliRunner().invoke(main, ["plan", f"v2/{case['component']}", "--inputs", str(inputs)])


def test_there_is_a_component_for_every_case() -> None:
    assert len(CASES) == 32
    assert {f"v2/{case['component']}" for case in CASES.values()} <= set(component_ids("v2"))


@pytest.mark.parametrize("name", _EQUAL)
def test_the_manifest_equals_the_recorded_one(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    result = planned(name, tmp_path, validation="warn" if name in INCOMPLETE else "strict")
    assert result.exit_code == 0, result.stderr
    made, recorded = yaml.safe_load(result.stdout), case["expected_request"]
    if case.get("generated_name"):
        (member,) = [field for field, value in recorded["spec"].items() if value == recorded["metadata"]["name"]]
        assert made["metadata"]["name"] == made["spec"][member].lower()
        for each in (made, recorded):
            del each["metadata"]["name"], each["spec"][member]
    for field in DEVIATIONS.get(name, ()):
        assert made["spec"].pop(field)
    assert canonical(made) == canonical(recorded)


@pytest.mark.parametrize("name", INCOMPLETE)
def test_what_the_service_model_requires_is_missed(name: str, tmp_path: Path) -> None:
    result = planned(name, tmp_path)

    assert (result.exit_code, result.stdout) == (2, "")
    assert all(f"{member}: required" in result.stderr for member in INCOMPLETE[name])


@pytest.mark.parametrize("name", MISPLACED)
def test_what_no_api_server_would_take_is_refused(name: str, tmp_path: Path) -> None:
    result = planned(name, tmp_path, validation="warn")

    assert (result.exit_code, result.stdout) == (2, "")
    assert MISPLACED[name] in result.stderr


@pytest.mark.parametrize("name", _VIOLATING)
def test_what_the_service_model_or_the_crd_forbids_is_refused_naming_each_field(name: str, tmp_path: Path) -> None:
    result = planned(name, tmp_path)

    assert (result.exit_code, result.stdout) == (2, "")
    for violation in CASES[name]["violations"]:
        assert letters_and_digits(violation.removeprefix("spec.").partition(":")[0]) in letters_and_digits(result.stderr)
