"""The life of a service: an endpoint that is created or updated, and has converged when it serves what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import NameTaken, RemoteFailure, TimedOut
from kfp_sagemaker.faces.card import console_link, duration
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.lifecycle.decide import Decision, ServiceObservation, decide_service
from kfp_sagemaker.lifecycle.deletion import delete_and_wait
from kfp_sagemaker.lifecycle.record import ensure_record
from kfp_sagemaker.lifecycle.step import Step, failure, said
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.resource import Resource, State


def converge(step: Step, config: Resource, service: Resource) -> Mapping[str, Any]:
    """Make the service be what the step asks for; returns its description. Raises StepError when it does not get there."""
    attempt, derived = 0, str(step.prepared.requests[config.create][config.name_member])
    capacity_until = step.patience.clock.now() + step.settings.wait_for_capacity
    while True:
        call = step.request_for(service, attempt)
        name = call.request[service.name_member]
        described = step.describe(service, name)
        observation, desired = None, derived
        if described is not None:
            named = _config_in_the_making(service, config, described)
            as_desired = named == desired or _serves_the_same(step, config, service, described)
            if as_desired and named != desired:
                desired = named
            observation = ServiceObservation(service.state(described), as_desired,
                                             step.is_ours(service) or (step.is_ours(config) and named == derived))
        decision = decide_service(observation, step.settings.on_existing, attempt)
        said(decision.value, service, name, "nothing of that name is there" if described is None
             else f"it is there: {service.status_text(described)}")
        if decision is Decision.NEXT_ATTEMPT:
            attempt += 1
        elif decision is Decision.FAIL:
            assert described is not None
            if service.state(described) in (State.FAILED, State.STOPPED):
                raise failure(service, name, described, "is there already and has to be deleted first: it ended")
            raise NameTaken(f"{service.kind} {name} is there already, and on_existing says fail")
        elif decision is Decision.SETTLE:
            _watched(step, service, name, described)
        elif decision is Decision.REUSE:
            assert described is not None
            return described
        elif decision is Decision.ATTACH:
            return _converged(config, service, name, desired, _watched(step, service, name, described))
        else:
            desired = str(ensure_record(step, config)[config.name_member])
            call = Call(call.operation, {**call.request, config.name_member: desired})
            if decision is Decision.CREATE and not step.create(service, call):
                continue
            if decision is Decision.UPDATE:
                assert service.update is not None
                request = {**step.prepared.requests[service.update], service.name_member: name, config.name_member: desired}
                update = Call(service.update, request)
                step.patience.ride_out(lambda update=update: step.backend.update(service, update))  # type: ignore[misc]
            described = _watched(step, service, name, None)
            # What could not be created keeps its name until it is deleted; this step made it, so it may.
            if (decision is Decision.CREATE and service.state(described) is State.FAILED
                    and step.waits_for_capacity(described, capacity_until)):
                delete_and_wait(step, service, name)
                continue
            return _converged(config, service, name, desired, described)


def _config_in_the_making(service: Resource, config: Resource, described: Mapping[str, Any]) -> str:
    """The config that the service has, or that an update under way gives it."""
    pending = described.get("PendingDeploymentSummary") or {}
    return str(pending.get(config.name_member) or described.get(config.name_member, ""))


def _serves_the_same(step: Step, config: Resource, service: Resource, described: Mapping[str, Any]) -> bool:
    """Whether the service's config holds what the step asks for, under another name that nobody asked for."""
    if not step.is_ours(config) or service.state(described) is not State.SUCCEEDED:
        return False
    current = step.describe(config, described.get(config.name_member, ""))
    return current is not None and not step.differences(config, step.request_for(config, 0), current)


def _watched(step: Step, service: Resource, name: str, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
    watch = Watch(service, name, lambda: step.backend.describe(service, name), step.patience)
    try:
        done = watch.until_done(described)
        step.termination.nothing_to_stop()
        return done
    except TimedOut:
        raise TimedOut(f"{service.kind} {name}: not finished within the timeout of {duration(step.settings.timeout)}; "
                       f"it goes on, since there is no way to stop it") from None


def _converged(
    config: Resource, service: Resource, name: str, desired: str, described: Mapping[str, Any]
) -> Mapping[str, Any]:
    if service.state(described) is not State.SUCCEEDED:
        raise failure(service, name, described)
    serving = described.get(config.name_member)
    if serving != desired:
        reason = described.get("FailureReason") or "SageMaker gave no FailureReason"
        raise RemoteFailure(
            f"{service.kind} {name} was rolled back: it serves {serving}, and {desired} was asked for\n"
            f"{console_link(service, described.get(service.arn_member, ''))}\n{reason}")
    return described
