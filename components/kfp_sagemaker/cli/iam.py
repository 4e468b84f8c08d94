"""``kfp-sagemaker iam``: the least IAM policy for steps."""

from __future__ import annotations

import json

import click

from kfp_sagemaker.cli.component_argument import matching_components


@click.command()
@click.argument("components", nargs=-1, required=True, shell_complete=matching_components)
@click.option("--region", default="*", help="Limit the policy to this region.")
@click.option("--account", default="*", help="Limit the policy to this account (12 digits).")
@click.option("--role", "roles", multiple=True, metavar="ARN", help="A role that jobs and models run as. Repeatable.")
@click.option("--assume-role", "assumed_roles", multiple=True, metavar="ARN",
              help="A role that steps assume (input assume_role). Repeatable.")
@click.option("--wait-for-capacity", is_flag=True, help="Add what steps with the input wait_for_capacity need.")
@click.option("--stop", is_flag=True, help="Add what `kfp-sagemaker stop --run` needs.")
def iam(
    components: tuple[str, ...],
    region: str,
    account: str,
    roles: tuple[str, ...],
    assumed_roles: tuple[str, ...],
    stop: bool,
    wait_for_capacity: bool,
) -> None:
    """Print the IAM policy, as JSON, that the pods of COMPONENTS (such as v1/train v1/model) need."""
    from kfp_sagemaker.errors import InvalidInput, Violation
    from kfp_sagemaker.faces.registry import find_face
    from kfp_sagemaker.iam import partition_of, policy

    wrong = [Violation(option, "not an ARN of an IAM role: arn:PARTITION:iam::ACCOUNT:role/NAME", value=arn)
             for option, arns in (("--role", roles), ("--assume-role", assumed_roles))
             for arn in arns if not is_role_arn(arn)]
    if account != "*" and not (len(account) == 12 and account.isdecimal()):
        wrong.append(Violation("--account", "not an account: 12 digits", value=account))
    if wrong:
        raise InvalidInput("iam", wrong)
    faces = [find_face(component) for component in dict.fromkeys(components)]
    document = policy(
        faces, partition=partition_of(region, roles), region=region, account=account, roles=roles, assumed_roles=assumed_roles,
        stop=stop, wait_for_capacity=wait_for_capacity,
    )
    click.echo(json.dumps(document, indent=2))


def is_role_arn(arn: str) -> bool:
    """Whether ``arn`` looks like that of an IAM role."""
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[0] == "arn" and parts[2] == "iam" and parts[5].startswith("role/")
