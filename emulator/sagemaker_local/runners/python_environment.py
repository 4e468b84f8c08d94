"""Where the Python that runs this program lies, so that a container without one of its own can be given it."""

from __future__ import annotations

import os
import sys


def python_paths() -> list[str]:
    """Absolute paths that the Python environment needs: its prefixes, and the symbolic links that lead to them."""
    prefixes = {path for prefix in (sys.prefix, sys.base_prefix) for path in (prefix, os.path.realpath(prefix))}
    links = set()
    hop = sys.executable
    while os.path.islink(hop):
        links.add(hop)
        hop = os.path.normpath(os.path.join(os.path.dirname(hop), os.readlink(hop)))
    outside = {link for link in links if not any(link.startswith(f"{prefix}/") for prefix in prefixes)}
    return sorted(prefixes | outside)
