"""What stands in a job for the volumes of a step that moves."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.step_spec import Mount, MountKind, Service
from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, Job, SecretRule
from kfp_sagemaker_converter.conversion import convert
from kfp_sagemaker_converter.passes.move import Moved, plan
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.passes.steps import steps_of
from kfp_sagemaker_converter.passes.volumes import Volumes, volumes_of
from small_pipelines import as_yaml, container, document, kubernetes, pipeline

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"
SECRET = {"secretName": "database", "mountPath": "/secrets"}
CONFIG_MAP = {"configMapName": "settings", "mountPath": "/etc/settings"}
CLAIM = {"constant": "data", "mountPath": "/data"}


def volumes(settings: dict[str, Any], **said: Any) -> Volumes:
    found = document(pipeline(), kubernetes({"exec-train": settings})).pipeline
    return volumes_of(steps_of(found)[0], Configuration(**said))


def codes(found: Volumes) -> list[str]:
    return [one.code for one in found.diagnostics]


@pytest.mark.parametrize(
    ("name", "entry", "path", "gibibytes", "code"),
    [
        ("emptyDirMounts", {"mountPath": "/scratch"}, "/scratch", 0, "KSC606"),
        ("emptyDirMounts", {"mountPath": "/scratch", "sizeLimit": "20Gi"}, "/scratch", 20, "KSC606"),
        ("emptyDirMounts", {"mountPath": "/cache", "medium": "Memory", "sizeLimit": "500M"}, "/cache", 1, "KSC607"),
        ("genericEphemeralVolume", {"mountPath": "path/", "size": "5Gi", "accessModes": []}, "/path", 5, "KSC606"),
    ],
)
def test_a_volume_of_the_pod_alone_is_a_directory(name: str, entry: Any, path: str, gibibytes: int, code: str) -> None:
    found = volumes({name: [entry]})
    assert found.mounts == (Mount(path, MountKind.DIRECTORY),)
    assert (found.gibibytes, codes(found), found.pod_settings) == (gibibytes, [code], {})


def test_a_size_that_is_none_is_said() -> None:
    found = volumes({"emptyDirMounts": [{"mountPath": "/x", "sizeLimit": "much"}]})
    assert (found.gibibytes, codes(found)) == (0, ["KSC406", "KSC606"])


@pytest.mark.parametrize(
    ("more", "optional"),
    [
        ({}, False),
        ({"optional": False, "configMapNameParameter": {"runtimeValue": {"constant": "settings"}}}, False),
        ({"optional": True}, True),
        ({"configMapNameParameter": {"componentInputParameter": "name"}}, True),
    ],
)
def test_a_config_map_stays_with_the_pod_at_a_place_of_its_own(more: dict[str, Any], optional: bool) -> None:
    found = volumes({"emptyDirMounts": [{"mountPath": "/x"}], "configMapAsVolume": [{**CONFIG_MAP, **more}]})
    in_pod = "/kfp-sagemaker/volumes/1"
    assert found.mounts[1] == Mount("/etc/settings", MountKind.FILES, in_pod, optional=optional)
    assert found.pod_settings == {"configMapAsVolume": [{**CONFIG_MAP, **more, "mountPath": in_pod}]}
    assert codes(found) == ["KSC606", "KSC608"]


def test_a_secret_travels_as_the_configuration_says() -> None:
    found = volumes({"secretAsVolume": [SECRET]}, secrets={"database": SecretRule("secrets_manager", ARN)})
    assert (found.mounts, found.pod_settings) == ((Mount("/secrets", MountKind.SECRETS_MANAGER, ARN),), {})
    found = volumes({"secretAsVolume": [SECRET]}, secrets={"database": SecretRule("environment")})
    assert found.mounts == (Mount("/secrets", MountKind.ENVIRONMENT, "/kfp-sagemaker/volumes/0"),)
    assert found.pod_settings == {"secretAsVolume": [{**SECRET, "mountPath": "/kfp-sagemaker/volumes/0"}]}
    assert codes(found) == ["KSC603"]


@pytest.mark.parametrize(
    ("claim", "sub_path", "mount", "code"),
    [
        (ClaimRule(s3="s3://b/k/"), "", Mount("/data", MountKind.S3, "s3://b/k", read_only=True), "KSC609"),
        (ClaimRule(s3="s3://b"), "a/b", Mount("/data", MountKind.S3, "s3://b/a/b", read_only=True), "KSC609"),
        (ClaimRule(efs="fs-12345678"), "", Mount("/data", MountKind.EFS, "fs-12345678"), "KSC610"),
        (ClaimRule(efs="fs-12345678", directory="/d/", read_only=True), "/sub/",
         Mount("/data", MountKind.EFS, "fs-12345678", "/d/sub", True), "KSC610"),
        (ClaimRule(fsx="fs-12345678", directory="/fsx"), "", Mount("/data", MountKind.FSX, "fs-12345678", "/fsx"), "KSC610"),
    ],
)
def test_a_claim_has_the_stand_in_of_the_configuration(claim: ClaimRule, sub_path: str, mount: Mount, code: str) -> None:
    found = volumes({"pvcMount": [{**CLAIM, "subPath": sub_path}]}, volume_claims={"data": claim})
    assert (found.mounts, codes(found)) == ((mount,), [code])


def moved(settings: dict[str, Any], **said: Any) -> Moved:
    words = document(pipeline(), kubernetes({"exec-train": settings})).pipeline
    (found,) = plan(words, Configuration(**said), Choice(ALL), {}).moved
    return found


@pytest.mark.parametrize(("said", "size"), [({}, 50), ({"defaults": Job(volume_size=100)}, 120)])
def test_its_size_is_added_to_the_storage_of_the_job(said: dict[str, Any], size: int) -> None:
    assert moved({"emptyDirMounts": [{"mountPath": "/x", "sizeLimit": "20Gi"}]}, **said).spec.job.volume_size == size


def test_a_step_with_a_claim_is_a_training_job() -> None:
    step = moved({"pvcMount": [CLAIM]}, volume_claims={"data": ClaimRule(s3="s3://b/k")})
    assert step.spec.service is Service.TRAINING
    assert step.spec.mounts == (Mount("/data", MountKind.S3, "s3://b/k", read_only=True),)


def test_policies_know_the_bucket_of_a_claim_and_the_secret_of_files() -> None:
    settings = {"pvcMount": [CLAIM], "secretAsVolume": [SECRET]}
    said = Configuration(
        bucket="pipelines", placement="all", secrets={"database": SecretRule("secrets_manager", ARN)},
        volume_claims={"data": ClaimRule(s3="s3://claims/k")},
    )  # fmt: skip
    report = convert(as_yaml(pipeline(), kubernetes({"exec-train": settings})), "p.yaml", said).report
    policy = str(report.iam_policies["job"])
    assert "arn:aws:s3:::claims/" in policy
    assert ARN in policy


def test_a_python_step_that_chooses_paths_is_moved_and_said_to_be_copied() -> None:
    source = 'model.set_path("/tmp/model")'
    words = {"exec-train": container(command=["sh", "-ec", "python3 -m kfp.dsl.executor_main", source])}
    report = convert(as_yaml(pipeline(executors=words)), "p.yaml", Configuration(placement="all")).report
    assert report.moved
    assert "KSC714" in {one.code for one in report.diagnostics}
