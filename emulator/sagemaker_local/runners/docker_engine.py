"""Containers of a Docker engine.

How it works: a folder of the image map is built (``docker build``) or imported (a root file system) once per content
and tagged with it; any other image is the engine's, pulled when it is missing. Jobs use the machine's network, so that
they reach the local services; a container that serves has port 8080 published on the loopback, or is told its port by
``SAGEMAKER_BIND_TO_PORT`` where the engine can make no bridge network.

Known limitations: the engine must see this machine's files (no remote engine). GPUs are never used. Built images stay in the
engine as a cache: ``docker image rm $(docker image ls --quiet sagemaker-local)``.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import socket
import tarfile
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

from sagemaker_local.runners.container import SERVING_PORT, Container, ContainerError, ContainerSpec, OnLine
from sagemaker_local.runners.images import Image
from sagemaker_local.runners.subprocess_container import LineSplitter

OWN_NETWORK = "sagemaker-local"
REPOSITORY = "sagemaker-local"

logger = logging.getLogger(__name__)


def why_unusable() -> str | None:
    """None when an engine answers, else the reason."""
    try:
        import docker
    except ImportError:
        return "the Python package docker is not installed (pip install 'kfp-sagemaker[local]')"
    try:
        with contextlib.closing(connect(timeout=5)) as client:
            client.ping()
    except (docker.errors.DockerException, OSError) as error:
        host = os.environ.get("DOCKER_HOST") or "the default address"
        reason = "may not be used by this user" if "Permission" in str(error) else "does not answer"
        return f"the Docker engine at {host} {reason}"
    return None


def connect(timeout: float) -> Any:
    """A client of the engine of ``DOCKER_HOST``, else of docker's current context. Raises DockerException."""
    import docker

    context = None if os.environ.get("DOCKER_HOST") else docker.ContextAPI.get_current_context()
    if context and context.Host:
        return docker.DockerClient(base_url=context.Host, tls=context.TLSConfig, timeout=timeout)
    return docker.from_env(timeout=timeout)


class DockerRunner:
    """A :class:`~sagemaker_local.runners.container.Runner` on the engine that docker itself would talk to."""

    name = "docker"
    one_job_at_a_time = False

    def __init__(self) -> None:
        self._client = connect(timeout=600)
        self._lock = threading.Lock()
        self._own_network: str | None = None

    def start(self, spec: ContainerSpec, on_line: OnLine) -> Container:
        import docker

        try:
            with self._lock:
                reference = prepare_image(self._client, spec.image)
            network, port = self._serving_network() if spec.network == "endpoint" else (spec.network, None)
            container = self._client.api.create_container(**self._options(spec, reference, network, port))["Id"]
            return DockerContainer(self._client.api, container, spec, on_line, port if network == "host" else None)
        except docker.errors.DockerException as error:
            raise ContainerError(f"the container {spec.name} cannot be started by docker: {error}") from error

    def _options(self, spec: ContainerSpec, reference: str, network: str, port: int | None) -> dict[str, Any]:
        environment = dict(spec.environment)
        if network == "host" and port:
            environment["SAGEMAKER_BIND_TO_PORT"] = str(port)
        published = spec.network == "endpoint" and network != "host"
        return {
            "image": reference,
            "command": list(spec.arguments) or None,
            "entrypoint": list(spec.entrypoint) or None,
            "environment": environment,
            "hostname": spec.hostname,
            "labels": {REPOSITORY: spec.name},
            "ports": [SERVING_PORT] if published else None,
            "host_config": self._client.api.create_host_config(
                binds=[f"{source}:{target}" for target, source in spec.directories.items()],
                network_mode=network,
                port_bindings={SERVING_PORT: ("127.0.0.1", None)} if published else None,
            ),
        }

    def _serving_network(self) -> tuple[str, int | None]:
        """A bridge network; or the machine's, and a free port on it, where the engine can make none."""
        import docker

        with self._lock:
            if self._own_network:
                return self._own_network, None
            if any(network.name == "bridge" for network in self._client.networks.list()):
                return "bridge", None
            # Of this runner alone: an engine lets two have one name, and then knows neither.
            name = f"{OWN_NETWORK}-{uuid.uuid4().hex[:12]}"
            try:
                self._client.networks.create(name, driver="bridge", labels={REPOSITORY: name})
            except docker.errors.APIError as error:
                logger.info("docker: no bridge network (%s): containers that serve use the machine's network", error)
            else:
                self._own_network = name
                return name, None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return "host", listener.getsockname()[1]

    def close(self) -> None:
        import docker

        if self._own_network:
            with contextlib.suppress(docker.errors.APIError):
                self._client.networks.get(self._own_network).remove()
        self._client.close()


