"""The page for those who used the older components: every old path, working replacements."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from kfp_sagemaker import spec_path
from kfp_sagemaker.faces.registry import component_ids

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/drop-in.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE.partition("## Old paths")[2].partition("\n## ")[0], re.MULTILINE))
LEGACY = json.loads((ROOT / "tests/data/legacy_components.json").read_text())
DROP_INS = [component.removeprefix("v1/") for component in LEGACY if component.startswith("v1/")]
ROBOMAKER_AND_RL = ["rlestimator", "create_simulation_app", "delete_simulation_app", "simulation_job", "simulation_job_batch"]
ON_ACK = {
    "TrainingJob": "v1/train", "Modelv2": "v1/model", "EndpointConfig": "v1/endpoint_config", "Endpoint": "v1/endpoint",
    "DataQualityJobDefinition": "v1/data_quality_job_definition", "ModelBiasJobDefinition": "v1/model_bias_job_definition",
    "ModelExplainabilityJobDefinition": "v1/model_explainability_job_definition",
    "ModelQualityJobDefinition": "v1/model_quality_job_definition", "MonitoringSchedule": "v1/monitoring_schedule",
}
CASES = json.loads((ROOT / "tests/data/request_cases.json").read_text())
COMMIT = "714159d07d3a1c2b4e5f60718293a4b5c6d7e8f9"
ADDRESSES = [
    f"https://{site}/{reference}/components/aws/sagemaker"
    for reference in ("master", "1.8.22", COMMIT)
    for site in ("raw.githubusercontent.com/kubeflow/pipelines", "github.com/kubeflow/pipelines/blob",
                 "github.com/kubeflow/pipelines/raw")
]


def test_all_22_old_paths_are_there() -> None:
    assert set(ROWS) == {*DROP_INS, *ROBOMAKER_AND_RL, *ON_ACK}
    assert len(ROWS) == 22


@pytest.mark.parametrize("old", DROP_INS)
def test_a_drop_in_has_the_name_of_the_old_one(old: str) -> None:
    assert ROWS[old] == f"[`v1/{old}`](../component_specs/v1/{old}/README.md)"
    assert f"v1/{old}" in component_ids()


@pytest.mark.parametrize(("old", "new"), ON_ACK.items())
def test_those_on_ack_have_the_name_of_the_old_one_and_one_without_a_controller_beside_it(old: str, new: str) -> None:
    assert ROWS[old] == f"[`v2/{old}`](../component_specs/v2/{old}/README.md)"
    assert {f"v2/{old}", new} <= set(component_ids())
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{old}` |")]
    assert f"[`{new}`](../component_specs/{new}/README.md)" in row


@pytest.mark.parametrize("old", ROBOMAKER_AND_RL)
def test_what_is_not_carried_says_so(old: str) -> None:
    assert ROWS[old] == "none"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("old", [*DROP_INS, *ON_ACK])
def test_the_replacement_works_for_every_form_of_address(old: str, address: str, tmp_path: Path) -> None:
    pipeline = tmp_path / "pipeline.py"
    pipeline.write_text(f"op = components.load_component_from_url('{address}/{old}/component.yaml')\n")
    commands = PAGE.split("```sh\n")[1].split("```")[0]

    subprocess.run(["sh", "-ec", commands], cwd=tmp_path, check=True)

    package = "v2" if old in ON_ACK else "v1"
    path = f"{package}/{old}/component.yaml"
    assert pipeline.read_text() == f"op = components.load_component_from_file('specs/{path}')\n"
    assert spec_path(f"{package}/{old}").as_posix().endswith(f"component_specs/{path}")


def test_every_component_that_deviates_has_a_section() -> None:
    deviating = {case["component"] for case in CASES if "deviation" in case and case["version"] == "v1"}
    sections = set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE))

    assert deviating <= sections <= set(DROP_INS)
