"""The kinds of resource that the local SageMaker offers, as data: names, statuses, error texts, defaults, rules.

A new kind of record is a new row. A new kind of job is a row too, if the execution can run it. What the rows are used for:
operations.py. Error texts are those that clients match on (the ACK controllers, Airflow); codes are the service model's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sagemaker_local import defaults, rules
from sagemaker_local.errors import ServiceError

NAME_IN_USE = (
    "ResourceInUse",
    "{title} name must be unique within an AWS account and region, and a {words} with this name already exists ({arn})",
)


@dataclass(frozen=True)
class Kind:
    """One kind. The texts may use ``{name}``, ``{arn}``, ``{words}`` (training job) and ``{title}`` (Training job)."""

    name: str
    words: str
    life: Literal["job", "record", "endpoint"]
    not_found: tuple[str, str]
    exists: tuple[str, str]
    fill_defaults: Callable[[dict[str, Any]], None] = defaults.none
    broken_rules: Callable[[Mapping[str, Any]], Iterator[str]] = rules.none
    """Sentences on what is wrong with a Create request beyond the model's constraints."""
    first_status: str | None = None
    start_time_member: str | None = None
    end_time_member: str | None = None

    @property
    def name_member(self) -> str:
        return f"{self.name}Name"

    @property
    def arn_member(self) -> str:
        return f"{self.name}Arn"

    @property
    def status_member(self) -> str:
        return f"{self.name}Status"

    @property
    def resource_type(self) -> str:
        """As in ARNs and in the tagging API: ``training-job``."""
        return self.words.replace(" ", "-") if self.name != "EndpointConfig" else "endpoint-config"

    def arn(self, name: str, region: str, account_id: str) -> str:
        return f"arn:aws:sagemaker:{region}:{account_id}:{self.resource_type}/{name}"

    def error(self, which: tuple[str, str], name: str, arn: str) -> ServiceError:
        """One of the kind's errors with its text filled in."""
        code, text = which
        return ServiceError(code, text.format(name=name, arn=arn, words=self.words, title=self.words.capitalize()))


def _absent(words: str) -> tuple[str, str]:
    return "ValidationException", f'Could not find {words} "{{arn}}".'


def _present(words: str) -> tuple[str, str]:
    return "ValidationException", f'Cannot create already existing {words} "{{arn}}".'


KINDS: tuple[Kind, ...] = (
    Kind(
        name="TrainingJob",
        words="training job",
        life="job",
        not_found=("ValidationException", "Requested resource not found."),
        exists=NAME_IN_USE,
        fill_defaults=defaults.training_job,
        broken_rules=rules.training_job,
        first_status="InProgress",
        start_time_member="TrainingStartTime",
        end_time_member="TrainingEndTime",
    ),
    Kind(
        name="ProcessingJob",
        words="processing job",
        life="job",
        not_found=("ValidationException", "Could not find requested job with name: {name}"),
        exists=NAME_IN_USE,
        fill_defaults=defaults.processing_job,
        broken_rules=rules.processing_job,
        first_status="InProgress",
        start_time_member="ProcessingStartTime",
        end_time_member="ProcessingEndTime",
    ),
    Kind(
        name="Model",
        words="model",
        life="record",
        not_found=_absent("model"),
        exists=_present("model"),
        fill_defaults=defaults.model,
        broken_rules=rules.model,
    ),
    Kind(
        name="EndpointConfig",
        words="endpoint configuration",
        life="record",
        not_found=_absent("endpoint configuration"),
        exists=_present("endpoint configuration"),
        fill_defaults=defaults.endpoint_config,
        broken_rules=rules.endpoint_config,
    ),
    Kind(
        name="Endpoint",
        words="endpoint",
        life="endpoint",
        not_found=_absent("endpoint"),
        exists=_present("endpoint"),
        first_status="Creating",
    ),
)

KIND_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
