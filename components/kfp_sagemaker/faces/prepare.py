"""From the inputs of a step to requests that can be sent: read, build, merge, name, tag, check. Pure; nothing is sent.

Runtime, ``plan``, the check when a pipeline is compiled, and the policies all come through here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kfp_sagemaker.custom_resources.check import findings
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.assemble import merged, says_nothing_about
from kfp_sagemaker.faces.common_inputs import StepSettings, step_settings, tag_list
from kfp_sagemaker.faces.face import BackEnd, Call, Face
from kfp_sagemaker.faces.inputs import read_inputs
from kfp_sagemaker.names import RunLabels, derived_name, is_empty
from kfp_sagemaker.service_model.model import input_shape
from kfp_sagemaker.service_model.requests import is_confidential, without_absent_members
from kfp_sagemaker.service_model.validate import Finding, Severity, Unresolved, validate
from kfp_sagemaker.version import VERSION

#: A resource may have this many tags, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html.
MOST_TAGS = 50
_TAG_VALUE_CHARACTERS = 256


@dataclass(frozen=True)
class Run:
    """The step in its run: what it is identified by, and what it is tagged with."""

    identity: str
    labels: RunLabels


@dataclass(frozen=True)
class Prepared:
    """A step ready to be carried out. ``named_by_user``: resource kinds whose name was an input."""

    face: Face
    settings: StepSettings
    values: Mapping[str, Any]
    requests: Mapping[str, Mapping[str, Any]]
    named_by_user: frozenset[str]
    warnings: tuple[Violation, ...]
    run: Run | None

    @property
    def may_update(self) -> bool:
        """Whether a service that is there, and is not what the step asks for, may be updated."""
        return not self.face.update_input or bool(self.values.get(self.face.update_input))

    @property
    def deletes_replaced(self) -> bool:
        """Whether the record that an update of the service has replaced is to be deleted."""
        return bool(self.values.get(self.face.delete_replaced_input))

    @property
    def calls(self) -> tuple[Call, ...]:
        """What is sent when nothing is there yet, in order."""
        return tuple(Call(name, request) for name, request in self.requests.items() if name != self.face.instead)


def prepare(face: Face, raw: Mapping[str, Any], *, run: Run | None = None, region: str | None = None) -> Prepared:
    """Make the requests of a step. ``region`` is the environment's, used where the input is empty.

    Raises InvalidInput with all violations. Values may be Unresolved (known when the pipeline runs).
    """
    values, problems = read_inputs(face.inputs, raw)
    if region and "region" not in values:
        values["region"] = region
    # A value that could not be read would only show up again as a missing member.
    unreadable = {problem.input for problem in problems}
    built = face.build(values)
    problems += [problem for problem in built.problems if problem.input not in unreadable]
    settings = step_settings(values)
    problems = [problem for problem in problems if not _is_overridden(face, problem, settings.extra_request)]
    requests, extra_problems = _with_extra(face, built.requests, settings.extra_request)
    problems += extra_problems
    requests = {name: without_absent_members(name, request) for name, request in requests.items()}
    named_by_user = _name(face, requests, run)
    problems += _tag(face, requests, values, settings, run)
    reported = {problem.member for problem in problems if problem.member} | {""}
    for violation in _violations(face, requests, values, settings, built.origins):
        under = any(violation.member == member or violation.member.startswith((f"{member}.", f"{member}["))
                    or member.startswith(f"{violation.member}.") for member in reported if member)
        if violation.input not in unreadable and not under:
            problems.append(violation)
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise InvalidInput(face.id, errors)
    return Prepared(face, settings, values, requests, named_by_user, tuple(problems), run)


def _with_extra(
    face: Face, requests: dict[str, dict[str, Any]], extra: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], list[Violation]]:
    operations = face.request_operations
    problems = []
    if len(operations) > 1:
        unknown = [name for name in extra if name not in operations]
        problems += [Violation("extra_request", f"{name}: not an operation of this component; it is keyed by "
                               f"{', '.join(operations)}", value=name) for name in unknown]
        by_operation = {name: value for name, value in extra.items() if name not in unknown}
    else:
        by_operation = {operations[0]: extra} if extra else {}
    result = dict(requests)
    for operation, members in by_operation.items():
        if isinstance(members, Unresolved):
            continue
        if not isinstance(members, Mapping):
            problems.append(Violation("extra_request", f"{operation}: expected an object", value=members))
            continue
        names = [member for member in members if member in _name_members(face)]
        problems += [Violation("extra_request", f"{operation}.{name}: names are not set here; use the component's own input",
                               value=members[name]) for name in names]
        result[operation] = merged(requests[operation], {k: v for k, v in members.items() if k not in names})
    return result, problems


def _extra_for(face: Face, extra: Mapping[str, Any], operation: str) -> Any:
    """What ``extra`` says about one operation's request."""
    return extra.get(operation, {}) if len(face.request_operations) > 1 else extra


def _is_overridden(face: Face, problem: Violation, extra: Mapping[str, Any]) -> bool:
    """Whether ``extra`` removes or replaces all that a problem is about; what it puts there is checked for itself."""
    targets = [target for declared in face.inputs if declared.name == problem.input for target in declared.targets]
    paths = [member.partition(".") for member in ([problem.member] if problem.member else targets)]
    return bool(paths) and all(
        path and not says_nothing_about(_extra_for(face, extra, operation), path) for operation, _, path in paths)


def _name_members(face: Face) -> set[str]:
    return {resource.name_member for resource in face.resources}


