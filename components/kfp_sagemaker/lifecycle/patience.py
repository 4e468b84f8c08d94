"""Riding out what passes: throttling, server errors, lost connections, expiring credentials, lack of capacity.

The one place where a call is tried again; back ends make one attempt. What counts as passing is theirs to say.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from kfp_sagemaker.errors import CapacityUnavailable, CredentialsExpired, StepError, TimedOut, Transient
from kfp_sagemaker.lifecycle.clock import Clock

_logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")

#: Seconds after which credentials that nothing refreshes end the step.
CREDENTIALS_SECONDS = 15 * 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_CAPACITY_PAUSE, _LONGEST_CAPACITY_PAUSE = 10.0, 120.0


@dataclass
class Patience:
    """How long a step goes on trying. Times are seconds since the epoch, budgets seconds.

    ``until`` is when transient trouble becomes a failure, ``timeout_at`` the step's own timeout. ``left_behind`` ends the
    message when credentials are gone: how to attach to what goes on remotely.
    """

    clock: Clock
    until: float
    renew_credentials: Callable[[], None]
    timeout_at: float | None = None
    capacity_seconds: float = 0.0
    left_behind: str = ""
    pause_scale: float = 1.0
    random: random.Random = field(default_factory=random.Random)

    def check_timeout(self) -> None:
        """Raises TimedOut once the step's timeout has passed."""
        if self.timeout_at is not None and self.clock.now() >= self.timeout_at:
            raise TimedOut("the step's timeout has passed")

    def sleep(self, seconds: float, until: Callable[[float], bool] | None = None) -> bool:
        """Wait, but not beyond the step's timeout. ``until`` waits for something to happen, and tells whether it did."""
        if self.timeout_at is not None:
            seconds = min(seconds, self.timeout_at - self.clock.now())
        if until is not None:
            return until(max(seconds, 0.0))
        self.clock.sleep(max(seconds, 0.0))
        return False

    def ride_out(self, action: Callable[[], _Result]) -> _Result:
        """Call ``action`` until it succeeds or fails for good. Raises what it raises, and TimedOut."""
        tries = 0
        first_trouble: dict[type[StepError], float] = {}
        while True:
            self.check_timeout()
            try:
                result = action()
            except (Transient, CredentialsExpired, CapacityUnavailable) as error:
                now = self.clock.now()
                since = first_trouble.setdefault(type(error), now)
                self._give_up_or_go_on(error, now - since, now)
                if tries == 0 or isinstance(error, CapacityUnavailable):
                    _logger.warning("%s; trying again", error)
                self.sleep(self._pause(error, tries))
                tries += 1
                if isinstance(error, CredentialsExpired):
                    self.renew_credentials()
            else:
                if tries:
                    _logger.info("went through after %d further %s", tries, "try" if tries == 1 else "tries")
                return result

    def _give_up_or_go_on(self, error: StepError, lasted: float, now: float) -> None:
        if isinstance(error, CapacityUnavailable):
            if lasted >= self.capacity_seconds:
                if self.capacity_seconds:
                    raise CapacityUnavailable(f"{error} (waited {self.capacity_seconds:g} s for capacity)") from error
                raise CapacityUnavailable(f"{error} (the input wait_for_capacity makes the step wait)") from error
        elif isinstance(error, CredentialsExpired):
            if lasted >= CREDENTIALS_SECONDS:
                raise CredentialsExpired(
                    f"{error}; nothing refreshed them for {CREDENTIALS_SECONDS / 60:g} minutes. {self.left_behind}") from error
        elif isinstance(error, Transient) and (now >= self.until or (error.limit is not None and lasted >= error.limit)):
            raise error

    def _pause(self, error: StepError, tries: int) -> float:
        first, longest = _FIRST_PAUSE, _LONGEST_PAUSE
        if isinstance(error, CapacityUnavailable):
            first, longest = _CAPACITY_PAUSE, _LONGEST_CAPACITY_PAUSE
        pause = min(longest, first * 2.0 ** min(tries, 10)) * self.pause_scale
        if isinstance(error, CapacityUnavailable):
            pause = min(pause, max(self.capacity_seconds, 1.0))
        return pause * self.random.uniform(0.8, 1.2)
