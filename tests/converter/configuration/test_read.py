"""kfp-sagemaker.yaml: what is read, how files lie on top of one another, and that all that is wrong is said, by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, Job, SecretRule
from kfp_sagemaker_converter.configuration.read import read_configuration
from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused

VPC = "defaults:\n  {subnets: [subnet-1], security_group_ids: [sg-1]}\n"


def write(folder: Path, text: str, name: str = "kfp-sagemaker.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> list[Diagnostic]:
    with pytest.raises(Refused) as raised:
        read_configuration(path)
    return list(raised.value.diagnostics)


FULL = """\
version: 1
role: arn:aws:iam::123456789012:role/sagemaker-jobs
region: eu-west-1
bucket: team-pipelines
prefix: kfp/
launcher_image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/kfp-sagemaker:0.1.0
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror
images:
  python:3.11: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/python:3.11
placement: all
tags: {team: vision}
defaults:
  instance_type: ml.m5.xlarge
  subnets: [subnet-1, subnet-2]
  security_group_ids: [sg-1]
secrets:
  database: {policy: secrets_manager, arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database-AbCdEf"}
  token: {policy: environment}
volume_claims:
  data: {efs: fs-0123456789abcdef0, directory: /data}
  reference: {s3: s3://team-data/reference}
steps:
  - name: train*
    service: training
    instance_type: ml.g5.xlarge
    spot_instance: true
    max_wait_time: 90000
  - image: "*/notify:*"
    placement: keep
"""


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    configuration, findings = read_configuration(path)
    assert findings == []
    assert configuration.pipeline_root == "s3://team-pipelines/kfp"
    assert configuration.defaults == Job(
        instance_type="ml.m5.xlarge", subnets=("subnet-1", "subnet-2"), security_group_ids=("sg-1",)
    )
    assert configuration.secret("token") == SecretRule("environment")
    assert configuration.secret("other") == SecretRule("keep")
    assert configuration.volume_claim("data") == ClaimRule(efs="fs-0123456789abcdef0", directory="/data")
    assert configuration.volume_claim("reference") == ClaimRule(s3="s3://team-data/reference")
    assert configuration.volume_claim("other") is None
    assert [(rule.name, rule.image, rule.placement, rule.location.line) for rule in configuration.steps] == [
        ("train*", "", "", 23), ("", "*/notify:*", "keep", 28)
    ]  # fmt: skip
    assert configuration.files == (str(path),)


@pytest.mark.parametrize("text", ["", "{}", "version: 1\n"])
def test_nothing_said_is_the_defaults(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert read_configuration(path)[0] == Configuration(files=(str(path),))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("rol: x\n", 1, "rol: there is no such setting. Did you mean role?"),
        ("version: 2\n", 1, "version: must be one of 1."),
        ("\nrole: admin\n", 2, 'role: "admin" is not of the right form. For example: "arn:aws:iam::123456789012:role/'),
        ("region: [eu-west-1]\n", 1, "region: must be text."),
        ("placement: some\n", 1, "placement: must be one of auto, all, none."),
        ("defaults:\n  instance_typ: a\n", 2, "defaults.instance_typ: there is no such setting. Did you mean instance_type?"),
        ("defaults:\n  volume_size: 0\n", 2, "defaults.volume_size: must be at least 1."),
        ("defaults:\n  volume_size: big\n", 2, "defaults.volume_size: must be a whole number."),
        ("steps:\n  - placement: keep\n", 2, "steps[0]: the rule says for which steps neither by name nor by image."),
        ("steps:\n  - name: a\n  - name: b\n    speed: 1\n", 4, "steps[1].speed: there is no such setting."),
        ("steps: {}\n", 1, "steps: must be a list."),
        ("secrets:\n  db: {policy: secrets_manager}\n", 2, "secrets.db: arn is missing. Add arn."),
        ("secrets:\n  db:\n    arn: x\n    policy: keep\n", 3, 'secrets.db.arn: "x" is not of the right form. For example'),
        ("defaults:\n  instance_families: [ml.m5]\n", 2,
         'defaults.instance_families[0]: "ml.m5" is not of the right form. For example: "m5".'),
        ("volume_claims:\n  data: {s3: data}\n", 2, 'volume_claims.data.s3: "data" is not of the right form.'),
        ("volume_claims:\n  data: {nfs: x}\n", 2, "volume_claims.data.nfs: there is no such setting."),
        ("volume_claims:\n  data:\n    directory: /a\n", 3, "nothing is named that stands for a volume claim. Name one:"),
        ("volume_claims:\n  data: {s3: s3://bkt, efs: fs-12345678}\n", 2, "s3 and efs cannot both stand for a volume claim."),
        ("volume_claims:\n  data: {s3: s3://bkt, read_only: true}\n", 2, "read_only is for file systems."),
        ("volume_claims:\n  data: {efs: fs-12345678}\n", 2, "a file system is reached through a VPC. Add subnets and"),
        (f"{VPC}volume_claims:\n  data: {{fsx: fs-12345678}}\n", 4, "FSx for Lustre needs a directory. Add directory:"),
        ("components:\n  https://x/c.yaml: gone.yaml\n", 2, "components.https://x/c.yaml: there is no file"),
        ("components:\n  https://x/: gone\n", 2, "components.https://x/: there is no folder"),
        ("tags:\n  team: 3\n", 2, "tags.team: must be text."),
        ("tags:\n  aws:team: a\n", 2, 'tags.aws:team: "aws:team" is not of the right form.'),
        ("tags:\n  team: a;b\n", 2, 'tags.team: "a;b" is not of the right form.'),
        ("tags:\n  on: a\n", 2, "tags: the key True is no text for YAML. Put it in quotes."),
        ("images:\n  1: b\n", 2, "images: the key 1 is no text for YAML."),
        ("components:\n  1: b\n", 2, "components: the key 1 is no text for YAML."),
        ("role: |\n  arn:aws:iam::123456789012:role/a\n", 1, "role/a\\n\" is not one line of printable text."),
        (f"components:\n  https://x/c.yaml: {'a' * 4000}\n", 2, "components.https://x/c.yaml: there is no file"),
        ("images:\n  a: []\n", 2, "images.a: must be text."),
        ("- a\n- b\n", 1, "The file: must be one mapping of settings."),
        ("role: arn:aws:iam::123456789012:role/a\n---\nregion: eu-west-1\n", 1, "The file: must be one mapping of settings."),
        ("a: [\n", 2, "The file is neither YAML nor JSON"),
        ("defaults:\n  service: processing\n  instance_type: ml.p5e.48xlarge\n", 3, "ml.p5e.48xlarge is not for processing"),
        ("defaults:\n  instance_type: ml.inf1.xlarge\n", 2, "ml.inf1.xlarge is for neither processing nor training jobs"),
        ("defaults:\n  instance_families: [m5, g55]\n", 2, "[1]: no family g55 is known. Did you mean g5?"),
        ("defaults: {service: processing, keep_alive: 60}\n", 1, "defaults.keep_alive: only training jobs have it."),
        ("steps:\n- {name: a, spot_instance: true}\n", 2, "steps[0].spot_instance: spot instances need max_wait_time."),
        ("defaults: {service: processing, checkpoint_local_path: /c}\n", 1, "local_path: only training jobs have it."),
        ("defaults: {service: processing, registry_access: Vpc, subnets: [s-1], security_group_ids: [g-1]}\n", 1,
         "registry_access: only training jobs have it"),
        ("defaults:\n  keep_alive: 60\nsteps:\n- {name: a, spot_instance: true, max_wait_time: 90000}\n", 4,
         "steps[0].spot_instance: warm pools have no spot instances. Leave one of them out, or set keep_alive: 0"),
        ("defaults:\n  registry_access: Vpc\n", 2, "defaults.registry_access: a private registry is reached through a VPC."),
        ("defaults:\n  registry_access: vpc\n", 2, "defaults.registry_access: must be one of Platform, Vpc."),
        ("defaults:\n  registry_access: Platform\n"
         "  registry_credentials_arn: arn:aws:lambda:eu-west-1:123456789012:function:f\n", 3,
         "credentials are for a private registry. Set registry_access: Vpc there."),
        ("defaults:\n  checkpoint_local_path: points\n", 2, '"points" is not of the right form. For example: "/workspace'),
        ("defaults:\n  max_wait_time: 60\n", 2, "max_wait_time (60 s) is less than max_run_time (86400 s)"),
        ("defaults:\n  subnets: [subnet-1]\n", 2, "defaults.subnets: subnets without security_group_ids."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    (found,) = refused(write(tmp_path, text))
    assert said in f"{found.sentence} {found.fix}"
    assert found.location.line == line


def test_a_rule_takes_back_what_defaults_say_of_training(tmp_path: Path) -> None:
    text = ("defaults: {keep_alive: 60}\nsteps:\n- {name: a, spot_instance: true, max_wait_time: 90000, keep_alive: 0}\n"
            "- {name: b, service: processing}\n")
    configuration, findings = read_configuration(write(tmp_path, text))
    assert findings == []
    assert [configuration.for_step((name,), "").job.keep_alive for name in "abc"] == [0, 60, 60]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, "region: 1\n", "platform/base.yaml")
    path = write(tmp_path, "extends: platform/base.yaml\nrole: admin\nbucket: B\nsteps:\n  - {}\n")
    assert [(Path(found.location.file).name, found.location.line) for found in refused(path)] == [
        ("kfp-sagemaker.yaml", 2), ("kfp-sagemaker.yaml", 3), ("kfp-sagemaker.yaml", 5), ("base.yaml", 1)
    ]  # fmt: skip


def test_an_unknown_instance_type_is_kept_and_reported(tmp_path: Path) -> None:
    configuration, (found,) = read_configuration(write(tmp_path, "defaults:\n  instance_type: ml.m5.lagre\n"))
    assert (found.code, found.location.line) == ("KSC803", 2)
    assert "ml.m5.large?" in found.fix
    assert configuration.defaults.instance_type == "ml.m5.lagre"


PLATFORM = """\
role: arn:aws:iam::123456789012:role/platform
region: eu-west-1
bucket: platform
images: {"python:*": registry/python, "redis:*": registry/redis}
tags: {owner: platform, cost: "1"}
defaults: {instance_type: ml.m5.xlarge, subnets: [subnet-1, subnet-2], tags: {a: platform, b: platform}}
secrets: {token: {policy: environment}}
steps: [{name: train, instance_type: ml.g4dn.xlarge, volume_size: 100}]
"""
PROJECT = """\
extends: platform/kfp-sagemaker.yaml
bucket: project
images: {"python:3.11": mine, "redis:*": mine}
tags: {owner: project}
defaults: {subnets: [subnet-9], security_group_ids: [sg-9], tags: {b: project}}
secrets: {other: {policy: keep}}
steps: [{name: train, instance_type: ml.g5.xlarge}]
"""


def test_a_project_lies_on_top_of_the_platform(tmp_path: Path) -> None:
    write(tmp_path, PLATFORM, "platform/kfp-sagemaker.yaml")
    configuration, findings = read_configuration(write(tmp_path, PROJECT))
    assert findings == []
    assert (configuration.role[-8:], configuration.bucket) == ("platform", "project")
    assert " ".join(configuration.images) == "python:3.11 redis:* python:*"
    assert configuration.images["redis:*"] == "mine"
    assert configuration.tags == {"owner": "project", "cost": "1"}
    tags = {"a": "platform", "b": "project"}
    assert configuration.defaults == Job(
        instance_type="ml.m5.xlarge", subnets=("subnet-9",), security_group_ids=("sg-9",), tags=tags
    )
    assert set(configuration.secrets) == {"token", "other"}
    settings = configuration.for_step(["train"], "python:3.11")
    assert (settings.fixed_instance_type, settings.job.volume_size) == ("ml.g5.xlarge", 100)


def test_what_is_incomplete_beneath_may_be_completed_on_top(tmp_path: Path) -> None:
    write(tmp_path, "defaults: {subnets: [subnet-1]}", "base.yaml")
    configuration, findings = read_configuration(write(tmp_path, "extends: base.yaml\ndefaults: {security_group_ids: [sg-1]}"))
    assert findings == []
    assert configuration.defaults.subnets == ("subnet-1",)


@pytest.mark.parametrize(
    ("text", "said"),
    [("extends: nowhere.yaml\n", "cannot be read: No such file"), ("extends: kfp-sagemaker.yaml\n", "extends itself")],
)
def test_a_file_beneath_that_cannot_be_had(tmp_path: Path, text: str, said: str) -> None:
    (found,) = refused(write(tmp_path, text))
    assert (found.code, found.location.line) == ("KSC802", 1)
    assert said in found.sentence


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "kfp-sagemaker.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    (found,) = refused(path)
    assert found.sentence.endswith("is not UTF-8 text.")
