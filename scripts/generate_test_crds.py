"""Write the custom resource definitions (CRDs) that the tests with a Kubernetes API server install: tests/e2e/crds.

    python scripts/generate_test_crds.py DIR

DIR holds the CRD files of the ACK SageMaker controller: config/crd/bases of
https://github.com/aws-controllers-k8s/sagemaker-controller (Apache-2.0). Taken over is what a server goes by: names, types,
required members, subresources. Descriptions are left out, and so are the kinds that there is no component for.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from generate_ack_fields import CONTROLLER, KINDS

CRDS = Path(__file__).parent.parent / "tests" / "e2e" / "crds"
NOTE = "# Made by scripts/generate_test_crds.py from ACK's SageMaker controller {version} (Apache-2.0): no descriptions.\n"


def without_descriptions(value: Any) -> Any:
    """The schema without its sentences. A description is text; a member of that name is an object."""
    if isinstance(value, dict):
        return {name: without_descriptions(item) for name, item in value.items()
                if not (name == "description" and isinstance(item, str))}
    return [without_descriptions(item) for item in value] if isinstance(value, list) else value


def main(directory: Path) -> None:
    CRDS.mkdir(parents=True, exist_ok=True)
    for path in sorted(directory.glob("sagemaker.services.k8s.aws_*.yaml")):
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))
        names = definition["spec"]["names"]
        if names["kind"] in KINDS:
            text = yaml.safe_dump(without_descriptions(definition), sort_keys=True)
            (CRDS / f"{names['plural']}.yaml").write_text(NOTE.format(version=CONTROLLER) + text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
