"""How a step's specification travels: as text in the arguments of its container, or, when that is too long, as an S3 object.

The same specification gives the same bytes every time, because KFP's cache key has the arguments in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import types
import typing
import zlib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation

#: Of this module's format. A pod refuses one that it does not know.
VERSION = 1
#: Characters of an encoded specification that may stand in a container's arguments. A single argument of a program has at
#: most 131,071 bytes on Linux (MAX_ARG_STRLEN), and KFP's driver is given the whole container in one.
INLINE_LIMIT = 64 * 1024
#: Bytes of JSON that a specification may have when it is unpacked.
_LARGEST = 64 * 1024 * 1024
_LEVEL = 9
_HASH = "#sha256="


@dataclass(frozen=True)
class Bundle:
    """A specification as an S3 object: ``content`` belongs to the key of ``reference`` (up to its ``#``)."""

    reference: str
    content: bytes

    @property
    def uri(self) -> str:
        """Where ``content`` has to be."""
        return self.reference.partition("#")[0]


def encode(spec: StepSpec) -> str:
    """The specification as text: canonical JSON of what differs from the defaults, zlib, base64."""
    document = {"version": VERSION, **_plain(spec)}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)).decode()


def bundle(encoded: str, prefix: str) -> Bundle:
    """The S3 object for a specification that is too long for arguments, below ``prefix`` (``s3://bucket/key``)."""
    content = encoded.encode()
    digest = hashlib.sha256(content).hexdigest()
    return Bundle(f"{prefix.rstrip('/')}/{digest}.step{_HASH}{digest}", content)


def is_reference(text: str) -> bool:
    """Whether the value of ``--step`` is the reference of a bundle."""
    return text.startswith("s3://") and _HASH in text


def check_bundle(reference: str, content: bytes) -> str:
    """The encoded specification in a bundle's content. Raises InvalidInput when it is not what the reference says."""
    wanted = reference.rpartition(_HASH)[2]
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        problem = f"its SHA-256 is {found}, and the pipeline says {wanted}: somebody replaced the object; upload it again"
        raise InvalidInput("--step", [Violation("--step", problem, value=reference.partition("#")[0])])
    return content.decode("ascii", "replace")


def decode(text: str) -> StepSpec:
    """The specification that ``encode`` made text of. Raises InvalidInput."""
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(text, validate=True), _LARGEST)
        if unpacker.unconsumed_tail:
            raise ValueError(f"larger than {_LARGEST} bytes")
        if not unpacker.eof:
            raise ValueError("cut short")
        document = json.loads(data.decode("utf-8", "surrogatepass"))
        version = document.pop("version")
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error, binascii.Error) as error:
        raise InvalidInput("--step", [Violation("--step", f"not the text of a specification: {error}")]) from None
    if version != VERSION:
        problem = f"format {version}, and this image knows {VERSION}: use the image of the version that made the pipeline"
        raise InvalidInput("--step", [Violation("--step", problem)])
    try:
        spec: StepSpec = _made(StepSpec, document)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidInput("--step", [Violation("--step", f"not a specification of this version: {error}")]) from None
    return spec


def _plain(value: Any) -> Any:
    """A value as JSON has it; of a dataclass, what differs from its defaults."""
    if is_dataclass(value) and not isinstance(value, type):
        members = {each.name: getattr(value, each.name) for each in fields(value)}
        return {each.name: _plain(members[each.name]) for each in fields(value) if members[each.name] != _default(each)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _default(declared: Field[Any]) -> Any:
    return declared.default_factory() if declared.default_factory is not MISSING else declared.default


def _made(kind: Any, value: Any) -> Any:
    """A value of a declared type from its JSON."""
    origin = typing.get_origin(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        unknown = sorted(set(value) - set(hints))
        if unknown:
            raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}")
        return kind(**{name: _made(hints[name], item) for name, item in value.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if origin is tuple:
        arguments = typing.get_args(kind)
        each = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_made(inner, item) for inner, item in zip(each, value, strict=True))
    expected = _json_types(kind)
    if expected and not isinstance(value, expected):
        raise TypeError(f"expected {kind}, got {type(value).__name__}")
    return value


def _json_types(kind: Any) -> tuple[type, ...]:
    """The Python types of a JSON value of ``kind``; none where anything may stand."""
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return tuple(each for argument in typing.get_args(kind) for each in _json_types(argument))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return (dict,)
    if kind is float:
        return (int, float)
    return (kind,) if isinstance(kind, type) else ()
