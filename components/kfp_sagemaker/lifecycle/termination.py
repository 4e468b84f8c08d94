"""What happens on SIGTERM and SIGINT: the remote job is stopped before anything else.

Purpose: KFP's launcher dies of SIGTERM at once and the pod within a second, so the Stop call cannot wait for the main thread
to come back from whatever it does.

How it works: the signals are blocked and a thread waits for them. It sends Stop, one attempt, with the client that has been
polling; then writes what outputs it can and ends the process. While the create call is in flight it stops again once that
has returned, since the first Stop may have found nothing yet. The main thread goes on until it would tell how it ended, and
gives way there: the end of a job that the step itself stopped is not the step's failure.

What it does not do: raise in the main thread, or log before the Stop call.

Known limitation: a SIGKILL cannot be caught; ``kfp-sagemaker stop --run`` is for that.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from enum import Enum

from kfp_sagemaker.errors import EXIT_TERMINATED, AlreadyFinished, StepError, Terminated

_logger = logging.getLogger(__name__)

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
#: Seconds for which a create call in flight is waited for.
_IN_FLIGHT_SECONDS = 60.0


class _Phase(Enum):
    NOTHING = "nothing to stop"
    CREATING = "the create call is in flight"
    CREATED = "something to stop"


class Termination:
    """Ends the process in order when it is asked to. One per process, made before other threads start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._returned = threading.Event()
        self._phase = _Phase.NOTHING
        self._asked = False
        self._stop: Callable[[], str | None] | None = None
        self._describe_outputs: Callable[[], None] | None = None

    def listen(self) -> None:
        """Block the signals in this thread (and those it starts) and wait for them in another."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        threading.Thread(target=self._wait, name="termination", daemon=True).start()

    def creating(self, stop: Callable[[], str | None] | None, write_outputs: Callable[[], None] | None = None) -> None:
        """Say that a create call comes next, and how to stop what it makes (None: leave it).

        ``stop`` says what it did where that is not to stop a job.

        Raises Terminated when the process has been asked to end, in which case nothing may be created.
        """
        with self._lock:
            if self._asked:
                raise Terminated("terminated before anything was created")
            self._stop, self._describe_outputs = stop, write_outputs
            self._returned.clear()
            self._phase = _Phase.CREATING

    def created(self) -> None:
        """Say that there is something to stop."""
        with self._lock:
            self._phase = _Phase.CREATED
        self._returned.set()
        self.give_way()

    def attached(self, stop: Callable[[], str | None] | None, write_outputs: Callable[[], None] | None = None) -> None:
        """Say that the step follows something that was there already."""
        self.creating(stop, write_outputs)
        self.created()

    def nothing_to_stop(self) -> None:
        """Say that what there was has ended, or that the create call failed."""
        with self._lock:
            self._phase = _Phase.NOTHING
            self._stop = None
        self._returned.set()
        self.give_way()

    def give_way(self) -> None:
        """Come back at once, and not at all when the process has been asked to end, which the other thread will do."""
        with self._lock:
            asked = self._asked
        if asked:
            threading.Event().wait()

    def _wait(self) -> None:
        number = signal.sigwait(_SIGNALS)
        try:
            self._end()
        except BaseException as error:  # The process must end whatever happens here.
            _logger.error("while ending: %s", error)
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(EXIT_TERMINATED if number == signal.SIGTERM else 128 + number)

    def _end(self) -> None:
        with self._lock:
            self._asked = True
            phase, stop = self._phase, self._stop
        if phase is _Phase.NOTHING:
            _logger.warning("terminated; there was nothing to stop")
            return
        if stop is None:
            _logger.warning("terminated; what runs remotely was left running")
            return
        stopped, outcome = self._try(stop)
        if phase is _Phase.CREATING and not stopped and self._returned.wait(_IN_FLIGHT_SECONDS):
            with self._lock:
                phase = self._phase
            _, outcome = self._try(stop) if phase is _Phase.CREATED else (True, "nothing was created")
        _logger.warning("terminated; %s", outcome)
        if self._describe_outputs:
            self._describe_outputs()

    @staticmethod
    def _try(stop: Callable[[], str | None]) -> tuple[bool, str]:
        try:
            outcome = stop()
        except AlreadyFinished as error:
            return True, str(error)
        except StepError as error:
            return False, f"could not stop what runs remotely: {error}"
        return True, outcome or "the remote job was asked to stop"