class DockerContainer:
    """A container of the engine, started; its lines are followed from before the start, so that none is lost."""

    def __init__(self, api: Any, container: str, spec: ContainerSpec, on_line: OnLine, host_port: int | None) -> None:
        self._api, self._id, self._spec = api, container, spec
        self._ended: int | None = None
        self._end = threading.Event()
        self._closed = False
        self._lock = threading.Lock()
        self.address: tuple[str, int] | None = None
        try:
            stream = api.attach(container, stdout=True, stderr=True, stream=True, logs=True, demux=True)
            if not self._start(on_line):
                return
            self.address = self._find_address(host_port)
        except BaseException:
            api.remove_container(container, force=True, v=True)
            raise
        self._thread = threading.Thread(target=self._follow, args=(stream, on_line), name=f"docker-{spec.name}", daemon=True)
        self._thread.start()

    def _start(self, on_line: OnLine) -> bool:
        """Start it; False when its command cannot be executed, which the engine gives the exit code 126 or 127."""
        import docker

        try:
            self._api.start(self._id)
        except docker.errors.APIError as error:
            code = int(self._api.inspect_container(self._id)["State"]["ExitCode"])
            if code not in (126, 127):
                raise
            on_line(str(error.explanation))
            self._ended = code
            self._end.set()
            return False
        return True

    def _find_address(self, host_port: int | None) -> tuple[str, int] | None:
        if self._spec.network != "endpoint":
            return None
        if host_port:
            return "127.0.0.1", host_port
        bindings = self._api.inspect_container(self._id)["NetworkSettings"]["Ports"].get(f"{SERVING_PORT}/tcp")
        return ("127.0.0.1", int(bindings[0]["HostPort"])) if bindings else None

    def _follow(self, stream: Any, on_line: OnLine) -> None:
        splitters = LineSplitter(on_line), LineSplitter(on_line)  # standard output's and standard error's
        try:
            for pieces in stream:
                for splitter, piece in zip(splitters, pieces, strict=True):
                    if piece:
                        splitter.feed(piece)
            for splitter in splitters:
                splitter.end()
            self._ended = int(self._api.wait(self._id, timeout=None)["StatusCode"])
        except Exception:
            logger.exception("docker: the container %s was lost", self._spec.name)
            self._ended = 255
        finally:
            self._end.set()

    def wait(self, timeout: float | None = None) -> int | None:
        self._end.wait(timeout)
        return self._ended

    def terminate(self) -> None:
        self._signal("SIGTERM")

    def kill(self) -> None:
        self._signal("SIGKILL")

    def _signal(self, name: str) -> None:
        import docker

        with contextlib.suppress(docker.errors.APIError):  # it has ended
            self._api.kill(self._id, name)

    def close(self) -> None:
        import docker

        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.kill()
        self.wait()
        with contextlib.suppress(docker.errors.APIError):
            self._api.remove_container(self._id, force=True, v=True)
        if os.geteuid() != 0:
            self._take_ownership()

    def _take_ownership(self) -> None:
        """Make what root in the container left in the bound directories ours, so that it can be read and removed."""
        import docker

        for directory in self._spec.directories.values():
            with contextlib.suppress(docker.errors.DockerException):
                image = self._spec.image
                command = ["-R", f"{os.getuid()}:{os.getgid()}", "/taken"]
                options = self._api.create_host_config(binds=[f"{directory}:/taken"], network_mode="none")
                reference = image.uri if image.folder is None else image_tag(image)
                helper = self._api.create_container(reference, command, entrypoint=["chown"], host_config=options)["Id"]
                self._api.start(helper)
                self._api.wait(helper)
                self._api.remove_container(helper, force=True)


def prepare_image(client: Any, image: Image) -> str:
    """The engine's reference of ``image``, after building, importing or pulling what is missing. Raises ContainerError."""
    import docker

    reference = image.uri if image.folder is None else image_tag(image)
    with contextlib.suppress(docker.errors.ImageNotFound):
        client.images.get(reference)
        return reference
    try:
        if image.folder is None:
            client.images.pull(*reference.split("@", 1)) if "@" in reference else client.images.pull(reference)
        elif image.kind == "dockerfile":
            client.images.build(path=str(image.folder), tag=reference, rm=True, labels={REPOSITORY: image.uri})
        else:
            import_root(client, image.folder, reference)
    except docker.errors.BuildError as error:
        words = "".join(str(entry.get("stream") or entry.get("error") or "") for entry in error.build_log)
        raise ContainerError(f"{image.folder}/Dockerfile: docker build failed: {words.strip()[-800:]}") from error
    except docker.errors.DockerException as error:
        raise ContainerError(f"the image {image.uri} cannot be had from the Docker engine: {error}") from error
    return reference


def import_root(client: Any, folder: Path, reference: str) -> None:
    """Make an image of a root file system."""
    with tempfile.TemporaryFile() as archive:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for entry in sorted(folder.iterdir()):
                if entry.name not in ("proc", "sys", "dev"):
                    tar.add(entry, entry.name)
        archive.seek(0)
        repository, _, tag = reference.partition(":")
        client.api.import_image_from_data(archive, repository=repository, tag=tag)


def image_tag(image: Image) -> str:
    """A tag that changes when the folder does: with a file's content; in a root file system, with its size and time."""
    assert image.folder is not None
    digest = hashlib.sha256(image.kind.encode())
    for directory, names, files in os.walk(image.folder):
        names.sort()
        for name in sorted(files):
            path = Path(directory, name)
            status = path.lstat()
            digest.update(f"\0{path.relative_to(image.folder)}\0{status.st_mode}\0{status.st_size}\0".encode())
            if path.is_symlink():
                digest.update(os.fsencode(os.readlink(path)))
            elif image.kind == "dockerfile" and path.is_file():
                digest.update(path.read_bytes())
            else:
                digest.update(str(status.st_mtime_ns).encode())
    return f"{REPOSITORY}:{digest.hexdigest()[:24]}"
