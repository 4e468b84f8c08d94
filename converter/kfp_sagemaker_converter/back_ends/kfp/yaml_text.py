"""IR as YAML text, the same bytes every time: keys in the order of the source, no aliases.

Emitted event by event, in the style of PyYAML's ``safe_dump``: its representer first makes a node of every scalar, and of a
pipeline of 10,000 steps that takes most of a conversion's time and half of its memory.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml
from yaml.representer import SafeRepresenter
from yaml.resolver import Resolver

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_MAPPING = yaml.MappingStartEvent(None, None, True, flow_style=False)
_SEQUENCE = yaml.SequenceStartEvent(None, None, True, flow_style=False)
_MAPPING_END, _SEQUENCE_END = yaml.MappingEndEvent(), yaml.SequenceEndEvent()


def yaml_of(documents: Iterable[Mapping[str, Any]], heading: str) -> str:
    """Documents as one text, under a comment. ``heading`` is of one or more lines."""
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in heading.splitlines())
    dumper = _DUMPER(text, allow_unicode=True)
    scalar = _scalars()
    dumper.emit(yaml.StreamStartEvent())
    for document in documents:
        dumper.emit(yaml.DocumentStartEvent(explicit=False))
        _emit(document, dumper.emit, scalar)
        dumper.emit(yaml.DocumentEndEvent(explicit=False))
    dumper.emit(yaml.StreamEndEvent())
    dumper.dispose()
    return text.getvalue()


def _emit(value: Any, emit: Callable[[yaml.Event], None], scalar: Callable[[Any], yaml.Event]) -> None:
    if isinstance(value, dict):
        emit(_MAPPING)
        for key, member in value.items():
            emit(scalar(key))
            _emit(member, emit, scalar)
        emit(_MAPPING_END)
    elif isinstance(value, (list, tuple)):
        emit(_SEQUENCE)
        for item in value:
            _emit(item, emit, scalar)
        emit(_SEQUENCE_END)
    else:
        emit(scalar(value))


def _scalars() -> Callable[[Any], yaml.Event]:
    """Scalars as events; most stand many times in a pipeline."""
    represent: Callable[[Any], Any] = SafeRepresenter().represent_data
    resolve: Callable[..., str] = Resolver().resolve
    known: dict[tuple[type, Any], yaml.Event] = {}

    def scalar(value: Any) -> yaml.Event:
        # 0.0 and -0.0 are equal.
        event = known.get(key := (value.__class__, repr(value) if value.__class__ is float else value))
        if event is None:
            node = represent(value)
            # Would it be read as what it is without quotes, and with them?
            plain, quoted = (resolve(yaml.ScalarNode, node.value, how) == node.tag for how in ((True, False), (False, True)))
            event = known[key] = yaml.ScalarEvent(None, node.tag, (plain, quoted), node.value, style=node.style)
        return event

    return scalar
