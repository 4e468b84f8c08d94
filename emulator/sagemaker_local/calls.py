"""The call log: every call that passed the front door, in order. Never a credential, a signature or a payload."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

MOST_CALLS = 100_000
"""Calls remembered; beyond, the oldest are forgotten (their ``order`` is not used again)."""


@dataclass(frozen=True)
class Call:
    """One call. ``order`` counts from 1 in order of arrival; ``time`` is its arrival in seconds since the epoch."""

    order: int
    time: float
    service: str
    operation: str
    name: str | None
    parameters: Any
    caller: str
    """``client``, or ``execution`` for a call that the local SageMaker made itself."""
    user_agent: str = ""
    """As the caller gave it: an AWS SDK, and the program that uses it if that says so."""
    seconds: float | None = None
    """Time to the answer; None while the call is being carried out."""
    http_status: int | None = None
    """None also if the connection was dropped before the operation was carried out."""
    error_code: str | None = None
    fault: str | None = None
    """The fault of the script that struck it."""


class CallLog:
    """Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders = itertools.count(1)
        self._calls: OrderedDict[int, Call] = OrderedDict()

    def begin(
        self, service: str, operation: str, name: str | None, parameters: Any, caller: str, user_agent: str = ""
    ) -> Call:
        """Notes the arrival of a call."""
        with self._lock:
            call = Call(next(self._orders), time.time(), service, operation, name, parameters, caller, user_agent)
            self._calls[call.order] = call
            if len(self._calls) > MOST_CALLS:
                self._calls.popitem(last=False)
        return call

    def end(self, call: Call, http_status: int | None, error_code: str | None, fault: str | None) -> None:
        """Notes how a call ended."""
        ended = dataclasses.replace(
            call, seconds=time.time() - call.time, http_status=http_status, error_code=error_code, fault=fault
        )
        with self._lock:
            if call.order in self._calls:
                self._calls[call.order] = ended

    def all(self, after: int = 0) -> list[Call]:
        """The calls with a higher order than ``after``, in order of arrival."""
        with self._lock:
            return [call for call in self._calls.values() if call.order > after]
