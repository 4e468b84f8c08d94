"""Completion of the argument that names a component, as several subcommands take it."""

from __future__ import annotations

import click

from kfp_sagemaker.faces.registry import component_ids


def matching_components(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Ids such as ``v1/train`` that begin with ``incomplete``."""
    return [component for component in component_ids() if component.startswith(incomplete)]
