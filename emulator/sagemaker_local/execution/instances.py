"""The instances of a job: their host names, and the resourceconfig.json that tells each of them of the others.

Source: Developer Guide, "Distributed Training Configuration"; ResourceConfig and ProcessingResources of the API
reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Instance:
    """One instance; ``group`` is empty in a job without instance groups."""

    host: str
    instance_type: str
    group: str = ""


def training_instances(resources: Mapping[str, Any]) -> list[Instance]:
    """``algo-1`` to ``algo-N`` of a ResourceConfig, through its instance groups if it has some."""
    groups: Sequence[Mapping[str, Any]] = resources.get("InstanceGroups") or [resources]
    kinds = [
        (group.get("InstanceType", ""), group.get("InstanceGroupName", ""))
        for group in groups
        for _ in range(max(1, group.get("InstanceCount", 1)))
    ]
    return [Instance(f"algo-{number}", *kind) for number, kind in enumerate(kinds, start=1)]


def processing_instances(cluster: Mapping[str, Any]) -> list[Instance]:
    """``algo-1`` to ``algo-N`` of a ClusterConfig."""
    numbers = range(1, cluster.get("InstanceCount", 1) + 1)
    return [Instance(f"algo-{number}", cluster.get("InstanceType", "")) for number in numbers]


def training_resource_config(instance: Instance, instances: Sequence[Instance]) -> dict[str, Any]:
    """``/opt/ml/input/config/resourceconfig.json``."""
    groups = list(dict.fromkeys((each.group or "homogeneousCluster", each.instance_type) for each in instances))
    return {
        "current_host": instance.host,
        "current_instance_type": instance.instance_type,
        "current_group_name": instance.group or "homogeneousCluster",
        "hosts": [each.host for each in instances],
        "instance_groups": [
            {
                "instance_group_name": name,
                "instance_type": kind,
                "hosts": [each.host for each in instances if (each.group or "homogeneousCluster") == name],
            }
            for name, kind in groups
        ],
        "network_interface_name": "eth0",
    }


def processing_resource_config(instance: Instance, instances: Sequence[Instance]) -> dict[str, Any]:
    """``/opt/ml/config/resourceconfig.json``."""
    return {"current_host": instance.host, "hosts": [each.host for each in instances]}
