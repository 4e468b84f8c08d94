"""The three ways in which a local run ends early."""

from __future__ import annotations

from collections.abc import Sequence


class InputRefused(Exception):
    """What the user gave cannot be run: every problem, one sentence each (exit status 2)."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class StepFailed(Exception):
    """One step failed; the message is what KFP's launcher would have reported for it."""


class Interrupted(BaseException):
    """The run was interrupted by a signal.

    A ``BaseException``, so that it passes through kfp.local, which turns every ``Exception`` of a loop's
    iteration into a failed task.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
