"""The ops of ``kfp_sagemaker.v1`` on custom resources of the ACK controller: ``from kfp_sagemaker.v2.flat import train``.

Same inputs, same outputs: a pipeline changes its import and nothing else. Signatures are in the stub file beside this.
"""

from __future__ import annotations

from typing import Any

from kfp_sagemaker.lazy_ops import ids_of, op_of

_IDS = ids_of("v2.flat")

__all__ = list(_IDS)


def __getattr__(name: str) -> Any:
    op = globals()[name] = op_of(__name__, _IDS, name)
    return op


def __dir__() -> list[str]:
    return sorted({*globals(), *_IDS})
