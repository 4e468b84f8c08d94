"""What stands in a job for volumes: the script is run here by every shell, the request looked at, secrets searched for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.container_step.command import Command
from kfp_sagemaker.container_step.job import Job, plan_job, prepared_job
from kfp_sagemaker.container_step.layout import Mounts, lay_out
from kfp_sagemaker.container_step.mounts import environment_of_files, staged_files
from kfp_sagemaker.container_step.script import script_text
from kfp_sagemaker.container_step.step_spec import (
    JobSettings,
    Mount,
    MountKind,
    Secret,
    SecretPolicy,
    Service,
    StepSpec,
    UriMode,
)
from kfp_sagemaker.errors import InvalidInput

from .executor_inputs import ROLE, executor_input

SHELLS = [[name] for name in ("sh", "bash") if shutil.which(name)]
SHELLS += [["busybox", "sh"]] if shutil.which("busybox") else []
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database-AbCdEf"
SPEC = StepSpec("i", ("c",), job=JobSettings(role=ROLE, region="eu-west-1"))
IN_A_VPC = JobSettings(role=ROLE, region="eu-west-1", subnets="subnet-1", security_group_ids="sg-1")
every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])


def mounting(*mounts: Mount, **more: Any) -> StepSpec:
    return replace(SPEC, mounts=mounts, **more)


def run(mounts: Sequence[Mount], folder: Path, shell: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a step that prints its environment; the job's inputs are in ``folder``."""
    script = folder / "run.sh"
    layout = replace(lay_out(SPEC, executor_input(), UriMode.LOCAL), mounts=Mounts(str(folder), str(folder / "out")))
    script.write_text(script_text(mounting(*mounts), Command(("env",), {}, False), layout))
    variables = {"PATH": f"{folder / 'tools'}:/usr/bin:/bin", **environment}
    return subprocess.run([*shell, str(script)], capture_output=True, text=True, check=False, env=variables)


def pod_with(folder: Path, **files: str) -> str:
    """A mounted ConfigMap as the kubelet makes it: links to a directory that is a link itself."""
    data = folder / "..2026_01_01"
    data.mkdir(parents=True)
    for name, text in files.items():
        (data / name).write_text(text)
        (folder / name).symlink_to(f"..data/{name}")
    (folder / "..data").symlink_to(data.name)
    return str(folder)


def stage(spec: StepSpec, folder: Path) -> None:
    """Put into ``folder`` what SageMaker stages of what is staged for the job."""
    for path, content in staged_files(spec).items():
        target = folder / "step" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@every_shell
