"""What stands in a job for the volumes that a step's pod mounts, at the same paths.

Empty directories are made before the command starts. Files of the launcher's own pod (a ConfigMap) are copied to S3 beside
the script, secrets as their policy says. A volume claim's stand-in is a channel of a training job, to which the path leads.

What it does not do: hide what the image has at such a path, as a mount does; the job's log names it. Files are copied when
the job is made, and do not follow changes in the cluster.
"""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kfp_sagemaker.container_step.secrets_manager import SECRET_TEXT
from kfp_sagemaker.container_step.step_spec import Mount, MountKind, Service, StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation

#: Below the folder of the script: files of the pod, by the number of their mount.
FOLDER = "files"
#: Kinds that are channels of a training job.
CLAIMS = frozenset({MountKind.S3, MountKind.EFS, MountKind.FSX})

#: Characters of a variable's value in a job, and variables of a job, by CreateProcessingJob and CreateTrainingJob.
_LONGEST_VALUE = {Service.PROCESSING: 256, Service.TRAINING: 512}
_VARIABLES = 100
_PREFIX = "KFP_SAGEMAKER_FILES"
#: What Kubernetes takes as a key of a ConfigMap or a secret.
_KEY = re.compile(r"[-._a-zA-Z0-9]+")

_DIRECTORIES = r"""# Makes the directory $1, which anybody may write to.
directory() {
  if [ -d "$1" ]; then
    for each in "$1"/* "$1"/.[!.]*; do
      if [ -e "$each" ]; then echo "kfp-sagemaker: this image has $each, which a volume hides in the cluster" >&2; break; fi
    done
    return 0
  fi
  mkdir -p "${1%/*}/" && (umask 0; mkdir "$1") || fail "$1 cannot be made by user $(id -u) of this image: jobs need root"
}
"""
_FILES = r"""# Shows the files of $1, those that $1.names lists, in the directory $2.
files() {
  if [ ! -e "$1.names" ]; then return 0; fi
  directory "$2"
  while read -r name; do
    if [ -n "$name" ]; then ln -sf "$1/$name" "$2/$name" || fail "$2/$name cannot be made by user $(id -u) of this image"; fi
  done < "$1.names"
}
"""
_ENVIRONMENT = rf"""# Writes the files that the environment holds for the mount number $1 into the directory $2.
from_environment() {{
  if eval "[ -z \"\${{{_PREFIX}_$1+x}}\" ]"; then return 0; fi
  directory "$2"
  file=0
  while eval "name=\${{{_PREFIX}_$1_$file:-}}" && [ -n "$name" ]; do
    part=0
    while eval "[ -n \"\${{{_PREFIX}_$1_${{file}}_$part+x}}\" ]"; do
      eval "printf '%s' \"\${_PREFIX}_$1_${{file}}_$part\""
      unset "{_PREFIX}_$1_${{file}}_$part"
      part=$((part + 1))
    done > "$2/$name" || fail "$2/$name cannot be written by user $(id -u) of this image"
    unset "{_PREFIX}_$1_$file"
    file=$((file + 1))
  done
  unset "{_PREFIX}_$1"
}}
"""
_SECRETS_MANAGER = rf"""# Writes the members of the secret $1 into the directory $2.
from_secrets_manager() {{
  directory "$2"
  region=${{1#arn:*:secretsmanager:}}; region=${{region%%:*}}
  python3 -c 'import json, os, re, subprocess, sys
arn, place, region = sys.argv[1:]
{SECRET_TEXT}for name, value in json.loads(text).items():
    if not re.fullmatch("[-._a-zA-Z0-9]+", name):
        sys.exit("the secret has a member that is no name of a file")
    with open(os.path.join(place, name), "w") as file:
        file.write(value if isinstance(value, str) else json.dumps(value))' "$1" "$2" "$region"
}}
"""
_CLAIMS = r"""# Makes $2 lead to the directory $1.
lead() {
  if [ ! -d "$1" ]; then fail "there is nothing at $1, which is to stand for the volume claim at $2"; fi
  if [ -d "$2" ] && [ ! -L "$2" ]; then rmdir "$2" || fail "this image has files at $2, where a volume claim is to be"; fi
  mkdir -p "${2%/*}/" && ln -s "$1" "$2" || fail "$2 cannot be made by user $(id -u) of this image: jobs need root"
}
"""


def mount_problems(spec: StepSpec) -> list[Violation]:
    """What no job can do of the mounts, whatever their files are."""
    problems = []
    claims = [mount.path for mount in spec.mounts if mount.kind in CLAIMS]
    for mount in spec.mounts:
        name = f"volume at {mount.path}"
        if not mount.path.startswith("/") or posixpath.normpath(mount.path) != mount.path or mount.path == "/":
            problems.append(Violation(name, "its path is not one below /, from there and without . and .."))
        if mount.kind in CLAIMS and spec.service is not Service.TRAINING:
            problems.append(Violation(name, "only training jobs have file systems: set service to training"))
        problems += [Violation(name, f"lies in the volume claim at {claim}, which it would be written to")
                     for claim in claims if mount.path.startswith(f"{claim}/")]
    return problems


def without_a_vpc(mounts: Sequence[Mount], subnets: str) -> list[Violation]:
    """What is wrong with mounting file systems in a job of these subnets, separated by commas; empty: of none."""
    if subnets or not any(mount.kind in CLAIMS - {MountKind.S3} for mount in mounts):
        return []
    return [Violation("subnets", "this step mounts a file system, which is reached through a VPC: give its subnets")]


