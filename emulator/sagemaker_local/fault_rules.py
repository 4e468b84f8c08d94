"""The form of a fault script, and its validation. What strikes when is in faults.py, what it looks like in fault_answers.py.

A script is a YAML list of rules. A rule on calls names an ``operation`` by a glob (``Describe*``: of SageMaker;
``logs:GetLogEvents``, ``s3:*``: of that service), optionally a resource by ``name``. A rule on jobs names them by ``job``.
Either may have ``count`` (so many times, then never again) or ``probability`` (0 to 1, drawn from a generator with the rule's
``seed``, so that a script always does the same), or both.

    - {operation: CreateTrainingJob, fault: throttle, count: 2}
    - {operation: "Describe*", fault: server_error, probability: 0.1}
    - {operation: "s3:PutObject", fault: slow, seconds: 2}
    - {job: "train-*", fault: job_failure, reason: "AlgorithmError: out of memory"}
    - {job: "train-*", fault: job_failure, status: Uploading, count: 1}
    - {job: "*", fault: slow, status: Downloading, seconds: 5}
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

CALL_FAULTS = frozenset(
    {"throttle", "server_error", "drop_connection", "lost_response", "access_denied", "expired_token", "capacity", "slow"}
)
JOB_FAULTS = frozenset({"job_failure", "spot_interruption", "capacity", "slow"})
FAULTS = CALL_FAULTS | JOB_FAULTS
COMMON_KEYS = frozenset({"fault", "count", "probability", "seed"})
CALL_KEYS = COMMON_KEYS | {"operation", "name", "message"}
JOB_KEYS = COMMON_KEYS | {"job"}
EXTRA_KEYS = {"slow": {"seconds"}, "job_failure": {"reason", "status"}, "spot_interruption": {"after"}}
REQUIRED_KEYS = {"slow": {"seconds"}, "spot_interruption": {"after"}}
TYPES: dict[str, tuple[type, ...]] = {
    "fault": (str,),
    "operation": (str,),
    "name": (str,),
    "job": (str,),
    "status": (str,),
    "reason": (str,),
    "message": (str,),
    "seconds": (int, float),
    "after": (int, float),
    "count": (int,),
    "probability": (int, float),
    "seed": (int,),
}

FAILURE_STATUSES = ("Starting", "Uploading")
"""When a job may be made to fail: instead of running (the default), or with what it left in S3 already."""

FAILURE_REASON = "AlgorithmError: the fault script made this job fail"


class FaultScriptError(ValueError):
    """A script that cannot be used; the text names the entry and what to change."""


@dataclass(frozen=True)
class Rule:
    """One entry of a script. ``job`` is None in a rule on calls, ``operation`` in a rule on jobs."""

    fault: str
    operation: str | None = None
    name: str | None = None
    job: str | None = None
    status: str | None = None
    seconds: float = 0.0
    after: float = 0.0
    reason: str = FAILURE_REASON
    message: str | None = None
    count: int | None = None
    probability: float | None = None
    seed: int = 0

    def matches_call(self, service: str, operation: str, name: str | None) -> bool:
        """Whether the rule is about this call. A glob without a colon is about SageMaker and its runtime only."""
        if self.operation is None:
            return False
        if ":" in self.operation:
            called = f"{service}:{operation}"
        elif service.startswith("sagemaker"):
            called = operation
        else:
            return False
        return fnmatchcase(called, self.operation) and (self.name is None or fnmatchcase(name or "", self.name))


def load_rules(path: Path) -> list[Rule]:
    """Reads a script. Raises FaultScriptError, also for a file that cannot be read."""
    import yaml

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FaultScriptError(f"The fault script {path} cannot be read: {error}") from error
    return parse_rules([] if entries is None else entries)


def parse_rules(entries: Any) -> list[Rule]:
    """Rules of a list of mappings, as YAML or JSON gives it. Raises FaultScriptError that lists all mistakes."""
    if not isinstance(entries, list):
        raise FaultScriptError(f"A fault script is a list of rules, not {type(entries).__name__}.")
    mistakes: list[str] = []
    rules: list[Rule] = []
    for number, entry in enumerate(entries, start=1):
        found = list(_mistakes(entry))
        mistakes += [f"Rule {number}: {mistake}" for mistake in found]
        if not found:
            rules.append(Rule(**_completed(entry)))
    if mistakes:
        raise FaultScriptError("\n".join(mistakes))
    return rules


def _mistakes(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [f"expected a mapping such as {{operation: CreateTrainingJob, fault: throttle}}, found {entry!r}"]
    fault = entry.get("fault")
    if not isinstance(fault, str) or fault not in FAULTS:
        return [f"fault is {fault!r}; known are {', '.join(sorted(FAULTS))}"]
    about_jobs = _is_about_jobs(entry)
    if about_jobs and fault not in JOB_FAULTS:
        return [f"the fault {fault} strikes calls: give operation, not job"]
    if not about_jobs and fault not in CALL_FAULTS:
        return [f"the fault {fault} strikes jobs: give job, not operation"]
    allowed = (JOB_KEYS if about_jobs else CALL_KEYS) | EXTRA_KEYS.get(fault, set())
    if about_jobs and fault == "slow":
        allowed |= {"status"}
    known = ", ".join(sorted(allowed))
    mistakes = [f"{key!r} is not a key of the fault {fault}; those are {known}" for key in entry if key not in allowed]
    required = REQUIRED_KEYS.get(fault, set()) | (set() if about_jobs else {"operation"})
    required |= {"status"} if about_jobs and fault == "slow" else set()
    mistakes += [f"{key} is required with the fault {fault}" for key in sorted(required - entry.keys())]
    if fault == "job_failure" and entry.get("status", "Starting") not in FAILURE_STATUSES:
        mistakes.append(f"status is {entry['status']!r}; a job can fail in {' or '.join(FAILURE_STATUSES)}")
    values = [_mistake_in_value(key, entry[key]) for key in sorted(entry.keys() & allowed)]
    return mistakes + [mistake for mistake in values if mistake is not None]


def _mistake_in_value(key: str, value: Any) -> str | None:
    if isinstance(value, bool) or type(value) not in TYPES[key]:
        return f"{key} is {value!r}; expected {' or '.join(kind.__name__ for kind in TYPES[key])}"
    if key in ("seconds", "after", "count") and not value >= 0:
        return f"{key} is {value}; it cannot be negative"
    if key == "probability" and not 0 <= value <= 1:
        return f"probability is {value}; it lies between 0 and 1"
    return None


def _is_about_jobs(entry: dict[str, Any]) -> bool:
    return "operation" not in entry and ("job" in entry or "status" in entry or entry["fault"] not in CALL_FAULTS)


def _completed(entry: dict[str, Any]) -> dict[str, Any]:
    return {"job": "*", **entry} if _is_about_jobs(entry) else entry
