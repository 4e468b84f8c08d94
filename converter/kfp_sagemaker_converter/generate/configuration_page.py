"""``docs/configuration.md``: the reference of ``kfp-sagemaker.yaml``, from its JSON schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.configuration.validate import schema

PATH = "docs/configuration.md"

_HEAD = """\
# kfp-sagemaker.yaml

How `kfp-sagemaker convert` converts: defaults of the jobs, where images are copied, which steps move, what becomes of secrets
and volume claims.
It is looked for in the working directory; `--config FILE` names another. `kfp-sagemaker init PIPELINE` writes a commented one.
Every problem is reported at once, with its line, before anything is converted.

```yaml
version: 1
extends: ../platform/kfp-sagemaker.yaml
role: arn:aws:iam::123456789012:role/sagemaker-jobs
region: eu-west-1
bucket: my-team-pipelines
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror
defaults:
  instance_type: ml.m5.xlarge
steps:
  - name: train
    instance_type: ml.g5.xlarge
  - image: "*/notify:*"
    placement: keep
```

## Layers

A file comes on top of the one it `extends`, usually a platform team's; that one may extend another. Texts, numbers and lists
replace those beneath. Mappings (`images`, `components`, `tags`, `secrets`, `volume_claims`, `defaults`) are merged key by key.
Rules under `steps` are added after those beneath, so that the project's win, and patterns under `images` are tried from the
top.

## Which setting counts

For one step, later counts more: `defaults` beneath, `defaults` on top, then each rule under `steps` that matches, in their
order. An `instance_type` in `defaults` is for steps that ask for nothing; one in a rule overrides what the step asks for.
Without either, the smallest type is taken that has the CPU, memory and accelerators that the step asks for, of all current
families or of `instance_families`. `--all` on the command line counts more than `placement` at the top of the
file, `--only` and `--keep` more than its rules too.

The JSON schema is printed by `kfp-sagemaker init --schema`, for editors.
"""


def configuration_page() -> str:
    """The page, in Markdown."""
    whole = schema()
    shared = whole["$defs"]
    parts = [
        _HEAD,
        _table("Settings", whole["properties"]),
        _table("Settings of jobs: `defaults` and `steps[]`", shared["job"]["properties"]),
        _table("Rules: `steps[]`, besides settings of jobs", shared["rule"]["properties"]),
        _table("Secrets: `secrets.NAME`", shared["secret"]["properties"]),
        _table("Volume claims: `volume_claims.NAME`", shared["claim"]["properties"]),
    ]
    return "\n".join(parts)


def _table(title: str, properties: Mapping[str, Any]) -> str:
    lines = [f"## {title}", "", "| setting | | what it says |", "|---|---|---|"]
    lines += [f"| `{name}` | {_kind(words)} | {_says(words)} |" for name, words in properties.items()]
    return "\n".join(lines) + "\n"


def _kind(words: Mapping[str, Any]) -> str:
    if "const" in words:
        return f"`{words['const']}`"
    if "enum" in words:
        return ", ".join(f"`{option}`" for option in words["enum"])
    names = {"string": "text", "integer": "whole number", "boolean": "`true`, `false`", "array": "list", "object": "mapping"}
    kind = names.get(words.get("type", "object"), "mapping")
    limits = [f"{words['minimum']}"] if "minimum" in words else []
    limits += [f"{words['maximum']}"] if "maximum" in words else []
    return f"{kind}, {' to '.join(limits)}" if limits else kind


def _says(words: Mapping[str, Any]) -> str:
    said = [words.get("description", "").replace("|", "\\|")]
    if "default" in words:
        said.append(f"Default: `{_shown(words['default'])}`.")
    if words.get("examples"):
        said.append(f"For example `{_shown(words['examples'][0])}`.")
    return " ".join(said)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
