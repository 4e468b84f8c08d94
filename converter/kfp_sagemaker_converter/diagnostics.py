"""Diagnostics: what a conversion has to say, and the rules that say it.

A rule is a function in a module of :mod:`kfp_sagemaker_converter.rules`, decorated with its code and severity. It takes what
differs from case to case and returns one sentence and the fix; its docstring is the rule's page (``kfp-sagemaker explain``,
docs/diagnostics). Codes are stable: a code that is retired is never given to another rule.

    @rule("KSC301", Severity.INFO)
    def glue(component: str) -> Says:
        \"\"\"A step that passes parameters only stays in the cluster.

        ## What it does
        ...
        ## Why
        ...
        ## Example
        ...
        ## What to do
        ...
        \"\"\"
        return f"{component} ...", "..."

    glue(location, "train", component="comp-train")  # -> Diagnostic

Not here: rendering (``report``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Generic, ParamSpec, TypeAlias

from kfp_sagemaker_converter.source import Location

P = ParamSpec("P")
Says: TypeAlias = tuple[str, str]
_CODE = re.compile(r"KSC\d{3}\Z")
SECTIONS = ("What it does", "Why", "Example", "What to do")

EXIT_EXACT = 0
EXIT_NEEDS_REVIEW = 1
EXIT_ERROR = 2


class Severity(Enum):
    """How much a diagnostic weighs."""

    #: Worth knowing; the conversion is exact.
    INFO = "info"
    #: Kept, though not exactly.
    APPROXIMATE = "approximate"
    #: A person has to do something, or to decide.
    MANUAL = "manual"
    #: Nothing is written.
    ERROR = "error"


@dataclass(frozen=True)
class Diagnostic:
    """One thing to say about one place.

    ``subject`` is the step (its executor's label), the parameter or the file it is about; empty for the whole pipeline.
    """

    code: str
    severity: Severity
    sentence: str
    fix: str
    location: Location
    subject: str = ""


class Rule(Generic[P]):
    """A rule, called with the place, the subject and what differs: gives the diagnostic."""

    def __init__(self, code: str, severity: Severity, says: Callable[P, Says]) -> None:
        self.code = code
        self.severity = severity
        self.says = says
        self.name = says.__name__.replace("_", "-")
        self.page = inspect.getdoc(says) or ""

    @property
    def title(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    def __call__(self, at: Location, subject: str, /, *args: P.args, **kwargs: P.kwargs) -> Diagnostic:
        sentence, fix = self.says(*args, **kwargs)
        return Diagnostic(self.code, self.severity, sentence, fix, at, subject)


_RULES: dict[str, Rule[...]] = {}


def rule(code: str, severity: Severity) -> Callable[[Callable[P, Says]], Rule[P]]:
    """Register a function as the rule of a code.

    Raises:
        ValueError: the code is malformed or taken.
    """

    def register(says: Callable[P, Says]) -> Rule[P]:
        made = Rule(code, severity, says)
        if not _CODE.match(code):
            raise ValueError(f"{code}: a code is KSC and three digits")
        if code in _RULES and _RULES[code].says.__qualname__ != says.__qualname__:
            raise ValueError(f"{code} is the code of {_RULES[code].name} and of {made.name}")
        _RULES[code] = made
        return made

    return register


@cache
def rules() -> Mapping[str, Rule[...]]:
    """Every rule by its code, in the order of codes."""
    package = import_module("kfp_sagemaker_converter.rules")
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    return MappingProxyType(dict(sorted(_RULES.items())))


def exit_status(diagnostics: Iterable[Diagnostic]) -> int:
    """0 when all was kept exactly, 1 when somebody has to look, 2 when something was refused."""
    severities = {diagnostic.severity for diagnostic in diagnostics}
    if Severity.ERROR in severities:
        return EXIT_ERROR
    return EXIT_NEEDS_REVIEW if severities & {Severity.APPROXIMATE, Severity.MANUAL} else EXIT_EXACT


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each diagnostic once, in the order of the source."""
    unique: dict[Diagnostic, Any] = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda found: (found.location, found.code, found.subject, found.sentence)))


class Refused(Exception):
    """Input that cannot be converted; holds every reason, not the first."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n".join(f"{found.location}: {found.sentence} {found.fix}" for found in self.diagnostics))
