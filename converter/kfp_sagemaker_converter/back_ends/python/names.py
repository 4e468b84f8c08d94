"""Names in Python, and names that kfp gives: each once, readable, never a keyword."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from kfp_sagemaker_converter.front_ends.names import resource_name

#: What a file imports and uses itself.
RESERVED = frozenset(
    {"dsl", "kubernetes", "components", "List", "Dict", "NamedTuple", "Optional", "getattr"}
    | {"str", "int", "float", "bool", "list", "dict"}
)
#: What functions use of it: an input of that name would hide it from them.
_USED_IN_FUNCTIONS = frozenset({"dsl", "kubernetes", "getattr"})


class CannotSay(Exception):
    """A construct that DSL source has no words for; the text says which."""


class Names:
    """Names that are taken. What is asked for twice gets a number, in time that does not grow with how often it was."""

    def __init__(self, taken: Iterable[str] = (), separator: str = "_") -> None:
        self.taken = set(taken)
        self._separator = separator
        self._next: dict[str, int] = {}

    def free(self, name: str, *others: Names) -> str:
        """The name, or the first numbered one like it, that is free here and in ``others``. It is not taken thereby."""
        free, number = name, self._next.get(name, 2)
        while free in self.taken or any(free in other.taken for other in others):
            free, number = f"{name}{self._separator}{number}", number + 1
        if free != name:
            self._next[name] = number - 1
        return free

    def take(self, name: str) -> str:
        """Take a name."""
        self.taken.add(name)
        return name


def variable_name(wanted: str) -> str:
    """A Python name like ``wanted``, of any text."""
    base = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_").lower() or "step"
    base = f"step_{base}" if base[0].isdigit() else base
    return f"{base}_" if keyword.iskeyword(base) or base in RESERVED else base


def is_name(name: str) -> bool:
    """Whether a name can be one in Python, of a member or an argument."""
    return name.isidentifier() and not keyword.iskeyword(name)


def parameter_name(name: str) -> str:
    """The name of a pipeline's input, which cannot be another.

    Raises:
        CannotSay: it is no Python name, or hides what the function needs.
    """
    if not is_name(name):
        raise CannotSay(f"the input {name!r}, which is no name in Python")
    if name in _USED_IN_FUNCTIONS:
        raise CannotSay(f"the input {name!r}, which hides {name} from the function")
    return name


def check_task_name(name: str) -> None:
    """kfp names tasks after their components, in lower case and with hyphens.

    Raises:
        CannotSay: it would give another name.
    """
    if not name or resource_name(name) != name:
        raise CannotSay(f"the task name {name!r}: kfp's are of lower-case letters, digits and single hyphens")


def check_pipeline_name(name: str) -> None:
    """The same for pipelines, up to 128 characters (``validate_pipeline_name`` of kfp.dsl.utils).

    Raises:
        CannotSay: kfp would give another name, or refuse it.
    """
    if not name or resource_name(name) != name or len(name) > 128:
        raise CannotSay(f"the pipeline name {name!r}: kfp's are of lower-case letters, digits and single hyphens, at most 128")