def mount_script(mounts: Sequence[Mount], script_folder: str, inputs: str) -> Iterator[str]:
    """Lines of the script. ``script_folder`` is where it is in the job, ``inputs`` the directory of the channels."""
    kinds = {mount.kind for mount in mounts}
    for needed_by, functions in _FUNCTIONS:
        if kinds & needed_by:
            yield functions
    for number, mount in sorted(enumerate(mounts), key=lambda each: each[1].path):
        path = shlex.quote(mount.path)
        match mount.kind:
            case MountKind.DIRECTORY:
                yield f"directory {path}"
            case MountKind.FILES:
                yield f"files {script_folder}/{FOLDER}/{number} {path}"
            case MountKind.ENVIRONMENT:
                yield f"from_environment {number} {path}"
            case MountKind.SECRETS_MANAGER:
                told = shlex.quote(f"the secret {mount.source} for {mount.path} cannot be read: the job's role needs "
                                   "secretsmanager:GetSecretValue, and the image python3 with boto3 or the AWS CLI")
                yield f"from_secrets_manager {shlex.quote(mount.source)} {path} || fail {told}"
            case _:
                yield f"lead {inputs}/{_channel_name(number)} {path}"


_FUNCTIONS = (
    (frozenset(MountKind) - CLAIMS, _DIRECTORIES),
    (frozenset({MountKind.FILES}), _FILES),
    (frozenset({MountKind.ENVIRONMENT}), _ENVIRONMENT),
    (frozenset({MountKind.SECRETS_MANAGER}), _SECRETS_MANAGER),
    (CLAIMS, _CLAIMS),
)


def staged_files(spec: StepSpec) -> dict[str, bytes]:
    """Contents by path below the script's folder, of mounts that travel by way of S3. Raises InvalidInput.

    The list of names is there so that a file which an earlier attempt left is not taken for one of the volume's.
    """
    staged: dict[str, bytes] = {}
    for number, mount in enumerate(spec.mounts):
        files = _files_of_pod(mount) if mount.kind is MountKind.FILES else None
        if files is not None:
            staged |= {f"{FOLDER}/{number}/{name}": content for name, content in files.items()}
            staged[f"{FOLDER}/{number}.names"] = "".join(f"{name}\n" for name in ["", *files]).encode()
    return staged


def environment_of_files(spec: StepSpec) -> dict[str, str]:
    """Variables that hold the files of mounts which travel in the job's environment. Raises InvalidInput."""
    longest = _LONGEST_VALUE[spec.service]
    found: dict[str, str] = {}
    for number, mount in enumerate(spec.mounts):
        files = _files_of_pod(mount) if mount.kind is MountKind.ENVIRONMENT else None
        for position, (name, content) in enumerate((files or {}).items()):
            variable = f"{_PREFIX}_{number}_{position}"
            try:
                text = content.decode()
            except UnicodeDecodeError:
                text = "\0"
            if "\0" in text:
                problem = f"its file {name} is not text, which a job's environment cannot hold; leave the step in the cluster"
                raise InvalidInput("step", [Violation(f"volume at {mount.path}", problem)])
            found[variable] = name
            pieces = range(0, len(text), longest)
            found |= {f"{variable}_{index}": text[start : start + longest] for index, start in enumerate(pieces)}
        if files is not None:
            found[f"{_PREFIX}_{number}"] = "x"
        if len(found) > _VARIABLES:
            problem = (f"its files take more than the {_VARIABLES} variables of {longest} characters that a job has: keep the "
                       "secret in AWS Secrets Manager")
            raise InvalidInput("step", [Violation(f"volume at {mount.path}", problem)])
    return found


def _files_of_pod(mount: Mount) -> dict[str, bytes] | None:
    """The files of a directory of this pod, without what the kubelet keeps beside them; None where it may be missing."""
    folder = Path(mount.source)
    if not folder.is_dir():
        if mount.optional:
            return None
        problem = f"this pod has no {mount.source}, where the ConfigMap or secret of that volume is to be mounted"
        raise InvalidInput("step", [Violation(f"volume at {mount.path}", problem)])
    names = sorted(name for name in os.listdir(folder) if not name.startswith("..") and _KEY.fullmatch(name))
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def channels(mounts: Sequence[Mount]) -> list[Mapping[str, Any]]:
    """The channels of a training job that stand for volume claims."""
    found: list[Mapping[str, Any]] = []
    for number, mount in enumerate(mounts):
        if mount.kind not in CLAIMS:
            continue
        channel: dict[str, Any] = {"ChannelName": _channel_name(number)}
        if mount.kind is MountKind.S3:
            prefix = f"{mount.source.rstrip('/')}/"
            source: dict[str, Any] = {"S3Uri": prefix, "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
            # Read-only in the job, so that what a program wrote there is not lost in silence.
            channel |= {"DataSource": {"S3DataSource": source}, "InputMode": "FastFile"}
        else:
            source = {"FileSystemId": mount.source, "FileSystemType": "EFS" if mount.kind is MountKind.EFS else "FSxLustre",
                      "DirectoryPath": mount.directory, "FileSystemAccessMode": "ro" if mount.read_only else "rw"}
            channel["DataSource"] = {"FileSystemDataSource": source}
        found.append(channel)
    return found


def _channel_name(number: int) -> str:
    return f"volume-{number}"
