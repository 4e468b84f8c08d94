"""What a person does about a moved step that failed: a line after the error, by what SageMaker or the program said.

The step's job runs an image that was made for a cluster, so that what fails is mostly something that the cluster had and a job
has not. What an error says already is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from kfp_sagemaker.container_step.job import Job
from kfp_sagemaker.container_step.step_spec import SETTING_PREFIX
from kfp_sagemaker.ecr import IN_ECR
from kfp_sagemaker.errors import InvalidInput, StepError, Violation
from kfp_sagemaker.names import run_labels
from kfp_sagemaker.s3_uri import split_uri

_Error = TypeVar("_Error", bound=StepError)

#: What is said, by a pattern of what an error says. In the texts: the step's ``image``, the ``program`` that it runs, its
#: ``role``, ``instance_type`` and longest time, the ``service`` and the ``bucket`` of its outputs.
_HINTS = (
    (r"exit code: 126\b",
     "exit code 126: the program {program} of the image {image} cannot be run: it is no executable, or for another processor. "
     "Jobs run images for linux/amd64"),
    (r"exit code: 127\b",
     "exit code 127: a program was not found in the image {image}; the last line of its log names it. Use an image that has "
     "it"),
    (r"exit code: 137\b",
     "exit code 137: the program was killed, mostly because {instance_type} has too little memory: choose a larger "
     "instance_type"),
    (r"\bMaxRuntimeExceeded\b|\bran longer than its MaxRuntimeInSeconds\b",
     "the job took longer than it may, {max_run_time} seconds: set max_run_time for the step"),
    (r"\bMaxWaitTimeExceeded\b",
     "the job waited for spot instances and ran longer than max_wait_time allows: set a longer one (seconds), or "
     "spot_instance: false"),
    (r"\b(?:CapacityError|InsufficientInstanceCapacity)\b",
     "there are no free {instance_type} now: choose another instance_type, or let the step wait: wait_for_capacity (seconds)"),
    (r"\bResourceLimitExceeded\b",
     "your account's quota for {instance_type} in {service} jobs is used up, or 0: ask for more in the AWS console (Service "
     "Quotas, Amazon SageMaker), choose another instance_type, or let the step wait: wait_for_capacity (seconds)"),
    (r"\baccess denied: .* may not (?!iam:PassRole)",
     "the pod lacks a right: `kfp-sagemaker iam step --role {role} --bucket {bucket}` prints the policy of moved steps"),
    (r"\baccess denied: .* may not iam:PassRole",
     "the pod may not give jobs the role {role}: `kfp-sagemaker iam step --role {role} --bucket {bucket}` prints the policy"),
    (r"(?i)assume (?:the )?role",
     "SageMaker cannot take the role {role}: it must exist, and its trust policy must name sagemaker.amazonaws.com"),
    (r"(?i)Data download failed.*(?:AccessDenied|Forbidden|403)|ClientError: Failed to upload.*(?:AccessDenied|Forbidden|403)",
     "the role that the job runs as, {role}, may not read its inputs or write its outputs: "
     "`kfp-sagemaker iam step --for job --bucket {bucket}` prints its policy"),
)
#: The same for programs that could not be started, by what the error or the program's last lines say; the first that matches
#: counts.
_NOT_STARTED = (
    (r"(?m)\bexec(?:vp)?:? \"?sh\"?:.*(?:not found|No such file)|^sh: No such file or directory$",
     "the image {image} has no sh, by which a step is started: set shell: false for it (by hand: run_on_sagemaker(..., "
     "shell=False)), so that {program} is started directly"),
    (r"(?m)\bpython3?\"?: (?:command )?(?:executable file )?(?:not found|No such file)",
     "the image {image} has no Python, which this step runs: give it one that has (a lightweight component: base_image)"),
    (r"(?m)\bArgument list too long$",
     "a program that the step's script starts was given more than 131,071 bytes as one argument, or some 2 MiB in all, which "
     "Linux takes nowhere: have the script write the value to a file, or the step take an artifact"),
)
_PULLING = re.compile(r"(?i)\becr\b|\b(?:pull|find|access|invalid|retriev)\w*\b.{0,60}\b(?:image|repositor)")
_NOT_GIVEN = ("required, and not given", "not given, and the environment names none")


def with_hints(error: _Error, job: Job, log: Iterable[str] = ()) -> _Error:
    """The error, with what to do about it. ``log`` are the last lines that the program wrote."""
    about = f" about step {job.labels.task}" if job.labels.task else ""
    hints = [f"What to do{about}: {hint}" for hint in _hints(str(error), "\n".join(log), job)]
    return type(error)("\n".join([str(error), *hints])) if hints else error


def naming_the_step(error: InvalidInput, root: str) -> InvalidInput:
    """The error with the step's name, where it is known from the task root, and settings as a pipeline knows them."""
    task = run_labels(f"{root}/x").task
    known = task and error.subject in ("step", "region")
    return InvalidInput(f"step {task}" if known else error.subject, [_with_fix(each) for each in error.violations])


def _hints(text: str, log: str, job: Job) -> Iterator[str]:
    about = {
        "image": job.image,
        "program": job.command.words[0] if job.command.words and not job.command.keeps_entrypoint else "its entry point",
        "role": job.settings.role,
        "instance_type": job.settings.instance_type,
        "service": str(job.spec.service),
        "max_run_time": job.settings.max_run_time,
        "bucket": split_uri(job.layout.task_root)[0],
    }
    found = [hint for pattern, hint in _HINTS if re.search(pattern, text)]
    said = f"{text}\n{log}" if re.search(r"exit code: 12[67]\b", text) else text
    found = [hint for pattern, hint in _NOT_STARTED if re.search(pattern, said)][:1] or found
    yield from (hint.format(**about) for hint in found)
    if _PULLING.search(text) and not IN_ECR.match(job.image) and job.settings.registry_access != "Vpc":
        yield (f"the image {job.image} is not in Amazon ECR, from which SageMaker pulls: copy it there and name the copy "
               "(images or registry in kfp-sagemaker.yaml), or set registry_access: Vpc for a private registry")


def _with_fix(violation: Violation) -> Violation:
    """A setting that nobody gave, with where it can be given."""
    if violation.problem not in _NOT_GIVEN:
        return violation
    setting = violation.input.removeprefix(SETTING_PREFIX)
    return replace(violation, input=f"{SETTING_PREFIX}{setting}", problem=(
        f"{violation.problem}: pass the pipeline parameter {SETTING_PREFIX}{setting}, or set {setting} in kfp-sagemaker.yaml "
        f"(by hand: run_on_sagemaker(..., {setting}=...))"))
