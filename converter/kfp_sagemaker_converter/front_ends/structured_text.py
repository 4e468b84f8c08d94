"""YAML and JSON text as plain values that remember their lines, within bounds.

Built from the parser's events rather than by the loader: nothing recurses, so that no depth of nesting overflows a stack;
an alias is counted with all that it stands for, so that a few lines cannot become billions of nodes; no tag makes an object.
A time stamp stays the text it was, as IR knows no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

#: Characters of a file. The IR of 10,000 lightweight steps has about 30 million.
LONGEST_TEXT = 64_000_000
#: Nodes, those behind aliases counted as often as they are used. 10,000 lightweight steps have about 900,000.
MOST_NODES = 2_000_000
#: Documents, empty ones too.
MOST_DOCUMENTS = 1_000
#: Levels of nesting. kfp compiles to about 12, and proto's JSON parser stops at 100.
DEEPEST = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_PLAIN = ("null", "bool", "int", "float")
_TEXT_TAGS = frozenset({None, "!", f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value"})


@dataclass(frozen=True)
class StructuredText:
    """The documents of a text. Values are dicts, lists and scalars; aliases share their value, so nothing may change them."""

    file: str
    documents: tuple[Any, ...]
    lines: Mapping[tuple[int, object], int] = field(repr=False)
    findings: tuple[Diagnostic, ...] = ()

    def at(self, container: Any, key: object) -> Location:
        """Where ``key`` of a mapping, or item ``key`` of a list, stands."""
        return Location(self.file, self.lines.get((id(container), key), 0))


def read(text: str, file: str) -> StructuredText:
    """The documents in a text; empty ones are left out.

    Raises:
        Refused: the text is neither YAML nor JSON, or exceeds a bound.
    """
    if len(text) > LONGEST_TEXT:
        raise Refused([rules.too_much(Location(file), file, f"{len(text):,} characters, of {LONGEST_TEXT:,} at most")])
    as_json = _as_json(text)
    builder = _Builder(file, json.loads if as_json else _resolve)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        if as_json is None:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line = mark.line + 1 if mark else 0
            column = f" (column {mark.column + 1})" if mark else ""
            raise Refused([rules.not_readable(Location(file, line), file, _problem(error) + column)]) from None
        # JSON that is no YAML: surrogate pairs, tabs. It has no lines then.
        return StructuredText(file, tuple(as_json), {})
    return StructuredText(file, tuple(builder.documents), builder.lines, tuple(builder.findings))


def _as_json(text: str) -> list[Any] | None:
    """The one JSON document of a text, which decides how its numbers are read: ``1e5`` is text in YAML 1.1."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        return None


def _problem(error: yaml.YAMLError) -> str:
    parts = [getattr(error, "context", None), getattr(error, "problem", None)]
    text = ", ".join(str(part) for part in parts if part) or " ".join(str(error).split())
    return text[:200]


_resolver = Resolver()
_constructor = SafeConstructor()
_construct: Mapping[str, Callable[[yaml.ScalarNode], Any]] = {
    f"{_TAG}{name}": getattr(_constructor, f"construct_yaml_{name}") for name in _PLAIN
}


def _resolve(value: str) -> Any:
    """A plain scalar as YAML 1.1 reads it."""
    tag: str = _resolver.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    construct = _construct.get(tag)
    if construct is None:
        return value
    try:
        return construct(yaml.ScalarNode(tag, value))
    except ValueError:
        return value


