"""What is wrong with one configuration file: its JSON schema, and what a schema cannot say."""

from __future__ import annotations

import difflib
import functools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kfp_sagemaker.container_step.kinds_of_job import asking_for_training
from kfp_sagemaker.instance_types import instance_types

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.rules import configuration as rules
from kfp_sagemaker_converter.source import Location

_SCHEMA = Path(__file__).with_name("schema.json")
_TYPES = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "boolean": "true or false"}
#: Seconds of a day: SageMaker's default of a job's longest time.
_DAY = 86400


@functools.cache
def schema() -> dict[str, Any]:
    """The JSON schema of ``kfp-sagemaker.yaml``."""
    loaded: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return loaded


def problems_in(text: StructuredText, document: dict[str, Any], beneath: Mapping[str, Any], is_top: bool) -> list[Diagnostic]:
    """Everything that is wrong or doubtful in one file, in its order.

    ``beneath`` are the ``defaults`` of the files beneath it. Only of the file on top everything must be there.
    """
    found = list(_no_plain_text(text, document, []))
    if not found:
        found = [_finding(text, document, error) for error in _schema_errors(text, document)]
    if not found:
        found = list(_beyond_the_schema(text, document, beneath, is_top))
    return found


def _no_plain_text(text: StructuredText, words: Any, path: list[Any]) -> Iterator[Diagnostic]:
    """Keys that YAML does not read as text, such as ``on`` and ``1``, and texts that are not one printable line."""
    for key, value in words.items() if isinstance(words, dict) else enumerate(words) if isinstance(words, list) else ():
        at, here = text.at(words, key), [*path, key]
        if isinstance(words, dict) and not isinstance(key, str):
            problem = f"the key {key} is no text for YAML"
            yield rules.wrong_configuration(at, text.file, _dotted(path), problem, "Put it in quotes.")
        for one in (key, value):
            if isinstance(one, str) and not one.isprintable():
                problem = f"{_shown(one)} is not one line of printable text"
                yield rules.wrong_configuration(at, text.file, _dotted(here), problem, "Write it in one line.")
        yield from _no_plain_text(text, value, here)


def _schema_errors(text: StructuredText, document: dict[str, Any]) -> list[Any]:
    try:
        from jsonschema import Draft202012Validator
    except ModuleNotFoundError:
        raise Refused([rules.converter_not_installed(Location(text.file), text.file, "jsonschema")]) from None
    errors = list(Draft202012Validator(schema()).iter_errors(document))
    return sorted(errors, key=lambda error: [str(part) for part in error.absolute_path])


def _finding(text: StructuredText, document: Any, error: Any) -> Diagnostic:
    path = list(error.absolute_path)
    problem, fix, key = _words(error)
    if key is not None:
        path.append(key)
    at = Location(text.file, 1)
    container = document
    for part in path:
        found = text.at(container, part)
        at = found if found.line else at
        try:
            container = container[part]
        except (LookupError, TypeError):
            break
    return rules.wrong_configuration(at, text.file, _dotted(path), problem, fix)


def _words(error: Any) -> tuple[str, str, Any]:
    """Problem, fix, and the key that the error is about where its path does not have it."""
    kind, expected, value = error.validator, error.validator_value, error.instance
    if kind in ("additionalProperties", "unevaluatedProperties"):
        allowed = sorted(_allowed(error))
        unknown = [key for key in value if key not in allowed]
        near = difflib.get_close_matches(str(unknown[0]), allowed, 1, 0.5) if unknown else []
        fix = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(allowed)}."
        return "there is no such setting", fix, unknown[0] if unknown else None
    if kind == "type":
        kinds = expected if isinstance(expected, list) else [expected]
        return f"must be {' or '.join(_TYPES[one] for one in kinds)}", _example(error), None
    if kind in ("enum", "const"):
        options = expected if kind == "enum" else [expected]
        return f"must be one of {', '.join(str(option) for option in options)}", "Choose one of them.", None
    if kind == "pattern":
        key = value if "propertyNames" in error.schema_path else None
        return f"{_shown(value)} is not of the right form", _example(error), key
    if kind in ("minimum", "maximum"):
        return f"must be {'at least' if kind == 'minimum' else 'at most'} {expected}", "Change the number.", None
    if kind == "required":
        missing = next((name for name in expected if name not in value), expected[0])
        return f"{missing} is missing", f"Add {missing}.", None
    if kind == "anyOf":
        return "the rule says for which steps neither by name nor by image", "Add name, image or both.", None
    return str(error.message)[:200], "", None


def _allowed(error: Any) -> set[str]:
    """Names that the schema at the error has."""
    here = error.schema
    names = set(here.get("properties", {}))
    reference = here.get("$ref", "")
    return names | set(schema()["$defs"][reference.rpartition("/")[2]]["properties"] if reference else {})


def _example(error: Any) -> str:
    examples = error.schema.get("examples")
    return f"For example: {_shown(examples[0])}." if examples else str(error.schema.get("description", ""))


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]


