"""What Kubernetes does to ``$(NAME)`` in a container's command, args and environment before the container starts.

Source: Kubernetes API reference, Container v1 core, ``command``, ``args`` and ``env``: references to the container's own
variables are expanded, ``$$`` is a dollar sign, and a reference to no variable stays as it is. A name ends
at the first ``)`` (third_party/forked/golang/expansion), so that nothing inside of ``$(cat $(NAME))`` is a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_REFERENCE = re.compile(r"\$(?:\$|\((?P<name>[^)]*)\))")


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """The text with its references replaced; what comes out of a variable is not looked at again."""

    def value(match: re.Match[str]) -> str:
        name = match["name"]
        return "$" if name is None else variables.get(name, match[0])

    return _REFERENCE.sub(value, text)


def expanded_environment(environment: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The variables by name; each may refer to those before it."""
    variables: dict[str, str] = {}
    for name, text in environment:
        variables[name] = expanded(text, variables)
    return variables
