"""metadata.yaml: what a catalogue wants to know, held against what is true here."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.metadata import metadata_yaml
from kfp_sagemaker.generate.verified_versions import KUBEFLOW_PIPELINES, VERSIONS
from kfp_sagemaker.service_model.model import service
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[3]
LEGACY = json.loads((ROOT / "tests/data/legacy_components.json").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CLOSED = {
    "v1/ground_truth", "v1/workteam", "v1/data_quality_job_definition", "v1/model_quality_job_definition",
    "v1/model_bias_job_definition", "v1/model_explainability_job_definition", "v1/monitoring_schedule",
    "v1/delete_monitoring_schedule",
}


def metadata(component: str) -> Any:
    return yaml.safe_load(metadata_yaml(find_face(component)))


@pytest.mark.parametrize("component", component_ids())
class TestEach:
    def test_name_and_tags(self, component: str) -> None:
        told = metadata(component)
        assert told["name"] == find_face(component).name
        assert {"aws", "sagemaker"} < set(told["tags"])

    def test_a_drop_in_is_stable_and_nothing_else_is(self, component: str) -> None:
        assert metadata(component)["stability"] == (
            "stable" if component in LEGACY or component == "v2/Model" else "beta")

    def test_the_lifecycle_is_that_of_what_it_makes(self, component: str) -> None:
        closed = (find_face(component).alternative or component) in CLOSED
        assert metadata(component)["lifecycle"] == ("existing-customers-only" if closed else "available")

    def test_links_lead_somewhere(self, component: str) -> None:
        links = metadata(component)["links"]
        for name in ("documentation", "component"):
            assert (ROOT / "component_specs" / component / links[name]).is_file()
        operation = re.fullmatch(r"https://docs\.aws\.amazon\.com/sagemaker/latest/APIReference/API_(\w+)\.html", links["api"])
        assert operation is not None
        assert operation[1] in service().operation_names

    def test_when_and_with_what_it_was_verified(self, component: str) -> None:
        told = metadata(component)
        # YAML knows timestamps.
        assert isinstance(told["lastVerified"], str | datetime)
        assert {name: told["verified"][name] for name in VERSIONS} == VERSIONS
        assert "local SageMaker" in told["verified"]["against"]


def requirement(extra: str | None, name: str) -> Requirement:
    listed = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    return next(found for found in map(Requirement, listed) if found.name == name)


def test_what_it_needs_of_kubeflow_is_what_the_package_needs() -> None:
    assert set(requirement("kfp", "kfp").specifier) == set(Requirement(f"kfp{KUBEFLOW_PIPELINES}").specifier)


def test_verified_versions_are_among_those_that_may_be_installed() -> None:
    assert VERSIONS["kfp"] in requirement("kfp", "kfp").specifier
    assert VERSIONS["botocore"] in requirement(None, "boto3").specifier  # They have the same minor versions.
    assert VERSIONS["python"] in Requirement(f"python{PROJECT['requires-python']}").specifier


@pytest.mark.parametrize("name", ["kfp", "botocore"])
def test_nothing_older_than_what_was_verified_is_tested_with(name: str) -> None:
    assert Version(version(name)) >= Version(VERSIONS[name])
