"""Pipelines whose steps mount volumes (scratch space, files of ConfigMaps and secrets, claims) or write elsewhere."""

import functools

from kfp import dsl, kubernetes
from kfp.dsl import Dataset, Input, Model, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def look(paths: list) -> dict:
    """Names and content of the files at each path, and whether it can be written to."""
    import os

    found = {}
    for path in paths:
        names = [name for name in sorted(os.listdir(path)) if not name.startswith("..")]
        found[path] = {name: open(os.path.join(path, name), newline="").read() for name in names}
    return found


@step
def scratch(path: str, times: int) -> list:
    import os

    seen = []
    for number in range(times):
        seen.append(sorted(os.listdir(path)))
        with open(os.path.join(path, f"part-{number}"), "w") as file:
            file.write("x" * number)
    return [*seen, os.path.realpath(path) == path, sorted(os.listdir(path))]


@dsl.container_component
def shell(told: dsl.OutputPath(str), data: Output[Dataset]):
    return dsl.ContainerSpec(
        image="busybox:1",
        command=["sh", "-ec"],
        args=[
            'cd /work/space; ls -A; cp /conf/app/* .; echo "$URL" > url; cat url *.conf > "$1"; mkdir -p "$2"; '
            'find . -type f | sort > "$2/listed"; for each in /conf/app/*; do cat "$each"; done > "$2/content"',
            "sh", told, data.path,
        ],
    )


@step
def elsewhere(model: Output[Model], data: Output[Dataset], plain: Output[Dataset]) -> str:
    """Leaves one artifact in a folder and one in a file of its own choice."""
    import os
    import tempfile

    folder = tempfile.mkdtemp()
    model.set_path(os.path.join(folder, "model"))
    data.set_path(os.path.join(folder, "data.txt"))
    os.makedirs(os.path.join(model.path, "deep"))
    for path, text in ((os.path.join(model.path, "deep", "weights"), "w"), (data.path, "it's data"), (plain.path, "plain")):
        with open(path, "w") as file:
            file.write(text)
    model.metadata["kind"] = "chosen"
    return str(model.path != model.uri)


@step
def read_all(model: Input[Model], data: Input[Dataset], plain: Input[Dataset]) -> str:
    import os

    with open(os.path.join(model.path, "deep", "weights")) as weights, open(data.path) as text, open(plain.path) as other:
        return f"{weights.read()} {text.read()} {other.read()} {model.metadata['kind']}"


@step
def read_claim(path: str) -> list:
    import os

    return sorted(os.path.relpath(os.path.join(top, name), path) for top, _, names in os.walk(path) for name in names)


@step
def write_claim(path: str, name: str) -> list:
    import os

    with open(os.path.join(path, name), "w") as file:
        file.write("written")
    return sorted(os.listdir(path))


@dsl.pipeline
def scratch_space():
    one = scratch(path="/scratch", times=2)
    kubernetes.empty_dir_mount(one, volume_name="scratch", mount_path="/scratch", size_limit="1Gi")
    two = scratch(path="/var/cache/own space", times=1).after(one)
    kubernetes.empty_dir_mount(two, volume_name="cache", mount_path="/var/cache/own space", medium="Memory")
    three = scratch(path="/big", times=1).after(two)
    kubernetes.add_ephemeral_volume(three, volume_name="big", mount_path="big", access_modes=["ReadWriteOnce"], size="1Gi")


@dsl.pipeline
def config_map_files():
    one = look(paths=["/conf/app", "/settings/of/it"])
    kubernetes.use_config_map_as_volume(one, config_map_name="app", mount_path="/conf/app")
    kubernetes.use_config_map_as_volume(one, config_map_name="none", mount_path="/settings/of/it", optional=True)
    two = shell().after(one)
    kubernetes.empty_dir_mount(two, volume_name="space", mount_path="/work/space")
    kubernetes.use_config_map_as_volume(two, config_map_name="app", mount_path="/conf/app")
    kubernetes.use_config_map_as_env(two, config_map_name="app", config_map_key_to_env={"url": "URL"})


@dsl.pipeline
def secret_files():
    for name in ("plain", "managed"):
        task = look(paths=[f"/var/{name}"])
        kubernetes.use_secret_as_volume(task, secret_name=name, mount_path=f"/var/{name}")


@dsl.pipeline
def custom_paths():
    made = elsewhere()
    read_all(model=made.outputs["model"], data=made.outputs["data"], plain=made.outputs["plain"])


@dsl.pipeline
def claim_that_is_read():
    one = read_claim(path="/data")
    kubernetes.mount_pvc(one, pvc_name="objects", mount_path="/data")
    two = read_claim(path="/mnt/folder").after(one)
    kubernetes.mount_pvc(two, pvc_name="objects", mount_path="/mnt/folder", sub_path="folder")


@dsl.pipeline
def claim_that_is_shared():
    one = write_claim(path="/shared", name="one")
    two = write_claim(path="/shared/", name="two").after(one)
    for task in (one, two):
        kubernetes.mount_pvc(task, pvc_name="shared", mount_path="/shared")
