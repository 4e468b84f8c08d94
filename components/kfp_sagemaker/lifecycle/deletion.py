"""The end of a service or record: deleted, and when asked the records that it was made of. Absent is success.

Known limitation: a step that is killed after the service is gone cannot find out its config any more.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.lifecycle.step import Step
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.resource import Life, Resource, State

_logger = logging.getLogger(__name__)

_DELETING = "Deleting"


def delete(step: Step, *resources: Resource) -> Mapping[str, Any]:
    """Delete the last of ``resources``, of the step's name, then those that it was made of and that the step says.

    Returns ``{"deleted": [ARN, ...]}``.
    """
    *parts, service = resources
    requests = step.prepared.requests
    name = str(requests[service.delete][service.name_member])
    described = step.describe(service, name)
    if described is None:
        _logger.info("%s %s: nothing to delete", service.kind, name)
        return {"deleted": []}
    records = _records(step, parts[0], parts[1], described) if len(parts) == 2 else []
    if described.get(service.status_member or "") == _DELETING:
        _wait_until_gone(step, service, name)
    elif _is_still_there_at_rest(step, service, name, described):
        delete_and_wait(step, service, name)
    deleted = [str(described.get(service.arn_member, name))]
    for resource, record, arn in records:
        if step.patience.ride_out(lambda resource=resource, record=record: step.backend.delete(resource, record)):  # type: ignore[misc]
            _logger.info("%s %s: deleted", resource.kind, record)
            deleted.append(arn)
    return {"deleted": deleted}


class _Gone(Exception):
    """It went while it was waited for."""


def _is_still_there_at_rest(step: Step, service: Resource, name: str, described: Mapping[str, Any]) -> bool:
    """Wait until the service is not being created or updated, while it refuses to be deleted.

    False when it went meanwhile: a schedule whose deletion is under way shows the same status as one that is updated.
    """
    if service.life is not Life.SERVICE or service.state(described) is not State.BUSY:
        return True

    def look() -> Mapping[str, Any]:
        seen = step.backend.describe(service, name)
        if seen is None:
            raise _Gone
        return seen

    try:
        Watch(service, name, look, step.patience).until_done(described)
    except _Gone:
        _logger.info("%s %s: gone", service.kind, name)
        return False
    return True


def delete_and_wait(step: Step, service: Resource, name: str) -> None:
    """Delete the service and wait until it is gone."""
    step.patience.ride_out(lambda: step.backend.delete(service, name))
    _logger.info("%s %s: deleting", service.kind, name)
    _wait_until_gone(step, service, name)


def _wait_until_gone(step: Step, service: Resource, name: str) -> None:
    while step.describe(service, name) is not None:
        step.patience.check_timeout()
        step.patience.sleep(5.0 * step.patience.pause_scale)


def _records(
    step: Step, model: Resource, config: Resource, described: Mapping[str, Any]
) -> list[tuple[Resource, str, str]]:
    """Kind, name and ARN of the records that are to go too: the config, and the models of its variants."""
    requests = step.prepared.requests
    if config.delete not in requests and model.delete not in requests:
        return []
    config_name = str(described.get(config.name_member, ""))
    found = step.describe(config, config_name)
    if found is None:
        return []
    records = [(config, config_name, str(found[config.arn_member]))] if config.delete in requests else []
    if model.delete in requests:
        variants = [*(found.get("ProductionVariants") or []), *(found.get("ShadowProductionVariants") or [])]
        names = dict.fromkeys(variant[model.name_member] for variant in variants if variant.get(model.name_member))
        for name in names:
            there = step.describe(model, name)
            if there is not None:
                records.append((model, name, str(there[model.arn_member])))
    return records
