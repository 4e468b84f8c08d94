"""An endpoint's life: created, updated with the old one kept on failure, deleted. What runs for it is the execution's."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from typing import Any

from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import ServiceError, validation_error
from sagemaker_local.kinds import KIND_BY_NAME, Kind
from sagemaker_local.records import Record, Records

ENDPOINT = KIND_BY_NAME["Endpoint"]
ENDPOINT_CONFIG = KIND_BY_NAME["EndpointConfig"]
MODEL = KIND_BY_NAME["Model"]
BUSY = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


def models_of(backend: Backend, config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """CreateModel requests of the models that a configuration names. Raises the model's not-found error."""
    variants = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", ())]
    names = [variant["ModelName"] for variant in variants if "ModelName" in variant]
    return {name: find(backend, MODEL, name).request for name in names}


def create_endpoint(backend: Backend, record: Record) -> None:
    """Stores a new endpoint and has it brought up. Called with the records' lock held."""
    deployment = _deployment(backend, record, record.request["EndpointConfigName"])
    _note_deployment_config(record, record.request)
    backend.records.put(record)
    backend.execution.start_endpoint(deployment)


def update_endpoint(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find(backend, ENDPOINT, params["EndpointName"])
        _refuse_busy(record)
        if record.status == "Failed":
            raise validation_error(f'Cannot update endpoint "{record.arn}" in status Failed. It can only be deleted.')
        deployment = _deployment(backend, record, params["EndpointConfigName"])
        if not params.get("RetainDeploymentConfig"):
            _note_deployment_config(record, params)
        record.status = "Updating"
        record.touch()
        backend.execution.update_endpoint(deployment)
    return {"EndpointArn": record.arn}


def delete_endpoint(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find(backend, kind, params["EndpointName"])
        _refuse_busy(record)
        record.status = "Deleting"
        record.touch()
    threading.Thread(target=_take_down, args=(backend, record), name=f"delete-{record.name}", daemon=True).start()
    return {}


def _take_down(backend: Backend, record: Record) -> None:
    try:
        backend.execution.delete_endpoint(record.name)
    finally:
        backend.records.remove(record)


def _refuse_busy(record: Record) -> None:
    if record.status in BUSY:
        raise validation_error(f'Cannot update in-progress endpoint "{record.arn}".')


def _note_deployment_config(record: Record, params: Mapping[str, Any]) -> None:
    """Shown and not followed: a deployment here is always all at once, with the old containers kept until it succeeds."""
    record.described["LastDeploymentConfig"] = copy.deepcopy(params.get("DeploymentConfig"))


def _deployment(backend: Backend, record: Record, config_name: str) -> Deployment:
    config = find(backend, ENDPOINT_CONFIG, config_name)
    deployment = Deployment(backend.records, record, config.request, models_of(backend, config.request))
    record.described["PendingDeploymentSummary"] = {
        "EndpointConfigName": config_name,
        "ProductionVariants": deployment.variants("ProductionVariants"),
        "ShadowProductionVariants": deployment.variants("ShadowProductionVariants"),
        "StartTime": record.touch(),
    }
    record.work = deployment
    return deployment


class Deployment:
    """Implements :class:`sagemaker_local.events.EndpointEvents` on a record, for one creation or update."""

    def __init__(
        self, records: Records, record: Record, config: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._lock = records.lock
        self._record = record
        self._config = config
        self._models = models

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def arn(self) -> str:
        return self._record.arn

    @property
    def config(self) -> Mapping[str, Any]:
        return self._config

    @property
    def models(self) -> Mapping[str, Mapping[str, Any]]:
        return self._models

    def advance(self, status: str) -> None:
        with self._lock:
            if self._is_current():
                self._record.status = status
                self._record.touch()

    def finish(self, status: str, *, failure_reason: str | None = None) -> None:
        with self._lock:
            if not self._is_current():
                return
            self._record.work = None
            self._record.touch()
            described = self._record.described
            del described["PendingDeploymentSummary"]
            if status == "InService":
                described.pop("FailureReason", None)
                described["EndpointConfigName"] = self._config["EndpointConfigName"]
                for member in ("ProductionVariants", "ShadowProductionVariants"):
                    described[member] = self.variants(member)
                for member in ("AsyncInferenceConfig", "ExplainerConfig"):
                    described[member] = copy.deepcopy(self._config.get(member))
                capture = self._config.get("DataCaptureConfig")
                started = "Started" if (capture or {}).get("EnableCapture", True) else "Stopped"
                described["DataCaptureConfig"] = {"CaptureStatus": started, **capture} if capture else None
            if failure_reason is not None:
                described["FailureReason"] = failure_reason
            self._record.status = "InService" if status == "RolledBack" else status

    def variants(self, member: str) -> list[dict[str, Any]] | None:
        """The ProductionVariantSummary of each variant in that member of the configuration, None without the member."""
        return [self._variant(variant) for variant in self._config[member]] if member in self._config else None

    def _variant(self, variant: Mapping[str, Any]) -> dict[str, Any]:
        weight, count = variant["InitialVariantWeight"], variant.get("InitialInstanceCount")
        summary = {
            "VariantName": variant["VariantName"],
            "InstanceType": variant.get("InstanceType"),
            "CurrentWeight": weight,
            "DesiredWeight": weight,
            "CurrentInstanceCount": count,
            "DesiredInstanceCount": count,
            "CurrentServerlessConfig": copy.deepcopy(variant.get("ServerlessConfig")),
            "DeployedImages": [
                {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": self._record.last_modified_time}
                for image in self._images(variant.get("ModelName"))
            ],
        }
        return {member: value for member, value in summary.items() if value is not None}

    def _images(self, model_name: str | None) -> list[str]:
        model = self._models.get(model_name or "", {})
        containers = [model["PrimaryContainer"]] if "PrimaryContainer" in model else model.get("Containers", [])
        return [container["Image"] for container in containers if "Image" in container]

    def _is_current(self) -> bool:
        return self._record.work is self


def in_service(backend: Backend, name: str) -> Record:
    """The endpoint, if it can be invoked. Raises the runtime's ValidationError otherwise."""
    record = backend.records.get("Endpoint", name)
    if record is None:
        raise ServiceError("ValidationError", f"Endpoint {name} of account {backend.account_id} not found.")
    if "EndpointConfigName" not in record.described or record.status == "Deleting":
        raise ServiceError("ValidationError", f"Endpoint {name} of account {backend.account_id} is in status {record.status}.")
    return record