def test_a_directory_is_made_for_anybody(shell: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a b" / "it's"
    done = run([Mount(str(path), MountKind.DIRECTORY)], tmp_path, shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert path.stat().st_mode & 0o777 == 0o777
    assert path.parent.stat().st_mode & 0o022 == 0


@every_shell
def test_what_the_image_has_there_stays_and_is_told(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".of-the-image").touch()
    (tmp_path / "empty").mkdir()
    done = run([Mount(str(tmp_path / name), MountKind.DIRECTORY) for name in ("empty", "full")], tmp_path, shell)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"kfp-sagemaker: this image has {tmp_path}/full/.of-the-image, which a volume hides in the cluster"]


@every_shell
def test_files_of_the_pod_are_at_the_path(shell: list[str], tmp_path: Path) -> None:
    pod = pod_with(tmp_path / "pod", **{"a.conf": "it's\n", "b": ""})
    path = tmp_path / "scratch" / "conf"
    spec = mounting(Mount(str(path), MountKind.FILES, pod), Mount(str(path.parent), MountKind.DIRECTORY))
    stage(spec, tmp_path)
    (tmp_path / "step/files/0/gone").write_text("of an attempt before")
    done = run(spec.mounts, tmp_path, shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert {each.name: each.read_text() for each in path.iterdir()} == {"a.conf": "it's\n", "b": ""}
    assert path.parent.stat().st_mode & 0o777 == 0o777


@every_shell
def test_files_that_are_optional_may_be_missing_or_none(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "pod").mkdir()
    missing, none = tmp_path / "missing", tmp_path / "none"
    spec = mounting(Mount(str(missing), MountKind.FILES, "/no/such", optional=True),
                    Mount(str(none), MountKind.FILES, str(tmp_path / "pod")))
    stage(spec, tmp_path)
    assert run(spec.mounts, tmp_path, shell).returncode == 0
    assert not missing.exists()
    assert list(none.iterdir()) == []


@pytest.mark.parametrize("kind", [MountKind.FILES, MountKind.ENVIRONMENT])
def test_files_that_must_be_there_and_are_not_stop_the_step(kind: MountKind) -> None:
    with pytest.raises(InvalidInput, match="volume at /etc/x: this pod has no /no/such"):
        (staged_files if kind is MountKind.FILES else environment_of_files)(mounting(Mount("/etc/x", kind, "/no/such")))


@every_shell
def test_a_secret_may_travel_in_the_environment(shell: list[str], tmp_path: Path) -> None:
    files = {"key": "-----BEGIN it's \"$(x)\" `y` é\n" + "k" * 600 + "\n", "empty": "", "z": "\\n"}
    spec = mounting(Mount(str(tmp_path / "at"), MountKind.ENVIRONMENT, pod_with(tmp_path / "pod", **files)))
    environment = environment_of_files(spec)
    assert all(len(value) <= 256 for value in environment.values())
    done = run(spec.mounts, tmp_path, shell, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert {each.name: each.read_text() for each in (tmp_path / "at").iterdir()} == files
    assert "KFP_SAGEMAKER_FILES" not in done.stdout


@every_shell
def test_and_needs_no_directory_where_the_pod_has_none(shell: list[str], tmp_path: Path) -> None:
    spec = mounting(Mount(str(tmp_path / "at"), MountKind.ENVIRONMENT, "/no/such", optional=True))
    assert environment_of_files(spec) == {}
    assert run(spec.mounts, tmp_path, shell).returncode == 0
    assert not (tmp_path / "at").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"\xff\xfe", "its file key is not text"), (b"a\0b", "its file key is not text"),
     (b"x" * 256 * 100, "more than the 100 variables of 256 characters")],
)  # fmt: skip
def test_what_no_environment_holds_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(InvalidInput, match=problem):
        environment_of_files(mounting(Mount("/etc/x", MountKind.ENVIRONMENT, str(tmp_path))))


