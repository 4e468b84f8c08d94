"""Which files are generated, and whether those on disk are what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.ack_fields_page import ack_fields_page
from kfp_sagemaker.generate.common_inputs_page import common_inputs_page
from kfp_sagemaker.generate.component_yaml import component_yaml
from kfp_sagemaker.generate.metadata import metadata_yaml
from kfp_sagemaker.generate.readme import readme
from kfp_sagemaker.generate.stubs import stubs

_SPECS = "component_specs"
#: The site's page of a component is its README.
_PAGES = "docs/components"


def generated_files() -> dict[str, str]:
    """Texts by path, relative to the checkout."""
    faces = [find_face(component) for component in component_ids()]
    files = {}
    for face in faces:
        files[f"{_SPECS}/{face.id}/component.yaml"] = component_yaml(face)
        files[f"{_SPECS}/{face.id}/README.md"] = files[f"{_PAGES}/{face.id}.md"] = readme(face)
        files[f"{_SPECS}/{face.id}/metadata.yaml"] = metadata_yaml(face)
    files["docs/common-inputs.md"] = common_inputs_page()
    files["docs/ack-fields.md"] = ack_fields_page()
    for package in sorted({face.package for face in faces}):
        of_package = [face for face in faces if face.package == package]
        files[f"components/kfp_sagemaker/{package.replace('.', '/')}/__init__.pyi"] = stubs(of_package)
    return files


def stale(root: Path, files: Mapping[str, str]) -> list[str]:
    """One line for every file under ``root`` that is not what ``files`` says, and for every one too many."""
    found = []
    for path, text in files.items():
        on_disk = root / path
        if not on_disk.is_file():
            found.append(f"{path}: missing")
        elif on_disk.read_text(encoding="utf-8") != text:
            found.append(f"{path}: stale")
    return found + [f"{path}: superfluous, no component has it" for path in superfluous(root, files)]


def superfluous(root: Path, files: Mapping[str, str]) -> list[str]:
    """Files among the specs and pages under ``root`` that are of no component in ``files``."""
    found = (path for folder in (_SPECS, _PAGES) for path in (root / folder).rglob("*") if path.is_file())
    there = (path.relative_to(root).as_posix() for path in found)
    return sorted(path for path in there if path not in files)
