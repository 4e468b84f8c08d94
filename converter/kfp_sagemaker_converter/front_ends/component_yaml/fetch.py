"""Fetching the components that graphs refer to by URL, which is done only when it was asked for (``--fetch``).

What is fetched is read, never run. ``https`` only; ``http`` too where the reference has a digest to compare it with.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request

from kfp_sagemaker_converter.front_ends.component_yaml.library import ComponentFile, Fetch, Fetched

#: Seconds that a server may be silent, and that one component may take in all.
_SILENCE, _LONGEST = 10.0, 30.0
_CHUNK = 64 * 1024
#: Bytes of a component; real ones have some kB, and the longest known 27.
LARGEST = 1024 * 1024
_REFUSED = "is not fetched: only https:// is, and http:// where there is a digest"


def fetcher(silence: float = _SILENCE, longest: float = _LONGEST) -> Fetch:
    """A function from a URL, and whether a digest is known, to the component there; each URL is asked for once."""
    known: dict[tuple[str, bool], Fetched] = {}

    def fetch(url: str, has_digest: bool) -> Fetched:
        if (url, has_digest) not in known:
            known[url, has_digest] = _fetched(url, has_digest, silence, longest)
        return known[url, has_digest]

    return fetch


def _fetched(url: str, has_digest: bool, silence: float, longest: float) -> Fetched:
    allowed = ("https://", "http://") if has_digest else ("https://",)
    if not url.startswith(allowed):
        return None, _REFUSED
    until = time.monotonic() + longest
    data = bytearray()
    try:
        with urllib.request.urlopen(url, timeout=silence) as answer:
            if not answer.url.startswith(allowed):
                return None, f"leads to {answer.url[:200]}, which {_REFUSED}"
            while chunk := answer.read1(_CHUNK):
                data += chunk
                if len(data) > LARGEST:
                    return None, f"has more than {LARGEST:,} bytes"
                if time.monotonic() > until:
                    return None, f"has not come within {longest:g} seconds"
        return ComponentFile(url, data.decode("utf-8-sig")), ""
    except urllib.error.HTTPError as error:
        return None, f"cannot be fetched: the server answered {error.code} {error.reason}"
    except UnicodeDecodeError:
        return None, "is not text in UTF-8"
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        return None, f"cannot be fetched: {getattr(reason, 'strerror', None) or reason}"
