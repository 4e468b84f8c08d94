"""The life of a service: an endpoint or schedule that is created or updated, and has converged when it is as asked for.

A service made of a record (an endpoint of its config) is as asked for when it has that record; another is compared itself.

Known limitation: a step that is killed after an update has ended cannot find out which record that replaced, so that it stays.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import NameTaken, RemoteFailure, TimedOut
from kfp_sagemaker.faces.card import console_link, duration
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.lifecycle.decide import Decision, ServiceObservation, decide_service
from kfp_sagemaker.lifecycle.deletion import delete_and_wait
from kfp_sagemaker.lifecycle.record import ensure_record
from kfp_sagemaker.lifecycle.step import Step, end_state, failure, said
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.resource import Resource, State

_logger = logging.getLogger(__name__)


def converge(step: Step, *resources: Resource) -> Mapping[str, Any]:
    """Make the last of ``resources`` be what the step asks for, out of the record before it where there is one.

    Returns its description. Raises StepError when it does not get there.
    """
    service, config = resources[-1], resources[0] if len(resources) > 1 else None
    attempt = 0
    derived = str(step.prepared.requests[config.create][config.name_member]) if config else ""
    capacity_until = step.patience.clock.now() + step.settings.wait_for_capacity
    while True:
        call = step.request_for(service, attempt)
        name = call.request[service.name_member]
        described = step.describe(service, name)
        observation, desired, replaced = None, derived, ""
        if described is not None:
            named = _record_in_the_making(service, config, described)
            replaced = str(described.get(config.name_member, "")) if config is not None else ""
            ours = step.is_ours(service) or (config is not None and step.is_ours(config) and named == derived)
            differences = _differences(step, config, service, call, desired, described)
            if config is not None and not differences and named != desired:
                desired = named  # It serves an equal record under another name.
            observation = ServiceObservation(end_state(service, described, step.settings), not differences, ours)
        decision = decide_service(observation, step.settings.on_existing, attempt)
        said(decision.value, service, name, "nothing of that name is there" if described is None
             else f"it is there: {service.status_text(described)}")
        if decision is Decision.NEXT_ATTEMPT:
            attempt += 1
        elif decision is Decision.FAIL:
            assert described is not None
            if end_state(service, described, step.settings) in (State.FAILED, State.STOPPED):
                raise failure(service, name, described, "is there already and has to be deleted first: it ended")
            raise NameTaken(f"{service.kind} {name} is there already, and on_existing says fail")
        elif decision is Decision.SETTLE:
            _watched(step, service, name, described)
        elif decision is Decision.REUSE:
            assert described is not None
            return described
        elif decision is Decision.ATTACH:
            done = _converged(step, config, service, call, desired, _watched(step, service, name, described))
            _delete_replaced(step, config, replaced, desired)
            return done
        else:
            if decision is Decision.UPDATE and not step.prepared.may_update:
                raise NameTaken(f"{service.kind} {name} is there already and is not what this step asks for; the input "
                                f"{step.prepared.face.update_input} allows to update it")
            if config is not None:
                desired = str(ensure_record(step, config)[config.name_member])
                call = Call(call.operation, {**call.request, config.name_member: desired})
            if decision is Decision.CREATE and not step.create(service, call):
                continue
            if decision is Decision.UPDATE:
                _update(step, config, service, name, desired)
            done = _watched(step, service, name, None)
            # What could not be created keeps its name until it is deleted; this step made it, so it may.
            if (decision is Decision.CREATE and service.state(done) is State.FAILED
                    and step.waits_for_capacity(done, capacity_until)):
                delete_and_wait(step, service, name)
                continue
            done = _converged(step, config, service, call, desired, done)
            _delete_replaced(step, config, replaced, desired)
            return done


def _update(step: Step, config: Resource | None, service: Resource, name: str, desired: str) -> None:
    assert service.update is not None
    # The face of a custom resource has no request of its own for an update: it says the whole again.
    requests = step.prepared.requests
    request = {**requests.get(service.update, requests[service.create]), service.name_member: name}
    if config is not None:
        request[config.name_member] = desired
    call = Call(service.update, request)
    step.patience.ride_out(lambda: step.backend.update(service, call))


def _delete_replaced(step: Step, config: Resource | None, replaced: str, desired: str) -> None:
    """Delete the record that the service had before, when the step asks for that; the service has the desired one by now."""
    if config is None or not step.prepared.deletes_replaced or replaced in ("", desired):
        return
    if step.patience.ride_out(lambda: step.backend.delete(config, replaced)):
        _logger.info("%s %s: deleted, since %s has replaced it", config.kind, replaced, desired)


def _record_in_the_making(service: Resource, config: Resource | None, described: Mapping[str, Any]) -> str:
    """The record that the service has, or that an update under way gives it; empty for one that has none."""
    if config is None:
        return ""
    pending = described.get("PendingDeploymentSummary") or {}
    return str(pending.get(config.name_member) or described.get(config.name_member, ""))


def _differences(
    step: Step, config: Resource | None, service: Resource, call: Call, desired: str, described: Mapping[str, Any]
) -> tuple[str, ...]:
    """How what is there, or being made, differs from what the step asks for."""
    if config is None:
        return step.differences(service, call, described)
    named = _record_in_the_making(service, config, described)
    if named == desired:
        # A name that a user gave says nothing of what the record holds.
        there = None if step.is_ours(config) else step.describe(config, named)
        return () if there is None else step.differences(config, step.request_for(config, 0), there)
    different = (f"{config.name_member}: there {named}, here {desired}",)
    if not step.is_ours(config) or service.state(described) is not State.SUCCEEDED:
        return different
    # The name of the record is only derived: one of another name may hold the same.
    current = step.describe(config, named)
    return different if current is None else step.differences(config, step.request_for(config, 0), current)


def _watched(step: Step, service: Resource, name: str, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
    watch = Watch(service, name, lambda: step.backend.describe(service, name), step.patience,
                  changes=step.backend.changes(service, name))
    try:
        done = watch.until_done(described)
        step.termination.nothing_to_stop()
        return done
    except TimedOut:
        raise TimedOut(f"{service.kind} {name}: not finished within the timeout of {duration(step.settings.timeout)}; "
                       f"it goes on, since there is no way to stop it") from None


def _converged(
    step: Step, config: Resource | None, service: Resource, call: Call, desired: str, described: Mapping[str, Any]
) -> Mapping[str, Any]:
    name = call.request[service.name_member]
    if end_state(service, described, step.settings) is not State.SUCCEEDED:
        raise failure(service, name, described)
    if config is None:
        differences = step.differences(service, call, described)
        if differences:
            listed = "".join(f"\n  {difference}" for difference in differences)
            reason = f"\n{described['FailureReason']}" if described.get("FailureReason") else ""
            raise RemoteFailure(f"{service.kind} {name} is not what was asked for after the update:{listed}{reason}")
    elif described.get(config.name_member) != desired:
        reason = described.get("FailureReason") or "SageMaker gave no FailureReason"
        raise RemoteFailure(
            f"{service.kind} {name} was rolled back: it serves {described.get(config.name_member)}, and {desired} was asked "
            f"for\n{console_link(service, described.get(service.arn_member, ''))}\n{reason}")
    return described
