"""Configurations whose parts are right, each by itself, and give a step what no job can have."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kfp_sagemaker_converter.cli.convert import convert
from small_pipelines import as_yaml, container, kubernetes, pipeline, step, task

BASE = "version: 1\nbucket: b-and-b\nplacement: all\n"
TWO = pipeline(
    {"comp-train": step("train"), "comp-test": step("test")},
    {"exec-train": container(), "exec-test": container("python:3.12")},
    {"train": task("train"), "test": task("test")},
)
SECRET = {"secretAsEnv": [{"secretName": "token", "keyToEnv": [{"secretKey": "t", "envVar": "TOKEN"}]}]}
CLAIM = {"pvcMount": [{"mountPath": "/data", "constant": "data"}]}
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a pipeline of two steps, one with a secret."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(here: Path, configuration: str, settings: dict[str, object] | None = None, status: int = 2) -> Result:
    (here / "p.yaml").write_text(as_yaml(TWO, *([kubernetes({"exec-train": settings})] if settings else [])))
    (here / "c.yaml").write_text(BASE + configuration)
    result = CliRunner().invoke(convert, ["p.yaml", "-o", "out", "--config", "c.yaml"])
    assert result.exit_code == status, result.output
    assert (here / "out").exists() is (status != 2)
    return result


SPOT = "steps:\n  - {name: train, service: training, spot_instance: true, max_wait_time: 90000}\n"


@pytest.mark.parametrize(
    ("configuration", "line", "problem"),
    [
        (SPOT + '  - {image: "python*", max_run_time: 172800}\n', 6, "must not be less than max_run_time"),
        (SPOT + "  - {name: train, keep_alive: 600}\n", 6, "warm pools have no spot instances"),
        ("steps:\n  - {name: train, instance_type: ml.p4d.24xlarge}\n  - {name: tr*, service: processing}\n", 6,
         "is not for processing jobs"),
        (f"tags: {{{', '.join(f'a{n}: x' for n in range(40))}}}\n"
         f"defaults: {{tags: {{{', '.join(f'b{n}: x' for n in range(40))}}}}}\n", 1, "80 items"),
        ("defaults: {max_run_time: 1000000}\n", 1, "the maximum is 777600"),
    ],
)
def test_what_comes_of_rules_and_defaults_together(here: Path, configuration: str, line: int, problem: str) -> None:
    said = run(here, configuration).output
    assert f"c.yaml:{line}: error KSC806: The job of exec-train" in said
    assert problem in said


def test_what_is_wrong_with_many_steps_is_said_once(here: Path) -> None:
    said = run(here, "defaults: {max_run_time: 1000000}\n").output
    assert said.count("KSC806") == 1
    assert "The job of exec-train and of 1 more cannot have its settings: max_run_time = 1000000" in said


def test_a_platform_teams_file_and_the_projects_together(here: Path) -> None:
    (here / "platform.yaml").write_text("version: 1\ndefaults: {instance_type: ml.p4d.24xlarge}\n")
    said = run(here, "extends: platform.yaml\ndefaults: {service: processing}\n").output
    assert "'ml.p4d.24xlarge': is not for processing jobs" in said


@pytest.mark.parametrize("defaults", ["{subnets: [subnet-0123abcd]}", "{registry_access: Vpc}"])
def test_a_network_may_come_with_the_run(here: Path, defaults: str) -> None:
    """Subnets and security groups are parameters of the pipeline."""
    (here / "platform.yaml").write_text(f"version: 1\ndefaults: {defaults}\n")
    run(here, "extends: platform.yaml\n", status=1)


def test_a_file_system_needs_the_vpc_of_its_own_step(here: Path) -> None:
    vpc = "subnets: [subnet-0123abcd], security_group_ids: [sg-0123abcd]"
    claim = "volume_claims: {data: {efs: fs-0123456789abcdef0}}\n"
    other = f"{claim}steps:\n  - {{name: test, {vpc}}}\n"
    run(here, other, CLAIM, status=1)  # with the subnets that a run gives
    run(here, f"{claim}steps:\n  - {{name: train, {vpc}}}\n", CLAIM, status=1)


def test_an_isolated_job_reads_no_secret(here: Path) -> None:
    configuration = f"defaults: {{network_isolation: true}}\nsecrets: {{token: {{policy: secrets_manager, arn: '{ARN}'}}}}\n"
    assert "secret TOKEN: is read from AWS Secrets Manager" in run(here, configuration, SECRET).output
    run(here, configuration.replace("true", "false"), SECRET, status=1)


def test_an_isolated_job_installs_no_packages(here: Path) -> None:
    installs = container(command=["sh", "-c", "python3 -m pip install pandas && run"])
    (here / "p.yaml").write_text(as_yaml(pipeline(executors={"exec-train": installs})))
    (here / "c.yaml").write_text(BASE + "defaults: {network_isolation: true}\n")
    result = CliRunner().invoke(convert, ["p.yaml", "-o", "out", "--config", "c.yaml"])
    assert result.exit_code == 1
    assert "KSC807: exec-train installs packages, and its job has no network." in result.output


@pytest.mark.parametrize(
    ("target", "access", "code"),
    [("docker.io/team/py:1", "", "KSC716"), ("docker.io/team/py:1", "registry_access: Vpc", ""),
     ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/py:1", "", "")],
)
def test_what_an_image_is_mapped_to_has_to_be_in_ecr(here: Path, target: str, access: str, code: str) -> None:
    vpc = f"defaults: {{subnets: [subnet-0123abcd], security_group_ids: [sg-0123abcd], {access}}}\n" if access else ""
    said = run(here, f'{vpc}images: {{"python*": "{target}"}}\n', status=1).output
    assert ("KSC716" in said) is bool(code)


def test_an_image_from_a_registry_in_a_vpc_may_have_to_be_copied_for_another_step(here: Path) -> None:
    both = pipeline(TWO["components"], {"exec-train": container(), "exec-test": container()}, TWO["root"]["dag"]["tasks"])
    (here / "p.yaml").write_text(as_yaml(both))
    (here / "c.yaml").write_text(f"""{BASE}registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror
defaults: {{subnets: [subnet-0123abcd], security_group_ids: [sg-0123abcd]}}
steps:
  - {{name: train, registry_access: Vpc}}
""")
    result = CliRunner().invoke(convert, ["p.yaml", "-o", "out", "--config", "c.yaml"])
    assert "KSC707" in result.output
    assert "python:3.11\t" in (here / "out" / "images.txt").read_text()