def _name(face: Face, requests: dict[str, dict[str, Any]], run: Run | None) -> frozenset[str]:
    """Fill in the names that no input gave; returns the kinds that a user named."""
    if face.deletes:
        return frozenset(resource.kind for resource in face.resources)
    given = set()
    nameless = {
        operation: {k: v for k, v in request.items() if k not in _name_members(face) | {"Tags"}}
        for operation, request in requests.items()
    }
    for resource in face.resources:
        name = requests[resource.create].get(resource.name_member)
        if name is not None:
            given.add(resource.kind)
            continue
        derived = derived_name(resource.name_prefix, run.identity if run else None, nameless, resource.name_limit)
        # Later resources refer to earlier ones by name: CreateEndpoint and UpdateEndpoint name the endpoint config.
        for operation, request in requests.items():
            if resource.name_member in input_shape(operation).members:  # type: ignore[attr-defined]
                request[resource.name_member] = derived
    return frozenset(given)


def automatic_tags(labels: RunLabels) -> dict[str, str]:
    """Tags that tell for which pipeline, run and task a resource was created; unknown ones are left out."""
    tags = {"kfp:pipeline": labels.pipeline, "kfp:run-id": labels.run_id, "kfp:task": labels.task}
    known = {name: value[:_TAG_VALUE_CHARACTERS] for name, value in tags.items() if value}
    return {**known, "kfp-sagemaker:version": VERSION} if known else {}


def _tag(
    face: Face, requests: dict[str, dict[str, Any]], values: Mapping[str, Any], settings: StepSettings, run: Run | None
) -> Iterator[Violation]:
    automatic = automatic_tags(run.labels) if run and settings.automatic_tags else {}
    dropped = False
    for operation, request in requests.items():
        if "Tags" not in input_shape(operation).members:  # type: ignore[attr-defined]
            continue
        if isinstance(values.get("tags"), Unresolved) and not request.get("Tags"):
            request["Tags"] = values["tags"]
            continue
        tags = request.get("Tags") or tag_list(settings.tags)
        taken = {tag.get("Key") for tag in tags if isinstance(tag, Mapping)} if isinstance(tags, list) else set()
        more = tag_list({name: value for name, value in automatic.items() if name not in taken})
        if isinstance(tags, list) and len(tags) + len(more) > MOST_TAGS >= len(tags):
            dropped, more = True, []
        if isinstance(tags, list) and (tags or more):
            request["Tags"] = [*tags, *more]
    if dropped:
        yield Violation("tags", f"automatic tags are left out: a resource may have {MOST_TAGS} tags", warning=True)


def _violations(
    face: Face, requests: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any], settings: StepSettings,
    origins: Mapping[str, str],
) -> Iterator[Violation]:
    seen = set()
    for operation, request in requests.items():
        if face.deletes and operation not in face.operations:
            continue  # Its name is only known when the step runs.
        found = validate(operation, request)
        if face.backend is BackEnd.ACK:
            found += _unsaid(face, operation, request, {finding.path for finding in found})
        for finding in found:
            declared = _input_of(face, finding, values, settings, origins)
            # One input may go to several requests (endpoint_config_name): say it once.
            key = (declared, finding.path.partition(".")[2], finding.problem)
            if key in seen:
                continue
            seen.add(key)
            shown = not is_confidential(finding.path) and all(
                candidate.shown for candidate in face.inputs if candidate.name == declared)
            lenient = finding.severity is Severity.UNKNOWN_VALUE or (
                finding.severity is Severity.LIMIT and not settings.strict)
            yield Violation(declared, finding.problem, finding.path, finding.value if shown else None, warning=lenient)


#: Members of an update that the controller sends whether asked to or not.
_SENT_ANYWAY = {"UpdateEndpoint": {"RetainAllVariantProperties": True}}


def _unsaid(face: Face, operation: str, request: Mapping[str, Any], reported: set[str]) -> Iterator[Finding]:
    """What the custom resource cannot say of a request, beside what is wrong at the same places anyway."""
    resource = next(each for each in face.resources if operation in (each.create, each.update, each.delete))
    if face.deletes:
        return
    anyway = _SENT_ANYWAY.get(operation, {})
    said = {name: value for name, value in request.items() if anyway.get(name) != value}
    alternative = f"; {face.alternative} calls the SageMaker API and can say it" if face.alternative else ""
    for finding in findings(resource.kind, operation, said):
        if finding.path not in reported and not (operation == resource.update and finding.value is None):
            yield replace(finding, problem=f"{finding.problem}{alternative}")


def _input_of(
    face: Face, finding: Finding, values: Mapping[str, Any], settings: StepSettings, origins: Mapping[str, str]
) -> str:
    """The input that a finding is about: that of the longest origin or target the path lies under, or the first below it."""
    operation, _, path = finding.path.partition(".")
    extra = _extra_for(face, settings.extra_request, operation)
    root = path.split(".")[0].split("[")[0]
    covering: list[tuple[int, bool, str]] = []
    below = []
    places = [(target, False, declared.name) for declared in face.inputs for target in declared.targets]
    for place, is_origin, name in [*places, *((path, True, name) for path, name in origins.items())]:
        if finding.path == place or finding.path.startswith((f"{place}.", f"{place}[", f"{place}<")):
            covering.append((len(place), is_origin, name))
        elif place.startswith(f"{finding.path}."):
            below.append(name)
    if isinstance(extra, Mapping) and root in extra and not (covering and says_nothing_about(extra, path)):
        return "extra_request"
    if root == "Tags" and not (covering and not is_empty(values.get(max(covering)[2]))):
        return "tags"
    return max(covering)[2] if covering else below[0] if below else "extra_request"

