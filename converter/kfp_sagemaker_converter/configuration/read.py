"""Reads ``kfp-sagemaker.yaml`` and the files beneath it, and reports everything that is wrong at once, by line.

Layers: a file comes on top of the one it ``extends``. Texts and numbers replace, mappings (``images``, ``components``,
``tags``, ``secrets``, ``volume_claims``, ``defaults``) are merged key by key, lists replace; only the rules under ``steps``
are added after those beneath, so that the project's win. ``images`` of the file on top are tried first.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, Job, SecretRule, StepRule
from kfp_sagemaker_converter.configuration.validate import problems_in
from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused, Severity
from kfp_sagemaker_converter.front_ends.structured_text import LONGEST_TEXT, StructuredText, read
from kfp_sagemaker_converter.own_files import is_waited_for
from kfp_sagemaker_converter.rules import configuration as rules
from kfp_sagemaker_converter.source import Location

FILE_NAME = "kfp-sagemaker.yaml"
_LONGEST_CHAIN = 10
_LISTS = ("instance_families", "subnets", "security_group_ids")


def read_configuration(path: Path) -> tuple[Configuration, list[Diagnostic]]:
    """The configuration in the file at ``path``, over those it extends, and what there is to say about it.

    Raises:
        Refused: a file is missing or wrong; holds all that is wrong in all of them.
    """
    layers, findings = _layers(path)
    beneath: dict[str, Any] = {}
    for text, document in layers:
        findings += problems_in(text, document, beneath, is_top=document is layers[-1][1])
        if isinstance(document.get("defaults"), dict):
            beneath = {**beneath, **document["defaults"]}
    if any(found.severity is Severity.ERROR for found in findings):
        raise Refused(findings)
    return _merged(layers), findings


def _layers(path: Path) -> tuple[list[tuple[StructuredText, dict[str, Any]]], list[Diagnostic]]:
    """The documents from the lowest up; a broken one ends the chain with its finding."""
    layers: list[tuple[StructuredText, dict[str, Any]]] = []
    findings: list[Diagnostic] = []
    seen: list[str] = []
    asked_for = Location(str(path))
    while True:
        if os.path.abspath(path) in seen or len(seen) >= _LONGEST_CHAIN:
            findings.append(rules.configuration_not_there(asked_for, str(path), str(path), "extends itself, by way of others"))
            break
        seen.append(os.path.abspath(path))
        try:
            if is_waited_for(path):
                raise OSError(errno.EINVAL, "a named pipe")
            with path.open(encoding="utf-8") as file:
                text = read(file.read(LONGEST_TEXT + 1), str(path))
        except (OSError, ValueError) as error:
            if isinstance(error, UnicodeDecodeError):
                problem = "is not UTF-8 text"
            else:
                problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            findings.append(rules.configuration_not_there(asked_for, str(path), str(path), problem))
            break
        except Refused as refused:
            findings += refused.diagnostics
            break
        findings += text.findings
        document = text.documents[0] if text.documents else {}
        if len(text.documents) > 1 or not isinstance(document, dict):
            problem = "must be one mapping of settings"
            findings.append(rules.wrong_configuration(Location(str(path), 1), str(path), "", problem, ""))
            break
        layers.insert(0, (text, document))
        beneath = document.get("extends")
        if not isinstance(beneath, str):
            break
        asked_for = text.at(document, "extends")
        path = path.parent / beneath
    return layers, findings


def _merged(layers: list[tuple[StructuredText, dict[str, Any]]]) -> Configuration:
    merged: dict[str, Any] = {}
    defaults, rules_of_steps = Job(), []
    for text, document in layers:
        for key, value in document.items():
            if key == "defaults":
                defaults = defaults.beneath(_job(value))
            elif key == "steps":
                rules_of_steps += [_rule(rule, text.at(value, position)) for position, rule in enumerate(value)]
            elif key == "components":
                here = Path(text.file).parent
                merged[key] = {**merged.get(key, {}), **{url: here / path for url, path in value.items()}}
            elif key == "images":
                merged[key] = {**value, **{name: image for name, image in merged.get(key, {}).items() if name not in value}}
            elif isinstance(value, Mapping):
                merged[key] = {**merged.get(key, {}), **value}
            elif key not in ("version", "extends"):
                merged[key] = value
    secrets = {name: SecretRule(**words) for name, words in merged.pop("secrets", {}).items()}
    claims = {name: ClaimRule(**words) for name, words in merged.pop("volume_claims", {}).items()}
    files = tuple(text.file for text, _ in layers)
    return Configuration(
        **merged, defaults=defaults, secrets=secrets, volume_claims=claims, steps=tuple(rules_of_steps), files=files
    )


def _rule(words: Mapping[str, Any], at: Location) -> StepRule:
    of_rule = {key: words[key] for key in ("name", "image", "placement") if key in words}
    return StepRule(at, **of_rule, job=_job({key: value for key, value in words.items() if key not in of_rule}))


def _job(words: Mapping[str, Any]) -> Job:
    settings: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in words.items()}
    return Job(**settings)