class _Builder:
    """Values out of events. ``stack`` holds the open containers, outermost first."""

    def __init__(self, file: str, resolve: Callable[[str], Any]) -> None:
        self.file = file
        self.resolve = resolve
        self.documents: list[Any] = []
        self.lines: dict[tuple[int, object], int] = {}
        self.findings: list[Diagnostic] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open_anchors: set[str] = set()
        self.nodes = 0
        self.started = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._count(event, 1)
            self._anchor(event.anchor, value := self._scalar(event), 1)
            self._add(value, event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event)

    def _start_document(self, event: Any) -> None:
        self.started += 1
        if self.started > MOST_DOCUMENTS:
            raise Refused([rules.too_much(self._at(event), self.file, f"more than {MOST_DOCUMENTS:,} documents")])
        self.anchors, self.open_anchors = {}, set()

    def _open(self, event: Any) -> None:
        self._count(event, 1)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", f"{_TAG}map", f"{_TAG}seq"):
            raise self._refused(event, f"it has the tag {event.tag}, and tags make no values here")
        if len(self.stack) >= DEEPEST:
            raise Refused([rules.too_much(self._at(event), self.file, f"more than {DEEPEST} levels of nesting")])
        if event.anchor:
            self.open_anchors.add(event.anchor)
        self.stack.append(_Open({} if is_mapping else [], event.start_mark.line + 1, self.nodes, event.anchor))

    def _close(self) -> None:
        done = self.stack.pop()
        if done.anchor:
            self.open_anchors.discard(done.anchor)
            self._anchor(done.anchor, done.value, self.nodes - done.nodes_before + 1)
        self._put(done.value, done.line)

    def _alias(self, event: Any) -> None:
        if event.anchor in self.open_anchors:
            raise self._refused(event, f"*{event.anchor} stands inside what it stands for")
        if event.anchor not in self.anchors:
            raise self._refused(event, f"*{event.anchor} stands for nothing before it")
        value, size = self.anchors[event.anchor]
        self._count(event, size)
        self._add(value, event)

    def _anchor(self, anchor: str | None, value: Any, size: int) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            raise Refused([rules.too_much(self._at(event), self.file, f"more than {MOST_NODES:,} nodes, aliases followed")])

    def _scalar(self, event: Any) -> Any:
        if event.implicit[0]:
            return self.resolve(event.value)
        if event.implicit[1] or event.tag in _TEXT_TAGS:
            return event.value
        if event.tag in _construct:
            try:
                return _construct[event.tag](yaml.ScalarNode(event.tag, event.value))
            except (ValueError, KeyError, IndexError):
                raise self._refused(event, f"{event.value!r} is not of its tag {event.tag}") from None
        raise self._refused(event, f"it has the tag {event.tag}, and tags make no values here")

    def _add(self, value: Any, event: Any) -> None:
        self._put(value, event.start_mark.line + 1)

    def _put(self, value: Any, line: int) -> None:
        """A finished value into the container that is open, or as the document."""
        if not self.stack:
            if value is not None:
                self.documents.append(value)
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            self.lines[id(top.value), len(top.value)] = line
            top.value.append(value)
        elif not top.has_key:
            if isinstance(value, (dict, list)):
                raise Refused([rules.not_readable(Location(self.file, line), self.file, "a key is a mapping or a list")])
            top.key, top.key_line, top.has_key = value, line, True
        else:
            top.has_key = False
            self._put_member(top, value)

    def _put_member(self, top: _Open, value: Any) -> None:
        if top.key == "<<" and isinstance(value, (dict, list)):  # the merge key of YAML 1.1; what stands beside it wins
            for merged in value if isinstance(value, list) else [value]:
                for key, member in merged.items() if isinstance(merged, dict) else ():
                    top.merged.setdefault(key, member)
                    top.value.setdefault(key, member)
            return
        key = top.key
        if key in top.value and key not in top.merged:
            self.findings.append(rules.key_twice(Location(self.file, top.key_line), self.file, str(key)))
        top.merged.pop(key, None)
        top.value[key] = value
        self.lines[id(top.value), key] = top.key_line

    def _at(self, event: Any) -> Location:
        return Location(self.file, event.start_mark.line + 1)

    def _refused(self, event: Any, problem: str) -> Refused:
        return Refused([rules.not_readable(self._at(event), self.file, problem)])


@dataclass
class _Open:
    """A container whose end has not come. ``merged`` are the members that came by merge keys."""

    value: Any
    line: int
    nodes_before: int
    anchor: str | None
    has_key: bool = False
    key: Any = None
    key_line: int = 0
    merged: dict[Any, Any] = field(default_factory=dict)
