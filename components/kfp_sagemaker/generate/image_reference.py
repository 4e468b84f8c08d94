"""References of container images, ``[HOST[:PORT]/]PATH[:TAG][@DIGEST]``, and the one that the checked-in specs carry.

The grammar is that of https://pkg.go.dev/github.com/distribution/reference.
"""

from __future__ import annotations

import re

from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.version import VERSION

#: The image that the checked-in specs name. Nobody publishes it: users build and push their own.
DEFAULT_IMAGE = f"kfp-sagemaker:{VERSION}"

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
# A host has a dot or a port, or is localhost: otherwise it is the first part of the path, which is lower case.
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})+(?::\d+)?|{_LABEL}:\d+|localhost)"
_PATH = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@sha256:[0-9a-f]{64}"
_REFERENCE = re.compile(rf"(?:{_HOST}/)?{_PATH}(?:/{_PATH})*(?:{_TAG}(?:{_DIGEST})?|{_DIGEST})")
_MOST_CHARACTERS = 255


def checked_image(reference: str, given_as: str) -> str:
    """``reference`` when it names an image by tag or digest.

    Raises InvalidInput, saying that the user gave it as ``given_as`` (an option, an environment variable).
    """
    if _REFERENCE.fullmatch(reference) and len(reference) <= _MOST_CHARACTERS:
        return reference
    problem = "not an image: expected [HOST[:PORT]/]PATH:TAG or ...@sha256:DIGEST, the path in lower case"
    raise InvalidInput("image", [Violation(given_as, problem, value=reference)])
