"""Names of remote resources: derived from what a step is, so that a step that runs again finds its own.

``<prefix>-<16 base32 characters>[-rN]`` within the service's limit. What is already there, and what to do about it, is
not here but in ``lifecycle.decide``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Characters of the hash in a name: 80 bits, so that a million steps collide with a chance below 1e-12.
HASH_CHARACTERS = 16
#: Attempts after the first that a step makes under its own name before it gives up.
MAX_ATTEMPTS = 10

_RESERVED_FOR_ATTEMPT = len(f"-r{MAX_ATTEMPTS}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def identity_of(task_root: str) -> str:
    """The identity of a step: SHA-256 (hexadecimal) of its task root."""
    return hashlib.sha256(task_root.encode("utf-8", "surrogatepass")).hexdigest()


def derived_name(prefix: str, identity: str | None, requests: Mapping[str, Any], limit: int) -> str:
    """A name for what ``requests`` (operation to request) would make, within ``limit`` characters; the prefix is cut first.

    ``identity`` None (no run): the name depends on the requests alone. A value that is only known when the pipeline runs
    counts by its repr, for a name that nobody will use.
    """
    text = json.dumps([identity, canonical(requests)], sort_keys=True, separators=(",", ":"), default=repr)
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest())[:HASH_CHARACTERS].decode().lower()
    room = limit - HASH_CHARACTERS - 1 - _RESERVED_FOR_ATTEMPT
    return f"{prefix[:room].rstrip('-')}-{digest}"


def attempt_name(name: str, attempt: int, limit: int) -> str:
    """``name`` for attempt 0, then ``name-r1``, ``name-r2`` ...; a long name gives way to the suffix."""
    if attempt == 0:
        return name
    suffix = f"-r{attempt}"
    return name[: limit - len(suffix)].rstrip("-") + suffix


def canonical(value: Any) -> Any:
    """``value`` without what does not change its meaning: empty members, and the difference between 1 and 1.0."""
    if isinstance(value, Mapping):
        pruned = {key: canonical(item) for key, item in value.items()}
        return {key: item for key, item in pruned.items() if not is_empty(item)}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def is_empty(value: Any) -> bool:
    """None, an empty text, list or object. Zero and false are values."""
    return value is None or (isinstance(value, str | list | dict | tuple) and len(value) == 0)


@dataclass(frozen=True)
class RunLabels:
    """Pipeline, run and task that a step belongs to, for tags; empty where unknown."""

    pipeline: str = ""
    run_id: str = ""
    task: str = ""


def run_labels(uri: str) -> RunLabels:
    """Read the labels off the right of an output artifact's URI, best effort.

    KFP's driver lays artifacts out as ``<root>/<pipeline>/<run id>/<task>[/<salt>]/<artifact>``.
    """
    parts = [part for part in uri.split("://", 1)[-1].split("/") if part][:-1]
    if len(parts) >= 2 and _UUID.fullmatch(parts[-1]) and not _UUID.fullmatch(parts[-2]):
        parts.pop()
    if len(parts) < 3:
        return RunLabels()
    pipeline, run_id, task = parts[-3:]
    return RunLabels(pipeline, run_id, task)
