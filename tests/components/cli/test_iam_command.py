"""``kfp-sagemaker iam``: the policy as JSON on stdout, rights in a cluster as YAML."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner
from kfp_sagemaker.cli import main
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.iam import policy

ROLE = "arn:aws-cn:iam::111122223333:role/path/SageMaker"


def test_prints_the_policy_of_all_components() -> None:
    result = CliRunner().invoke(main, ["iam", "v1/train", "v1/model", "v1/train"])
    assert json.loads(result.stdout) == policy([find_face("v1/train"), find_face("v1/model")])


def test_options_limit_it() -> None:
    arguments = ["iam", "v1/train", "--region", "cn-north-1", "--account", "111122223333", "--role", ROLE, "--stop"]
    expected = policy(
        [find_face("v1/train")], partition="aws-cn", region="cn-north-1", account="111122223333", roles=(ROLE,), stop=True)
    assert json.loads(CliRunner().invoke(main, arguments).stdout) == expected


@pytest.mark.parametrize(("arguments", "told"), [
    (["v1/trian"], "v1/trian: no such component"),
    (["v1/train", "--region", "mars"], "--region = 'mars'"),
    (["v1/train", "--account", "12"], "--account = '12': not an account: 12 digits"),
    (["v1/train", "--role", "SageMaker"], "--role = 'SageMaker': not an ARN of an IAM role"),
    (["v1/train", "--assume-role", "x", "--role", "y"], "--role = 'y'"),
])
def test_refusals(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["iam", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


class TestOnAck:
    def test_the_pod_gets_a_role_in_its_namespace(self) -> None:
        options = ["--namespace", "ml", "--service-account", "default-editor"]
        result = CliRunner().invoke(main, ["iam", "v2/TrainingJob", "v2/flat/delete_model", *options])
        account, role, binding = yaml.safe_load_all(result.stdout)

        assert (account["kind"], role["kind"], binding["kind"]) == ("ServiceAccount", "Role", "RoleBinding")
        assert {each["metadata"]["namespace"] for each in (account, role, binding)} == {"ml"}
        assert {tuple(rule["resources"]): rule["verbs"] for rule in role["rules"]} == {
            ("models",): ["get", "list", "watch", "delete"],
            ("trainingjobs",): ["get", "list", "watch", "create", "patch", "delete"]}
        assert {group for rule in role["rules"] for group in rule["apiGroups"]} == {"sagemaker.services.k8s.aws"}
        assert binding["roleRef"]["name"] == role["metadata"]["name"]
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "default-editor", "namespace": "ml"}]
        assert "&id" not in result.stdout

    def test_the_controller_gets_a_policy(self) -> None:
        result = CliRunner().invoke(main, ["iam", "v2/Endpoint", "v2/TrainingJob", "--for", "controller", "--role", ROLE])
        statements = {each["Sid"]: each for each in json.loads(result.stdout)["Statement"]}

        assert {"sagemaker:StopTrainingJob", "sagemaker:CreateTrainingJob", "sagemaker:ListTags"} <= set(
            statements["TrainingJobs"]["Action"])
        assert "sagemaker:DeleteTrainingJob" not in statements["TrainingJobs"]["Action"]
        assert statements["Endpoints"]["Resource"] == [
            "arn:aws-cn:sagemaker:*:*:endpoint/*", "arn:aws-cn:sagemaker:*:*:endpoint-config/*"]
        assert statements["PassRole"]["Resource"] == [ROLE]
        assert "Logs" not in statements

    def test_the_pod_may_read_logs_and_look_up(self) -> None:
        arguments = ["iam", "v2/TrainingJob", "v2/Model", "v2/flat/batch_transform", "--for", "reads"]
        logs, objects = json.loads(CliRunner().invoke(main, arguments).stdout)["Statement"]
        assert logs["Resource"] == [
            f"arn:aws:logs:*:*:log-group:/aws/sagemaker/{kind}:*" for kind in ("TrainingJobs", "TransformJobs")]
        assert objects["Action"] == ["s3:ListBucket"]

    @pytest.mark.parametrize(("arguments", "told"), [
        (["v1/train", "v2/TrainingJob"], "v1/train: is not on ACK, as others are"),
        (["v1/train", "--for", "controller"], "--for = 'controller': only pod"),
        (["v2/TrainingJob", "--stop"], "--stop: only for components on the SageMaker API"),
        (["v2/TrainingJob", "--role", ROLE], "--role: only for components on the SageMaker API, or with --for controller"),
    ])
    def test_refusals(self, arguments: list[str], told: str) -> None:
        result = CliRunner().invoke(main, ["iam", *arguments])
        assert (result.exit_code, result.stdout) == (2, "")
        assert told in result.stderr


def test_moved_steps_stage_in_buckets() -> None:
    arguments = ["iam", "step", "--bucket", "one", "--bucket", "two", "--role", ROLE]
    document = json.loads(CliRunner().invoke(main, arguments).stdout)
    statements = {statement["Sid"]: statement for statement in document["Statement"]}
    assert set(statements) == {
        "ProcessingJobs", "TrainingJobs", "PassRole", "Logs", "Objects", "ListBuckets", "DeleteWhatAttemptsLeft"}
    assert statements["Objects"]["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert statements["Objects"]["Resource"] == ["arn:aws-cn:s3:::one/*", "arn:aws-cn:s3:::two/*"]
    assert statements["DeleteWhatAttemptsLeft"]["Resource"][:3] == [
        "arn:aws-cn:s3:::one/*/????????-????-????-????-????????????/*",
        "arn:aws-cn:s3:::one/*/????????????????????????????????/*",
        "arn:aws-cn:s3:::one/*/kfp-sagemaker.files/output/*"]
    assert statements["ListBuckets"]["Resource"] == ["arn:aws-cn:s3:::one", "arn:aws-cn:s3:::two"]


def test_the_role_of_jobs_of_moved_steps() -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token"
    function = "arn:aws:lambda:eu-west-1:111122223333:function:registry"
    arguments = ["iam", "step", "--for", "job", "--secret", secret, "--registry-function", function]
    document = json.loads(CliRunner().invoke(main, arguments).stdout)
    statements = {statement["Sid"]: statement for statement in document["Statement"]}
    assert statements["ReadSecrets"]["Resource"] == [secret, f"{secret}-??????"]
    assert (statements["AskForRegistryCredentials"]["Action"], statements["AskForRegistryCredentials"]["Resource"]) == (
        ["lambda:InvokeFunction"], [function])
    assert statements["Objects"]["Resource"] == ["arn:aws:s3:::*/*"]
    assert not any(action.startswith("sagemaker:") for statement in document["Statement"] for action in statement["Action"])


def test_keys_and_images_of_moved_steps() -> None:
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/train:1"
    for whose, more in (("pod", []), ("job", ["--image", image])):
        arguments = ["iam", "step", "--for", whose, "--key", "alias/team", "--key", "1234", *more]
        document = json.loads(CliRunner().invoke(main, arguments).stdout)
        statements = {statement["Sid"]: statement for statement in document["Statement"]}
        assert statements["UseKeys"]["Resource"] == ["arn:aws:kms:*:*:key/1234"]
        assert statements["UseKeysByAlias"]["Resource"] == ["arn:aws:kms:*:*:key/*"]
    assert statements["PullImages"]["Resource"] == ["arn:aws:ecr:eu-west-1:111122223333:repository/train"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["v1/train", "--bucket", "b"], "--bucket: only with the component step"),
        (["v1/train", "--key", "k"], "--key: only with the component step"),
        (["step", "--image", "i"], "--image: only with --for job"),
        (["step", "--secret", "arn"], "--secret: only with --for job"),
        (["step", "--registry-function", "arn"], "--registry-function: only with --for job"),
        (["v1/train", "--for", "job"], "job is for the component step alone"),
        (["step", "v1/train", "--for", "job"], "job is for the component step alone"),
    ],
)
def test_options_of_moved_steps_are_for_them(arguments: list[str], problem: str) -> None:
    result = CliRunner().invoke(main, ["iam", *arguments])
    assert result.exit_code == 2
    assert problem in result.stderr
