"""``kfp-sagemaker iam``: the least rights for steps: IAM policies, and Kubernetes roles for steps on ACK."""

from __future__ import annotations

import json
from typing import Any

import click

from kfp_sagemaker.cli.component_argument import matching_components

#: What people call the component of steps that were moved.
MOVED_STEP = "step"


@click.command()
@click.argument("components", nargs=-1, required=True, shell_complete=matching_components)
@click.option("--region", default="*", help="Limit the policy to this region.")
@click.option("--account", default="*", help="Limit the policy to this account (12 digits).")
@click.option("--role", "roles", multiple=True, metavar="ARN", help="A role that jobs and models run as. Repeatable.")
@click.option("--assume-role", "assumed_roles", multiple=True, metavar="ARN",
              help="A role that steps assume (input assume_role). Repeatable.")
@click.option("--wait-for-capacity", is_flag=True, help="Add what steps with the input wait_for_capacity need.")
@click.option("--for", "whose", type=click.Choice(["pod", "controller", "reads", "job"]), default="pod", show_default=True,
              help="On ACK: rights of the pod in the cluster, of the controller in AWS, or of the pod to read in AWS. "
                   "Of moved steps (step): also of the role that their jobs run as.")
@click.option("--bucket", "buckets", multiple=True, metavar="NAME",
              help="For step: a bucket of pipeline root and imported artifacts. Repeatable; none: all buckets.")
@click.option("--secret", "secrets", multiple=True, metavar="ARN", help="With --for job: a secret that jobs read. Repeatable.")
@click.option("--registry-function", "registry_functions", multiple=True, metavar="ARN",
              help="With --for job: a Lambda function with the credentials of a private registry. Repeatable.")
@click.option("--image", "images", multiple=True, metavar="IMAGE",
              help="With --for job: an image in ECR that jobs run. Repeatable; none: all repositories of the account.")
@click.option("--key", "keys", multiple=True, metavar="KEY",
              help="For step: a KMS key that jobs encrypt with, by id, ARN or alias/NAME. Repeatable.")
@click.option("--namespace", default="kubeflow", show_default=True, help="On ACK: where the pods run.")
@click.option("--service-account", default="pipeline-runner", show_default=True, help="On ACK: what the pods run as.")
@click.option("--stop", is_flag=True, help="Add what `kfp-sagemaker stop --run` needs.")
def iam(
    components: tuple[str, ...],
    region: str,
    account: str,
    roles: tuple[str, ...],
    assumed_roles: tuple[str, ...],
    stop: bool,
    wait_for_capacity: bool,
    whose: str,
    namespace: str,
    service_account: str,
    buckets: tuple[str, ...],
    secrets: tuple[str, ...],
    registry_functions: tuple[str, ...],
    images: tuple[str, ...],
    keys: tuple[str, ...],
) -> None:
    """Print the IAM policy, as JSON, that the pods of COMPONENTS (such as v1/train v1/model) need.

    The component of converted steps, and of those by run_on_sagemaker, is called: step. With --for job it is the policy of
    the role that their jobs run as.

    For components on ACK (such as v2/TrainingJob v2/flat/model): ServiceAccount, Role and RoleBinding of the pods as YAML,
    which kubectl apply -f - takes; with --for controller the IAM policy of the controller's role.
    """
    from kfp_sagemaker.container_step.job import FACES
    from kfp_sagemaker.errors import InvalidInput, Violation
    from kfp_sagemaker.faces.face import BackEnd
    from kfp_sagemaker.faces.registry import find_face
    from kfp_sagemaker.iam import job_policy, key_statements, partition_of, policy, reads_policy
    from kfp_sagemaker.rbac import rbac

    wrong = [Violation(option, "not an ARN of an IAM role: arn:PARTITION:iam::ACCOUNT:role/NAME", value=arn)
             for option, arns in (("--role", roles), ("--assume-role", assumed_roles))
             for arn in arns if not is_role_arn(arn)]
    if account != "*" and not (len(account) == 12 and account.isdecimal()):
        wrong.append(Violation("--account", "not an account: 12 digits", value=account))
    if wrong:
        raise InvalidInput("iam", wrong)
    moved = MOVED_STEP in components
    faces = [find_face(component) for component in dict.fromkeys(components) if component != MOVED_STEP]
    if whose == "job" and (faces or not moved):
        raise InvalidInput("iam", [Violation("--for", f"job is for the component {MOVED_STEP} alone", value=whose)])
    of_jobs = {"--secret": secrets, "--registry-function": registry_functions, "--image": images}
    of_steps = {"--bucket": buckets, "--key": keys}
    misplaced = [Violation(option, f"only with the component {MOVED_STEP}") for option, given in of_steps.items()
                 if given and not moved]
    misplaced += [Violation(option, "only with --for job") for option, given in of_jobs.items() if given and whose != "job"]
    if misplaced:
        raise InvalidInput("iam", misplaced)
    place = {"partition": partition_of(region, roles), "region": region, "account": account}
    for_keys = key_statements(keys, **place)
    if whose == "job":
        document = job_policy(
            **place, buckets=buckets, secrets=secrets,
            registry_functions=registry_functions, images=images)
        document["Statement"] += for_keys
        click.echo(json.dumps(document, indent=2))
        return
    faces += FACES.values() if moved else []
    on_ack = [face.backend is BackEnd.ACK for face in faces]
    if any(on_ack) and not all(on_ack):
        calling = [face.id for face in faces if face.backend is not BackEnd.ACK]
        raise InvalidInput("iam", [Violation(component, "is not on ACK, as others are: ask for each back end by itself")
                                   for component in calling])
    if whose != "pod" and not any(on_ack):
        raise InvalidInput("iam", [Violation("--for", "only pod, for components on the SageMaker API", value=whose)])
    given = {"--assume-role": assumed_roles, "--stop": stop, "--wait-for-capacity": wait_for_capacity}
    if whose != "controller":
        given["--role"] = roles
    not_used = [option for option, value in given.items() if value] if any(on_ack) else []
    if not_used:
        but = {"--role": ", or with --for controller"}
        raise InvalidInput("iam", [Violation(option, f"only for components on the SageMaker API{but.get(option, '')}")
                                   for option in not_used])
    if any(on_ack) and whose == "pod":
        click.echo(_as_yaml(rbac(faces, namespace=namespace, service_account=service_account)), nl=False)
        return
    if whose == "reads":
        document = reads_policy(faces, **place)
        click.echo(json.dumps(document, indent=2))
        return
    document = policy(
        faces, **place, roles=roles, assumed_roles=assumed_roles,
        stop=stop, wait_for_capacity=wait_for_capacity, buckets=buckets if moved else None,
    )
    document["Statement"] += for_keys
    click.echo(json.dumps(document, indent=2))


def _as_yaml(documents: list[dict[str, Any]]) -> str:
    import yaml

    class WithoutAliases(yaml.SafeDumper):
        """Kubernetes reads anchors, people do not like to."""

        def ignore_aliases(self, _data: Any) -> bool:
            return True

    text: str = yaml.dump_all(documents, Dumper=WithoutAliases, sort_keys=False)
    return text


def is_role_arn(arn: str) -> bool:
    """Whether ``arn`` looks like that of an IAM role."""
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[0] == "arn" and parts[2] == "iam" and parts[5].startswith("role/")
