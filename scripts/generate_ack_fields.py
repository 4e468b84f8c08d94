"""Generate the field tables of the ACK SageMaker controller's custom resources, or check the checked-in ones.

    python scripts/generate_ack_fields.py DIR           # write components/kfp_sagemaker/custom_resources/tables/*.json
    python scripts/generate_ack_fields.py --check DIR   # exit 1 when one is not what would be written
    python scripts/generate_ack_fields.py --check       # without the CRDs: exit 1 when one contradicts botocore's model

DIR holds the CRD files of the controller at the version below: config/crd/bases of
https://github.com/aws-controllers-k8s/sagemaker-controller (Apache-2.0), or what tests/e2e/crds keeps of them. A field stands
for the API member with the same letters and digits (roleARN for RoleArn, s3URI for S3Uri, type_ for Type). To move to a newer
controller, change the version, generate, and review the difference.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import yaml
from kfp_sagemaker.custom_resources import fields
from kfp_sagemaker.service_model.model import input_shape, output_shape
from kfp_sagemaker.service_model.spelling import letters_and_digits

CONTROLLER = "1.9.1"
TABLES = Path(fields.__file__).with_name("tables")
KINDS = (
    "DataQualityJobDefinition", "Endpoint", "EndpointConfig", "FeatureGroup", "HyperParameterTuningJob", "InferenceComponent",
    "LabelingJob", "Model", "ModelBiasJobDefinition", "ModelExplainabilityJobDefinition", "ModelPackage", "ModelPackageGroup",
    "ModelQualityJobDefinition", "MonitoringSchedule", "Pipeline", "PipelineExecution", "ProcessingJob", "TrainingJob",
    "TransformJob",
)
#: Operations that make a resource, where the name does not say it.
_CREATE = {"PipelineExecution": "StartPipelineExecution"}
#: What every status has, and the API does not.
_CONTROLLERS_OWN = frozenset({"ackResourceMetadata", "conditions"})
_TYPES = {"string": "string", "integer": "integer", "long": "integer", "boolean": "boolean", "float": "number",
          "double": "number", "timestamp": "date-time"}


def create_operation(kind: str) -> str:
    """The API operation that a new custom resource of ``kind`` leads to."""
    return _CREATE.get(kind, f"Create{kind}")


class Mismatch(Exception):
    """A CRD that is not what this script knows how to map."""


def described_field(schema: dict[str, Any], shape: Any, path: str) -> dict[str, Any]:
    """The entry of a table for what ``schema`` (OpenAPI) and ``shape`` (botocore) both describe."""
    kind = schema.get("type")
    if shape.type_name == "structure" and kind == "object":
        return {"type": "object", "members": described_members(schema.get("properties", {}), shape, path)[0]}
    if shape.type_name == "list" and kind == "array":
        return {"type": "array", "items": described_field(schema["items"], shape.member, f"{path}[]")}
    if shape.type_name == "map" and kind == "object" and "additionalProperties" in schema:
        return {"type": "map", "items": described_field(schema["additionalProperties"], shape.value, f"{path}.*")}
    expected = _TYPES.get(shape.type_name)
    given = schema.get("format") if schema.get("format") == "date-time" else kind
    if expected is None or expected != given:
        raise Mismatch(f"{path}: the CRD has {given}, the API {shape.type_name}")
    return {"type": expected}


def described_members(properties: dict[str, Any], shape: Any, path: str) -> tuple[dict[str, Any], list[str]]:
    """Entries by API member for the properties of an object, in the API's order; and the properties that are no member."""
    by_letters = {letters_and_digits(name): name for name in properties}
    if len(by_letters) != len(properties):
        raise Mismatch(f"{path}: two fields have the same letters and digits")
    members = {}
    for member, inner in shape.members.items():
        name = by_letters.pop(letters_and_digits(member), None)
        if name is not None:
            members[member] = {"field": name, **described_field(properties[name], inner, f"{path}.{name}")}
    return members, sorted(by_letters.values())


def missing(members: dict[str, Any], shape: Any, path: str = "") -> Iterator[str]:
    """Paths of the members that ``shape`` has and a table lacks, each where it begins."""
    for member, inner in shape.members.items():
        here = f"{path}.{member}" if path else member
        if member not in members:
            yield here
        else:
            yield from _missing_below(members[member], inner, here)


def _missing_below(entry: dict[str, Any], shape: Any, path: str) -> Iterator[str]:
    if entry["type"] == "object":
        yield from missing(entry["members"], shape, path)
    elif entry["type"] == "array":
        yield from _missing_below(entry["items"], shape.member, f"{path}[]")
    elif entry["type"] == "map":
        yield from _missing_below(entry["items"], shape.value, f"{path}.*")


