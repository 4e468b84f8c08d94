"""How often a resource is described. Pure."""

from __future__ import annotations

import os

#: Seconds between two Describe calls.
SHORTEST_INTERVAL, LONGEST_INTERVAL = 5.0, 120.0
#: An interval is this part of the age, so that an end is seen within 15 % of it, jitter included.
_PART_OF_AGE = 1 / 8
JITTER = 0.2
#: Seconds between two looks at the logs.
LOG_INTERVAL = 15.0


def poll_interval(age: float, settling: bool, jitter: float, shortest: float = SHORTEST_INTERVAL) -> float:
    """Seconds until the next Describe of a resource of ``age`` seconds; ``jitter`` is between -1 and 1.

    About 60 calls in an hour's job: often at first, when jobs fail, then an eighth of the age, and often again when it is
    ``settling`` (uploading, stopping).
    """
    interval = shortest if settling else min(max(age * _PART_OF_AGE, shortest), LONGEST_INTERVAL)
    return interval * (1 + JITTER * jitter)


def shortest_interval() -> float:
    """The lower bound in seconds: KFP_SAGEMAKER_POLL_INTERVAL where set (against a local endpoint, jobs take seconds)."""
    try:
        return max(float(os.environ["KFP_SAGEMAKER_POLL_INTERVAL"]), 0.05)
    except (KeyError, ValueError):
        return SHORTEST_INTERVAL