def _dotted(path: list[Any]) -> str:
    """``steps[1].name``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _beyond_the_schema(
    text: StructuredText, document: Mapping[str, Any], beneath: Mapping[str, Any], is_top: bool
) -> Iterator[Diagnostic]:
    for url, path in (document.get("components") or {}).items():
        place = Path(text.file).parent / path
        # Unlike those of Path, no error for any name.
        if not (os.path.isdir(place) if url.endswith("/") else os.path.isfile(place)):
            problem = f"there is no {'folder' if url.endswith('/') else 'file'} {str(place)[:200]}"
            yield _wrong(text, document["components"], url, "components", problem, "Correct the path.")
    defaults = document.get("defaults") or {}
    yield from _wrong_job(text, "defaults", defaults, beneath, is_top)
    in_a_vpc = any(job.get("subnets") for job in (beneath, defaults, *(document.get("steps") or [])))
    for name, claim in (document.get("volume_claims") or {}).items():
        yield from _wrong_claim(text, f"volume_claims.{name}", claim, in_a_vpc or not is_top)
    for position, rule in enumerate(document.get("steps") or []):
        yield from _wrong_job(text, f"steps[{position}]", rule, {**beneath, **defaults}, is_top)


def _wrong_job(
    text: StructuredText, where: str, job: Mapping[str, Any], beneath: Mapping[str, Any], is_top: bool
) -> Iterator[Diagnostic]:
    """What SageMaker would refuse in the settings of one place, those of ``beneath`` included where they are not repeated."""
    both = {**beneath, **job}
    service = both.get("service")
    name = job.get("instance_type")
    known = instance_types().get(name or "")
    if name and known is None:
        near = difflib.get_close_matches(name, instance_types(), 1, 0.8)
        yield rules.unknown_instance_type(text.at(job, "instance_type"), name, name, f": {near[0]}?" if near else "")
    if known and service and service not in known.uses:
        allowed = " and ".join(known.uses)
        yield _wrong(text, job, "instance_type", where, f"{name} is not for {service} jobs, only for {allowed}",
                     f"Choose another type, or service: {'training' if 'training' in known.uses else 'processing'}.")
    elif known and not {"processing", "training"} & set(known.uses):
        yield _wrong(text, job, "instance_type", where, f"{name} is for neither processing nor training jobs",
                     "Choose another type: `kfp-sagemaker profiles`.")
    families = {one.family for one in instance_types().values()}
    for position, family in enumerate(job.get("instance_families") or ()):
        if family not in families:
            near = difflib.get_close_matches(family, families, 1, 0.5)
            hint = f"Did you mean {near[0]}?" if near else "`kfp-sagemaker profiles` lists them."
            of_families = f"{where}.instance_families"
            yield _wrong(text, job["instance_families"], position, of_families, f"no family {family} is known", hint)
    for key in asking_for_training(job) if service == "processing" else ():
        yield _wrong(text, job, key, where, "only training jobs have it", "Set service: training there.")
    pooled = [key for key in ("spot_instance", "keep_alive") if job.get(key)]
    if pooled and both.get("spot_instance") and both.get("keep_alive"):
        yield _wrong(text, job, pooled[0], where, "warm pools have no spot instances",
                     "Leave one of them out, or set keep_alive: 0 or spot_instance: false there.")
    if is_top and job.get("spot_instance") and not both.get("max_wait_time"):
        yield _wrong(text, job, "spot_instance", where, "spot instances need max_wait_time", "Add max_wait_time, in seconds.")
    wait, run = both.get("max_wait_time"), both.get("max_run_time", _DAY)
    if wait and wait < run and ({"max_wait_time", "max_run_time"} & set(job)):
        key = "max_wait_time" if "max_wait_time" in job else "max_run_time"
        yield _wrong(text, job, key, where, f"max_wait_time ({wait} s) is less than max_run_time ({run} s)",
                     "Waiting includes running: make it at least as long.")
    of_vpc = ("subnets", "security_group_ids")
    if is_top and bool(both.get("subnets")) != bool(both.get("security_group_ids")) and set(of_vpc) & set(job):
        present, missing = of_vpc if both.get("subnets") else reversed(of_vpc)
        key = present if present in job else missing
        yield _wrong(text, job, key, where, f"{present} without {missing}", f"Add {missing}: a VPC needs both.")
    private = "registry_credentials_arn" if job.get("registry_credentials_arn") else "registry_access"
    if private == "registry_credentials_arn" and both.get("registry_access") == "Platform":
        yield _wrong(text, job, private, where, "credentials are for a private registry", "Set registry_access: Vpc there.")
    elif is_top and job.get(private) not in (None, "Platform") and not both.get("subnets"):
        yield _wrong(text, job, private, where, "a private registry is reached through a VPC",
                     "Add subnets and security_group_ids.")


def _wrong_claim(text: StructuredText, where: str, claim: Mapping[str, Any], in_a_vpc: bool) -> Iterator[Diagnostic]:
    """What cannot stand for a volume claim. ``in_a_vpc`` says that some job has subnets."""
    said = [key for key in ("s3", "efs", "fsx") if key in claim]
    key = next(iter(claim))
    if len(said) != 1:
        what = f"{' and '.join(said)} cannot both stand" if said else "nothing is named that stands"
        yield _wrong(text, claim, key, where, f"{what} for a volume claim", "Name one: s3, efs or fsx.")
        return
    for other in ("directory", "read_only"):
        if "s3" in claim and other in claim:
            yield _wrong(text, claim, other, where, f"{other} is for file systems", "Remove it; a prefix is only read.")
    if "fsx" in claim and "directory" not in claim:
        yield _wrong(text, claim, "fsx", where, "FSx for Lustre needs a directory", "Add directory: /MOUNT_NAME/PATH.")
    if "s3" not in claim and not in_a_vpc:
        yield _wrong(text, claim, said[0], where, "a file system is reached through a VPC",
                     "Add subnets and security_group_ids to defaults.")


def _wrong(text: StructuredText, container: Any, key: Any, where: str, problem: str, fix: str) -> Diagnostic:
    path = f"{where}[{key}]" if isinstance(key, int) else f"{where}.{key}"
    return rules.wrong_configuration(text.at(container, key), text.file, path, problem, fix)
