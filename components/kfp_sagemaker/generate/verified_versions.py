"""What the components were last verified with: the versions with which all tests passed, and when.

Edited by hand when the tests have passed with newer ones; the ranges that an installation may have are in pyproject.toml.
"""

from __future__ import annotations

#: When all tests last passed, RFC 3339.
LAST_VERIFIED = "2026-11-22T00:00:00Z"
#: By name of the distribution (python: of the interpreter).
VERSIONS = {"python": "3.11", "kfp": "2.17.0", "botocore": "1.44.5"}
#: No test calls AWS.
VERIFIED_AGAINST = "the local SageMaker of this distribution"
#: As in the extra kfp of pyproject.toml.
KUBEFLOW_PIPELINES = ">=2.14,<3"
