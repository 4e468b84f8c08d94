"""``executionOptions`` of a graph's task: retries, and that nothing is to be taken from the cache.

The words are those of ``TaskSpec`` in kfp 1.8 (kfp/components/_structures.py), which carried them and did not look at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.rules import component as rules

#: A duration of ISO 8601 that is nothing: P0D, PT0S.
_NO_TIME = re.compile(r"P(?=.)(0+[YMWD])*(T(0+[HMS])+)?")


def execution_options(text: StructuredText, task: Mapping[str, Any]) -> tuple[dict[str, Any], list[Diagnostic]]:
    """What the options of ``task`` are in IR, and a diagnostic for each that KFP 2 has no place for."""
    options = task.get("executionOptions")
    if options is None:
        return {}, []
    if not isinstance(options, dict):
        problem = "executionOptions is no mapping"
        return {}, [rules.not_a_component(text.at(task, "executionOptions"), "executionOptions", problem)]
    made: dict[str, Any] = {}
    found = []
    for group, name, value, at_parent in _options(options):
        at = text.at(at_parent, name)
        if (group, name) == ("retryStrategy", "maxRetries"):
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
                # With the pauses that kfp's set_retry writes when it is told none.
                policy = {"backoffDuration": "0s", "backoffFactor": 2.0, "backoffMaxDuration": "3600s", "maxRetryCount": value}
                made |= {"retryPolicy": policy} if value else {}
            else:
                found.append(rules.not_a_component(at, name, f"maxRetries is {str(value)[:60]!r}, no number of retries"))
        elif (group, name) == ("cachingStrategy", "maxCacheStaleness") and _NO_TIME.fullmatch(str(value)):
            made["cachingOptions"] = {}
        else:
            found.append(rules.part_left_out(at, name, f"The option {name[:60]} of a task"))
    return made, found


def _options(options: Mapping[Any, Any]) -> Iterator[tuple[str, str, Any, Mapping[Any, Any]]]:
    """Group, name and value of each option, and the mapping it stands in."""
    for group, words in options.items():
        if isinstance(words, dict) and words:
            yield from ((str(group), str(name), value, words) for name, value in words.items())
        elif words is not None:
            yield "", str(group), words, options
