"""Python names for a pipeline's own: each once in a file, readable, never a keyword."""

from __future__ import annotations

import keyword
import re

#: What a file imports and uses itself.
RESERVED = frozenset(
    {"dsl", "kubernetes", "components", "List", "NamedTuple", "Optional", "getattr"}
    | {"str", "int", "float", "bool", "list", "dict"}
)


class CannotSay(Exception):
    """A construct that DSL source has no words for; the text says which."""


def free_name(wanted: str, taken: set[str]) -> str:
    """A Python name like ``wanted``, which is then taken."""
    base = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_").lower() or "step"
    base = f"step_{base}" if base[0].isdigit() else base
    name, number = base, 2
    while name in taken or name in RESERVED or keyword.iskeyword(name):
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def is_name(name: str) -> bool:
    """Whether a name can be one in Python, of a member or an argument."""
    return name.isidentifier() and not keyword.iskeyword(name)


def parameter_name(name: str) -> str:
    """The name of a pipeline's input, which cannot be another.

    Raises:
        CannotSay: it is no Python name.
    """
    if not is_name(name) or name in RESERVED:
        raise CannotSay(f"the input {name!r} is no name in Python")
    return name


def check_task_name(name: str) -> None:
    """kfp names tasks after their components, in lower case and with hyphens (``sanitize_task_name`` of kfp.dsl.utils).

    Raises:
        CannotSay: it would give another name.
    """
    if re.fullmatch(r"[0-9a-z]+(-[0-9a-z]+)*", name) is None:
        raise CannotSay(f"the task name {name!r}: kfp's are of lower-case letters, digits and single hyphens")