def table(crd: dict[str, Any]) -> dict[str, Any]:
    """The table of one CRD."""
    kind = crd["spec"]["names"]["kind"]
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    request, description = input_shape(create_operation(kind)), output_shape(f"Describe{kind}")
    spec, added = described_members(schema["spec"]["properties"], request, f"{kind}.spec")
    in_status = {name: entry for name, entry in schema["status"]["properties"].items() if name not in _CONTROLLERS_OWN}
    status, unknown = described_members(in_status, description, f"{kind}.status")
    if unknown:
        raise Mismatch(f"{kind}.status: {', '.join(unknown)}: Describe{kind} does not have it")
    required = set(schema["spec"].get("required", []))
    return {
        "generated_by": "scripts/generate_ack_fields.py",
        "source": f"CRD of ACK's SageMaker controller {CONTROLLER} (Apache-2.0), and botocore {botocore.__version__}",
        "kind": kind,
        "plural": crd["spec"]["names"]["plural"],
        "controller": CONTROLLER,
        "required": [member for member, entry in spec.items() if entry["field"] in required],
        "missing": list(missing(spec, request)),
        "added": added,
        "undescribed": [member for member in spec if member not in description.members],  # type: ignore[attr-defined]
        "spec": spec,
        "status": status,
    }


def text_of(document: dict[str, Any]) -> str:
    """A table as it is written: a line for each member of spec and status, and what is below in that line."""
    lines = [f" {json.dumps(key)}: {_value(value, key in ('spec', 'status'))}" for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _value(value: Any, by_lines: bool) -> str:
    if not by_lines or not value:
        return json.dumps(value)
    return "{\n" + ",\n".join(f"  {json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()) + "\n }"


def tables(crds: Path) -> dict[str, str]:
    """Texts of all tables by kind. Raises Mismatch when a CRD is not there, or not what is known."""
    found = {}
    for path in sorted(crds.glob("*.yaml")):
        crd = yaml.safe_load(path.read_text(encoding="utf-8"))
        if crd["spec"]["group"] == fields.GROUP and crd["spec"]["names"]["kind"] in KINDS:
            found[crd["spec"]["names"]["kind"]] = text_of(table(crd))
    absent = [kind for kind in KINDS if kind not in found]
    if absent:
        raise Mismatch(f"{crds}: no CRD of {', '.join(absent)}")
    return found


def contradictions(document: dict[str, Any]) -> list[str]:
    """What a checked-in table says that botocore's model does not know."""
    kind = document["kind"]
    request, description = input_shape(create_operation(kind)), output_shape(f"Describe{kind}")
    found = list(_unknown(document["spec"], request, f"{kind}.spec"))
    found += _unknown(document["status"], description, f"{kind}.status")
    lacking = set(missing(document["spec"], request))
    found += [f"{kind}: missing: {path} is not missing, or no member" for path in document["missing"] if path not in lacking]
    found += [f"{kind}: required: {member} is no field" for member in document["required"] if member not in document["spec"]]
    return found


def _unknown(members: dict[str, Any], shape: Any, path: str) -> Iterator[str]:
    for member, entry in members.items():
        here = f"{path}.{member}"
        inner = shape.members.get(member)
        if inner is None or letters_and_digits(member) != letters_and_digits(entry["field"]):
            yield f"{here}: no member of the API with the letters of {entry['field']}"
            continue
        while entry["type"] in ("array", "map") and inner.type_name in ("list", "map"):
            entry, inner = entry["items"], inner.member if inner.type_name == "list" else inner.value
        if entry["type"] == "object" and inner.type_name == "structure":
            yield from _unknown(entry["members"], inner, here)
        elif entry["type"] != _TYPES.get(inner.type_name):
            yield f"{here}: {entry['type']}, and the API has {inner.type_name}"


def _without_source(text: str) -> str:
    """A table's text without the line that names the installed botocore."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(' "source"'))


def main(arguments: list[str] | None = None) -> int:
    """Write the tables or check them; return the exit status."""
    parser = ArgumentParser(description="Field tables of the ACK SageMaker controller's custom resources.")
    parser.add_argument("crds", metavar="DIR", nargs="?", type=Path, help=f"CRD files of controller {CONTROLLER}")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a table is not as it should be")
    options = parser.parse_args(arguments)
    if options.crds is None and not options.check:
        parser.error("DIR is needed to write the tables")
    try:
        wanted = tables(options.crds) if options.crds else None
    except (Mismatch, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check:
        assert wanted is not None
        TABLES.mkdir(exist_ok=True)
        for kind, text in wanted.items():
            (TABLES / f"{kind}.json").write_text(text, encoding="utf-8")
        print(f"wrote {len(wanted)} tables to {TABLES}")
        return 0
    problems = []
    for kind in KINDS:
        path = TABLES / f"{kind}.json"
        if not path.is_file():
            problems.append(f"{kind}: no table")
            continue
        there = path.read_text(encoding="utf-8")
        if wanted is not None and _without_source(wanted[kind]) != _without_source(there):
            problems.append(f"{path.name}: stale")
        problems += contradictions(json.loads(there))
    for line in problems:
        print(line)
    if wanted is None:
        print(f"ACK field tables: checked against botocore's model only, since no CRDs of controller {CONTROLLER} were given")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
