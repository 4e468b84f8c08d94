"""The script that a job starts: it gives KFP's and the pod's paths to what is mounted, sets the environment and becomes the
user's program.

A request takes elements of at most 256 characters in one line, and most commands of KFP steps are longer. The script holds
the command quoted for ``sh``, so that it reaches the program unchanged. Of the image it needs ``sh``, ``mkdir`` and ``ln``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from kfp_sagemaker.container_step.command import Command
from kfp_sagemaker.container_step.layout import InputArtifact, Layout
from kfp_sagemaker.container_step.mounts import mount_script
from kfp_sagemaker.container_step.python_steps import runs_in_python, within_python
from kfp_sagemaker.container_step.secrets_manager import SECRET_TEXT
from kfp_sagemaker.container_step.step_spec import Secret, SecretPolicy, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput, Violation

#: The job's input with the script, and the script's name in it.
SLOT, NAME = "step", "run.sh"

#: The name of a variable that a shell can set.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_FUNCTIONS = r"""#!/bin/sh
# Written by kfp-sagemaker for one step of a pipeline.
fail() {
  echo "kfp-sagemaker: $1" >&2
  (mkdir -p /opt/ml/output; printf '%s' "$1" > /opt/ml/output/failure; printf '%s' "$1" > /opt/ml/output/message) 2>/dev/null
  exit 70
}
# Shows what is at $1 at $2 too, where nothing is yet.
show() {
  if [ ! -e "$1" ] || [ -e "$2" ]; then return 0; fi
  mkdir -p "${2%/*}" && ln -s "$1" "$2" ||
    fail "$2 cannot be made by user $(id -u) of this image: jobs need one that runs as root, or uri_mode local for this step"
}
"""

_SECRETS = rf"""# Prints the secret $1, or the member $2 of its JSON text.
secret() {{
  region=${{1#arn:*:secretsmanager:}}; region=${{region%%:*}}
  if [ -z "$2" ] && command -v aws > /dev/null 2>&1; then
    aws secretsmanager get-secret-value --region "$region" --secret-id "$1" --query SecretString --output text
  else
    python3 -c 'import json, subprocess, sys
arn, member, region = sys.argv[1:]
{SECRET_TEXT}print(json.loads(text)[member] if member else text)' "$1" "$2" "$region"
  fi
}}
"""


def script_text(spec: StepSpec, command: Command, layout: Layout) -> str:
    """The text of the script. The same step gives the same text whenever it is tried again. Raises InvalidInput."""
    wrong = [name for name in (*command.environment, *(secret.variable for secret in spec.secrets))
             if not VARIABLE.fullmatch(name)]
    if wrong:
        problem = "not the name of a variable that a shell can set: letters, digits and underscores"
        raise InvalidInput("step", [Violation(f"environment variable {name}", problem) for name in wrong])
    mounts = mount_script(spec.mounts, layout.mounts.input(SLOT), layout.mounts.inputs)
    start = command.words
    if runs_in_python(spec):
        start = within_python(command.words, spec, layout.executor_input, layout.mounts.output)
    parts = [_FUNCTIONS, *_links(layout), *mounts, *_exports(command), *_secrets(spec.secrets)]
    return "\n".join([*parts, "exec " + " ".join(map(shlex.quote, start)), ""])


def _links(layout: Layout) -> Iterator[str]:
    if layout.uri_mode is UriMode.LOCAL:
        return
    # Shorter paths first: an artifact may lie inside of another.
    for staged, path in sorted({_shown(artifact, layout.linked) for artifact in layout.inputs}, key=lambda each: each[1]):
        yield f"show {shlex.quote(staged)} {shlex.quote(path)}"
    root = shlex.quote(layout.linked)
    yield f"if [ -e {root} ]; then fail \"this image has something at \"{root}; fi"
    yield f"show {shlex.quote(layout.mounts.output)} {root}"


def _shown(artifact: InputArtifact, task_root: str) -> tuple[str, str]:
    """What is shown for an input artifact, and where: its folder, so that the artifact itself is no link.

    ``find``, ``cp -r`` and ``tar`` do not follow a link that they are given. Where the task root is in that folder too,
    which is to be a link of its own, or the artifact has a name of its own, it is the artifact.
    """
    staged, path = artifact.staged, artifact.path
    folder, _, name = path.rpartition("/")
    if not staged.endswith(f"/{name}") or task_root.startswith(f"{folder}/"):
        return staged, path
    return staged.rpartition("/")[0], folder


def _exports(command: Command) -> Iterator[str]:
    for name, value in command.environment.items():
        yield f"export {name}={shlex.quote(value)}"


def _secrets(secrets: tuple[Secret, ...]) -> Iterator[str]:
    chosen = [secret for secret in secrets if secret.policy is SecretPolicy.SECRETS_MANAGER]
    if chosen:
        yield _SECRETS
    for secret in chosen:
        told = shlex.quote(f"the secret {secret.arn} for {secret.variable} cannot be read: the job's role needs "
                           "secretsmanager:GetSecretValue, and the image the AWS CLI, or python3 with boto3")
        yield (f"{secret.variable}=$(secret {shlex.quote(secret.arn)} {shlex.quote(secret.key)}) || fail {told}\n"
               f"export {secret.variable}")
