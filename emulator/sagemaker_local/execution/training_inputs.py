"""What a training container finds under ``/opt/ml`` when it starts: channels, hyperparameters, configuration, checkpoints.

Source: Developer Guide, "How Amazon SageMaker Provides Training Information"; Channel of the API reference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sagemaker_local.execution.context import JobFailed
from sagemaker_local.execution.instances import Instance, training_resource_config
from sagemaker_local.execution.pipe_channel import PipeChannel
from sagemaker_local.execution.s3_download import download_source, list_source, shard
from sagemaker_local.execution.s3_upload import files_below

OPT_ML = PurePosixPath("/opt/ml")
CHECKPOINTS = "/opt/ml/checkpoints"


def prepare_directories(opt_ml: Path) -> None:
    """The directories that exist before the container starts."""
    for name in ("input/config", "input/data", "model", "output/data", "checkpoints"):
        (opt_ml / name).mkdir(parents=True, exist_ok=True)


def write_configuration(opt_ml: Path, request: Mapping[str, Any], instance: Instance, instances: Sequence[Instance]) -> None:
    """``hyperparameters.json``, ``inputdataconfig.json`` and ``resourceconfig.json``."""
    files = {
        "hyperparameters": dict(request.get("HyperParameters") or {}),
        "inputdataconfig": {each["ChannelName"]: _channel_configuration(each, request) for each in _channels(request)},
        "resourceconfig": training_resource_config(instance, instances),
    }
    for name, content in files.items():
        (opt_ml / f"input/config/{name}.json").write_text(json.dumps(content), encoding="utf-8")


def _channels(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return request.get("InputDataConfig") or ()


def input_mode(channel: Mapping[str, Any], request: Mapping[str, Any]) -> str:
    """File, Pipe or FastFile: the channel's own InputMode before the algorithm's."""
    return str(channel.get("InputMode") or request["AlgorithmSpecification"].get("TrainingInputMode") or "File")


def _channel_configuration(channel: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, str]:
    source = channel["DataSource"].get("S3DataSource", {})
    configuration = {
        "TrainingInputMode": input_mode(channel, request),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    return configuration | {name: channel[name] for name in ("ContentType",) if channel.get(name)}


def provide_channels(
    s3: Any, request: Mapping[str, Any], opt_ml: Path, instance: Instance, instances: Sequence[Instance]
) -> list[PipeChannel]:
    """Download the channels of one instance; those in Pipe mode are returned open, to be closed when the job ends.

    Those on file systems are not downloaded (:func:`mounted_channels`). Raises JobFailed.
    """
    pipes: list[PipeChannel] = []
    try:
        for channel in _channels(request):
            pipe = _provide_channel(s3, request, channel, opt_ml / "input/data", instance, instances)
            if pipe:
                pipes.append(pipe)
    except JobFailed:
        for pipe in pipes:
            pipe.close()
        raise
    return pipes


def _provide_channel(
    s3: Any,
    request: Mapping[str, Any],
    channel: Mapping[str, Any],
    data: Path,
    instance: Instance,
    instances: Sequence[Instance],
) -> PipeChannel | None:
    name, source = channel["ChannelName"], channel["DataSource"].get("S3DataSource")
    if "FileSystemDataSource" in channel["DataSource"]:
        return None
    if source is None:
        kinds = ", ".join(channel["DataSource"])
        problem = f"channel {name}: {kinds} is not available here, only S3DataSource and FileSystemDataSource"
        raise JobFailed(f"ClientError: Data download failed: {problem}")
    groups = source.get("InstanceGroupNames")
    hosts = [each.host for each in instances if not groups or each.group in groups]
    if instance.host not in hosts:
        return None
    index, count, mode, role = hosts.index(instance.host), len(hosts), input_mode(channel, request), request["RoleArn"]
    gunzip = channel.get("CompressionType") == "Gzip"
    if mode == "Pipe":
        objects = list_source(s3, source["S3Uri"], source.get("S3DataType", "S3Prefix"), role)
        mine = shard(objects, source.get("S3DataDistributionType", "FullyReplicated"), index, count)
        return PipeChannel(s3, mine, data, name, gunzip=gunzip)
    download_source(s3, source, data / name, role, index, count, gunzip=gunzip)
    if mode == "FastFile":
        for path in files_below(data / name):
            path.chmod(path.stat().st_mode & ~0o222)
    return None


def mounted_channels(request: Mapping[str, Any], file_systems: Mapping[str, Path]) -> dict[str, Path]:
    """Folders by their path in the container, of channels on file systems. Raises JobFailed.

    ``FileSystemAccessMode`` ro is not kept: what a container writes is written.
    """
    found = {}
    for channel in _channels(request):
        source = channel["DataSource"].get("FileSystemDataSource")
        if source is None:
            continue
        folder = file_systems.get(source["FileSystemId"])
        directory = folder / source["DirectoryPath"].lstrip("/") if folder else None
        if directory is None or not directory.is_dir():
            what = "is not known here" if directory is None else f"has no directory {source['DirectoryPath']}"
            problem = f"channel {channel['ChannelName']}: the file system {source['FileSystemId']} {what}"
            raise JobFailed(f"ClientError: {problem}")
        found[f"{OPT_ML}/input/data/{channel['ChannelName']}"] = directory
    return found


def checkpoint_directory(request: Mapping[str, Any], working: Path) -> tuple[str, Path] | None:
    """Where checkpoints are in the container and on this machine; None without a CheckpointConfig.

    A LocalPath outside ``/opt/ml`` is a directory of its own beside that of ``/opt/ml``.
    """
    configuration = request.get("CheckpointConfig")
    if not configuration:
        return None
    inside = PurePosixPath(configuration.get("LocalPath") or CHECKPOINTS)
    below = inside.is_relative_to(OPT_ML)
    return str(inside), working / "ml" / inside.relative_to(OPT_ML) if below else working / "checkpoints"
