"""What a transform job sends of an object: its records, as SplitType cuts them, in payloads, as BatchStrategy fills them.

Source: TransformInput and CreateTransformJob of the API reference. RecordIO and TFRecord are not cut here. Empty lines are
no records.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

MEBIBYTE = 1024 * 1024
DEFAULTS = {"MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}
STRATEGIES = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}
"""The words of the API, and those of the container's environment and its /execution-parameters."""


@dataclass(frozen=True)
class Parameters:
    """How payloads are made. ``most_bytes`` None is without limit."""

    concurrent: int
    single: bool
    most_bytes: int | None

    @property
    def words(self) -> str:
        """The line with which the data log begins."""
        size = 0 if self.most_bytes is None else self.most_bytes // MEBIBYTE
        strategy = "SINGLE_RECORD" if self.single else "MULTI_RECORD"
        return f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={size}, BatchStrategy={strategy}"


def asked_parameters(request: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the request gives, in the container's words; 0 concurrent transforms is none given (CreateTransformJob)."""
    asked = {
        "MaxConcurrentTransforms": request.get("MaxConcurrentTransforms") or None,
        "BatchStrategy": STRATEGIES.get(request.get("BatchStrategy", "")),
        "MaxPayloadInMB": request.get("MaxPayloadInMB"),
    }
    return {name: value for name, value in asked.items() if value is not None}


def settle_parameters(asked: Mapping[str, Any], offered: Mapping[str, Any]) -> Parameters:
    """The request's, else the container's, else the defaults. Raises ValueError or TypeError for a container's nonsense."""
    settled = {**DEFAULTS, **{name: offered[name] for name in DEFAULTS if name in offered}, **asked}
    size = int(settled["MaxPayloadInMB"])
    single = str(settled["BatchStrategy"]).upper().replace("_", "") == "SINGLERECORD"
    return Parameters(max(1, int(settled["MaxConcurrentTransforms"])), single, size * MEBIBYTE if size > 0 else None)


def payloads(path: Path, transform_input: Mapping[str, Any], parameters: Parameters) -> Iterator[bytes]:
    """The bodies to send of an object's file, in order. Raises ValueError, OSError and EOFError for what cannot be read."""
    with closing(_open(path, transform_input.get("CompressionType") == "Gzip")) as file:
        if transform_input.get("SplitType", "None") == "None":
            whole = file.read() if parameters.most_bytes is None else file.read(parameters.most_bytes + 1)
            if whole:
                yield _within(whole, parameters)
            return
        lines = (line.rstrip(b"\r\n") for line in file)
        yield from _batches((line for line in lines if line.strip()), parameters)


def _open(path: Path, packed: bool) -> IO[bytes]:
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]


def _batches(records: Iterable[bytes], parameters: Parameters) -> Iterator[bytes]:
    batch: list[bytes] = []
    size = 0
    for record in records:
        full = parameters.most_bytes is not None and size + len(batch) + len(record) > parameters.most_bytes
        if batch and (parameters.single or full):
            yield b"\n".join(batch)
            batch, size = [], 0
        batch.append(_within(record, parameters))
        size += len(record)
    if batch:
        yield b"\n".join(batch)


def _within(payload: bytes, parameters: Parameters) -> bytes:
    if parameters.most_bytes is not None and len(payload) > parameters.most_bytes:
        raise ValueError(f"a record is larger than MaxPayloadInMB={parameters.most_bytes // MEBIBYTE}")
    return payload
