"""``kfp-sagemaker profiles``: the instance types that steps can run on."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from kfp_sagemaker.instance_types import InstanceType, instance_types
from kfp_sagemaker.smallest_instance import Asked, accelerator, by_size, gibibytes, quantity, suitable

_USES = ("processing", "training")


@click.command()
@click.argument("pattern", required=False, default="")
@click.option("--service", type=click.Choice(_USES), help="Only those for this kind of job.")
@click.option("--gpu", is_flag=True, help="Only those with accelerators.")
@click.option("--cpu", "cpu", default="", metavar="QUANTITY", help="Only those that hold as much, such as 4 or 500m.")
@click.option("--memory", default="", metavar="QUANTITY", help="Only those that hold as much, such as 16Gi.")
@click.option("--accelerators", type=click.IntRange(min=0), default=0, help="Only those with as many.")
@click.option("--accelerator", "kind", default="", metavar="NAME", help="Their kind, such as nvidia-l4 or nvidia.com/gpu.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")
def profiles(
    pattern: str, service: str | None, gpu: bool, cpu: str, memory: str, accelerators: int, kind: str, as_json: bool
) -> None:
    """List the instance types, smallest first; PATTERN is a part of their name, such as m5 or ml.g5.

    With a quantity, the first of the list is the one that a step gets which asks for as much.
    """
    rows = [one for one in _chosen(service, cpu, memory, accelerators, kind) if pattern in one.name]
    if gpu:
        rows = [one for one in rows if one.accelerators]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in rows], indent=2))
    elif not rows:
        raise click.ClickException("no instance type is like that")
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        for one in rows:
            cells = _cells(one)
            click.echo(f"{cells[0]:24} {cells[1]:>5} {cells[2]:>7}  {cells[3]:24} {cells[4]}".rstrip())


def _chosen(service: str | None, cpu: str, memory: str, accelerators: int, kind: str) -> list[InstanceType]:
    uses = (service,) if service else _USES
    if not (cpu or memory or accelerators or kind):
        rows = [one for one in instance_types().values() if set(uses) & set(one.uses)]
        return sorted(rows, key=by_size)
    try:
        asked = Asked(quantity(cpu or "0"), gibibytes(memory or "0"), accelerators or int(bool(kind)))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if kind:
        meant = accelerator(kind)
        if not meant.kind:
            raise click.UsageError(f"{kind}: SageMaker has no counterpart of this accelerator")
        asked = Asked(asked.vcpus, asked.memory_gib, asked.accelerators, meant)
    rows = []
    for use in uses:
        rows += [one for one in suitable(asked, use) if one not in rows]
    return rows


def _cells(one: InstanceType) -> tuple[str, str, str, str, str]:
    devices = f"{one.accelerators} {one.accelerator}" if one.accelerators else ""
    return one.name, str(one.vcpus), f"{one.memory_gib:g}", devices, " ".join(use for use in _USES if use in one.uses)


def _print_table(rows: list[InstanceType]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    table.add_column("type", no_wrap=True)
    table.add_column("vCPUs", justify="right")
    table.add_column("GiB", justify="right")
    table.add_column("accelerators", no_wrap=True)
    table.add_column("jobs")
    for one in rows:
        table.add_row(*_cells(one))
    Console().print(table)