@every_shell
def test_a_secret_is_read_by_the_job_itself(shell: list[str], tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    text = '{"user": "me", "port": 5432, "key": "a\\nb"}'
    (tools / "aws").write_text(f"#!/bin/sh\nif [ \"$4 $6\" = 'eu-west-1 {ARN}' ]; then printf %s '{text}'; fi\n")
    # Python without boto3.
    (tools / "python3").write_text('#!/bin/sh\nexec /usr/bin/env -i PATH="$PATH" "$REAL" -I -S "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    mounts = [Mount(str(tmp_path / "at"), MountKind.SECRETS_MANAGER, ARN)]
    done = run(mounts, tmp_path, shell, REAL=sys.executable)
    assert done.returncode == 0, done.stderr
    assert {each.name: each.read_text() for each in (tmp_path / "at").iterdir()} == {
        "user": "me", "port": "5432", "key": "a\nb"}
    (tools / "aws").write_text("#!/bin/sh\nexit 1\n")
    failed = run(mounts, tmp_path, shell, REAL=sys.executable)
    assert failed.returncode == 70
    assert f"the secret {ARN} for {tmp_path}/at cannot be read" in failed.stderr


@every_shell
def test_the_path_of_a_claim_leads_to_its_channel(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "volume-0").mkdir()
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "a" / "b", tmp_path / "empty"):
        done = run([Mount(str(path), MountKind.EFS, "fs-12345678")], tmp_path, shell)
        assert (done.returncode, done.stderr) == (0, "")
        (path / "written").touch()
        assert (tmp_path / "volume-0" / "written").exists()


@every_shell
def test_a_claim_is_not_mixed_with_files_of_the_image(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "volume-0").mkdir()
    (tmp_path / "full" / "of").mkdir(parents=True)
    done = run([Mount(str(tmp_path / "full"), MountKind.S3, "s3://b/k")], tmp_path, shell)
    assert done.returncode == 70
    assert f"this image has files at {tmp_path}/full" in done.stderr
    done = run([Mount(str(tmp_path / "x"), MountKind.S3, "s3://b/k"), Mount(str(tmp_path / "y"), MountKind.S3, "s3://b/k")],
               tmp_path, shell)
    assert f"there is nothing at {tmp_path}/volume-1, which is to stand for the volume claim at {tmp_path}/y" in done.stderr


def request(spec: StepSpec) -> dict[str, Any]:
    ((_, made),) = prepared_job(planned(spec)).requests.items()
    return dict(made)


def planned(spec: StepSpec) -> Job:
    return plan_job(spec, executor_input())


def test_claims_are_channels_of_a_training_job() -> None:
    made = request(mounting(
        Mount("/a", MountKind.S3, "s3://claims/a"), Mount("/b", MountKind.EFS, "fs-12345678", "/dir"),
        Mount("/c", MountKind.FSX, "fs-12345678", "/fsx", read_only=True), Mount("/d", MountKind.DIRECTORY),
        service=Service.TRAINING, job=IN_A_VPC))
    step, s3, efs, fsx = made["InputDataConfig"]
    assert step["ChannelName"] == "step"
    assert s3["ChannelName"] == "volume-0"
    assert (s3["InputMode"], s3["DataSource"]["S3DataSource"]["S3Uri"]) == ("FastFile", "s3://claims/a/")
    assert efs["DataSource"]["FileSystemDataSource"] == {
        "FileSystemId": "fs-12345678", "FileSystemType": "EFS", "DirectoryPath": "/dir", "FileSystemAccessMode": "rw"}
    assert fsx["DataSource"]["FileSystemDataSource"] == {
        "FileSystemId": "fs-12345678", "FileSystemType": "FSxLustre", "DirectoryPath": "/fsx", "FileSystemAccessMode": "ro"}


def test_the_content_of_files_does_not_change_the_job_that_is_asked_for(tmp_path: Path) -> None:
    pod = Path(pod_with(tmp_path / "pod", key="one"))
    spec = mounting(Mount("/etc/x", MountKind.FILES, str(pod)))
    before = request(spec), staged_files(spec)
    (pod / "..data" / "key").write_text("two")
    assert request(spec) == before[0]
    assert staged_files(spec) != before[1]


def test_no_secret_is_in_the_request_or_in_s3_unless_it_is_said(tmp_path: Path) -> None:
    pod = pod_with(tmp_path / "pod", key="s3cr3t")
    spec = mounting(Mount("/etc/x", MountKind.SECRETS_MANAGER, ARN), Mount("/etc/y", MountKind.ENVIRONMENT, pod))
    assert "s3cr3t" not in (planned(spec).script or "")
    assert staged_files(spec) == {}
    assert "s3cr3t" in str(request(spec))
    assert "s3cr3t" not in str(request(mounting(spec.mounts[0])))


def test_a_variable_that_is_optional_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    spec = replace(SPEC, secrets=(Secret("NOT_THERE", SecretPolicy.ENVIRONMENT, optional=True),))
    assert "Environment" not in request(spec)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (mounting(Mount("/a", MountKind.DIRECTORY), shell=False), "volume at /a: a script puts it there, which needs sh"),
        (mounting(Mount("/a", MountKind.DIRECTORY), command=(), args=("x",)), "volume at /a: a script puts it there"),
        (mounting(Mount("/a", MountKind.EFS, "fs-12345678")), "volume at /a: only training jobs have file systems"),
        (mounting(Mount("/a", MountKind.EFS, "fs-12345678"), service=Service.TRAINING), "reached through a VPC"),
        (mounting(Mount("a", MountKind.DIRECTORY)), "volume at a: its path is not one below /"),
        (mounting(Mount("/a/../b", MountKind.DIRECTORY)), "its path is not one below /"),
        (mounting(Mount("/", MountKind.DIRECTORY)), "its path is not one below /"),
        (mounting(Mount("/a", MountKind.S3, "s3://b/k"), Mount("/a/b", MountKind.DIRECTORY), service=Service.TRAINING),
         "volume at /a/b: lies in the volume claim at /a"),
    ],
)  # fmt: skip
def test_what_no_job_can_do_is_refused_before_anything_is_sent(spec: StepSpec, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        request(spec)
