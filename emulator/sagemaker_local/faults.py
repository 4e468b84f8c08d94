"""The fault rules in force: which of them strikes a call or a job. The form of a rule is in fault_rules.py."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sagemaker_local.events import JobFaults
from sagemaker_local.fault_rules import Rule

CAPACITY_REASON = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)


@dataclass
class _Loaded:
    rule: Rule
    generator: random.Random
    hits: int = 0

    def strikes(self) -> bool:
        """Whether the rule, which matches, strikes this time; counts it if so."""
        if self.rule.count is not None and self.hits >= self.rule.count:
            return False
        if self.rule.probability is not None and self.generator.random() >= self.rule.probability:
            return False
        self.hits += 1
        return True


@dataclass
class FaultScript:
    """The rules in force, and how often each has struck. Safe to use from any thread."""

    _loaded: list[_Loaded] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rules: Sequence[Rule]) -> None:
        """Puts more rules in force, after those there are."""
        with self._lock:
            self._loaded += [_Loaded(rule, random.Random(rule.seed)) for rule in rules]

    def clear(self) -> None:
        """Takes every rule out of force."""
        with self._lock:
            self._loaded.clear()

    def hits(self) -> list[tuple[Rule, int]]:
        """The rules in force with the number of times that each struck."""
        with self._lock:
            return [(loaded.rule, loaded.hits) for loaded in self._loaded]

    def call_faults(self, service: str, operation: str, name: str | None) -> list[Rule]:
        """What strikes this call: every ``slow`` that matches, and at most one other fault, the first of the script."""
        struck: list[Rule] = []
        with self._lock:
            for loaded in self._loaded:
                rule = loaded.rule
                if rule.fault != "slow" and any(other.fault != "slow" for other in struck):
                    continue
                if rule.matches_call(service, operation, name) and loaded.strikes():
                    struck.append(rule)
        return struck

    def job_faults(self, name: str) -> JobFaults:
        """What strikes this job: the first failure, the first interruption, all the slow statuses."""
        fail_with: str | None = None
        late = False
        interrupt_after: float | None = None
        slow: dict[str, float] = {}
        with self._lock:
            for loaded in self._loaded:
                rule = loaded.rule
                if rule.job is None or not fnmatchcase(name, rule.job) or not loaded.strikes():
                    continue
                if rule.fault == "slow":
                    slow[str(rule.status)] = slow.get(str(rule.status), 0.0) + rule.seconds
                elif rule.fault == "spot_interruption":
                    interrupt_after = rule.after if interrupt_after is None else interrupt_after
                elif fail_with is None:
                    fail_with = CAPACITY_REASON if rule.fault == "capacity" else rule.reason
                    late = rule.status == "Uploading"
        return JobFaults(fail_with, late, interrupt_after, slow)
