"""A dozen small pipelines, one for each kind of construct. Compiled to ../ir by ``python tests/converter/golden.py``."""

from kfp import dsl, kubernetes

IMAGE = "python:3.11"


@dsl.component(base_image=IMAGE)
def make(rows: int, data: dsl.Output[dsl.Dataset]) -> int:
    with open(data.path, "w") as file:
        file.write("x" * rows)
    return rows


@dsl.component(base_image=IMAGE)
def train(
    data: dsl.Input[dsl.Dataset], model: dsl.Output[dsl.Model], metrics: dsl.Output[dsl.Metrics], rounds: int = 10
) -> float:
    metrics.log_metric("rounds", rounds)
    with open(model.path, "w") as file:
        file.write("model")
    return 0.9


@dsl.component(base_image=IMAGE)
def is_good(score: float, least: float) -> str:
    return "yes" if score > least else "no"


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.component(base_image=IMAGE)
def list_of(count: int) -> list:
    return [{"seed": seed} for seed in range(count)]


@dsl.component(base_image=IMAGE)
def best(scores: list) -> float:
    return max(scores)


@dsl.component(base_image=IMAGE)
def merge(parts: dsl.Input[list[dsl.Dataset]], whole: dsl.Output[dsl.Dataset]):
    with open(whole.path, "w") as file:
        file.write(str(len(parts)))


@dsl.component(base_image=IMAGE)
def notify(status: dsl.PipelineTaskFinalStatus):
    print(status.state)


@dsl.container_component
def shell(name: str, data: dsl.Input[dsl.Dataset], text: dsl.OutputPath(str), optional: str = "none"):
    return dsl.ContainerSpec(
        image="alpine:3.20",
        command=["sh", "-c", 'printf "%s" "$0" > "$1"; cat "$2"; echo $(HOME) $$', name, text, data.path],
        args=[dsl.IfPresentPlaceholder("optional", ["--optional", optional]), dsl.ConcatPlaceholder(["--name=", name])],
    )


@dsl.pipeline(name="straight", description="Data, model and metrics, one after another.")
def straight(rows: int = 3) -> float:
    made = make(rows=rows)
    trained = train(data=made.outputs["data"]).set_display_name("Train it").set_retry(2, backoff_duration="30s")
    trained.set_caching_options(False)
    return trained.outputs["Output"]


@dsl.pipeline(name="container")
def container(name: str = "it's \"quoted\" $(x) and $HOME"):
    made = make(rows=1)
    shell(name=name, data=made.outputs["data"])
    shell(name="two\nlines \u2028 of \U0001f600", data=made.outputs["data"], optional="given")


@dsl.pipeline(name="branches")
def branches(least: float = 0.5) -> str:
    made = make(rows=2)
    trained = train(data=made.outputs["data"])
    with dsl.If(is_good(score=trained.outputs["Output"], least=least).output == "yes"):
        yes = say(text="good")
    with dsl.Elif(trained.outputs["Output"] > 0.1):
        maybe = say(text=f"maybe {least}")
    with dsl.Else():
        no = say(text="bad")
    return dsl.OneOf(yes.output, maybe.output, no.output)


@dsl.pipeline(name="branches-of-artifacts")
def branches_of_artifacts(rows: int = 2) -> dsl.Dataset:
    with dsl.If(rows > 5):
        large = make(rows=rows)
    with dsl.Else():
        small = make(rows=1)
    return dsl.OneOf(large.outputs["data"], small.outputs["data"])


@dsl.pipeline(name="static-loop")
def static_loop() -> float:
    with dsl.ParallelFor([{"rows": 1}, {"rows": 2}], parallelism=2) as item:
        made = make(rows=item.rows)
        trained = train(data=made.outputs["data"])
    return best(scores=dsl.Collected(trained.outputs["Output"])).output


@dsl.pipeline(name="runtime-loop")
def runtime_loop(count: int = 2):
    with dsl.ParallelFor(list_of(count=count).output) as item:
        made = make(rows=1)
        say(text=item.seed)
    merge(parts=dsl.Collected(made.outputs["data"]))


@dsl.pipeline(name="exit-handler")
def exit_handler(rows: int = 1):
    after = notify()
    with dsl.ExitHandler(after, name="whatever happens"):
        made = make(rows=rows)
        train(data=made.outputs["data"])


@dsl.pipeline(name="inner")
def inner(rows: int) -> dsl.Model:
    made = make(rows=rows)
    return train(data=made.outputs["data"]).outputs["model"]


@dsl.component(base_image=IMAGE)
def deploy(model: dsl.Input[dsl.Model]):
    print(model.path)


@dsl.pipeline(name="nested")
def nested(rows: int = 4):
    first = inner(rows=rows)
    second = inner(rows=1).after(first)
    deploy(model=first.output)
    say(text="done").after(second).ignore_upstream_failure()


@dsl.pipeline(name="imports")
def imports(uri: str = "s3://bucket/data"):
    fixed = dsl.importer(artifact_uri="gs://bucket/data", artifact_class=dsl.Dataset, reimport=True)
    given = dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset, metadata={"rows": "3"})
    train(data=fixed.output)
    train(data=given.output)


@dsl.pipeline(name="resources")
def resources(memory: str = "8G", machine: str = "nvidia.com/gpu"):
    made = make(rows=1).set_cpu_request("500m").set_cpu_limit("2").set_memory_limit("6G")
    train(data=made.outputs["data"]).set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)
    train(data=made.outputs["data"]).set_memory_request(memory)
    say(text="glue").set_env_variable("LEVEL", "debug")


@dsl.pipeline(name="settings")
def settings():
    made = make(rows=1)
    kubernetes.set_timeout(made, seconds=3600)
    kubernetes.add_pod_label(made, "team", "search")
    kubernetes.add_node_selector(made, "disk", "ssd")
    kubernetes.use_config_map_as_env(made, config_map_name="settings", config_map_key_to_env={"url": "URL"})
    one = train(data=made.outputs["data"])
    kubernetes.use_secret_as_env(one, secret_name="database", secret_key_to_env={"password": "DB_PASSWORD"})
    two = train(data=made.outputs["data"])
    kubernetes.use_secret_as_env(two, secret_name="unnamed", secret_key_to_env={"key": "KEY"})
    three = train(data=made.outputs["data"])
    kubernetes.mount_pvc(three, pvc_name="data", mount_path="/data")


@dsl.pipeline(name="volumes")
def volumes(settings: str = "settings"):
    made = make(rows=1)
    kubernetes.empty_dir_mount(made, volume_name="scratch", mount_path="/scratch", size_limit="20Gi")
    kubernetes.empty_dir_mount(made, volume_name="cache", mount_path="/cache", medium="Memory")
    kubernetes.use_config_map_as_volume(made, config_map_name=settings, mount_path="/etc/settings")
    one = train(data=made.outputs["data"])
    kubernetes.use_secret_as_volume(one, secret_name="database", mount_path="/etc/database")
    two = train(data=made.outputs["data"])
    kubernetes.mount_pvc(two, pvc_name="shared", mount_path="/shared", sub_path="team")
    three = train(data=made.outputs["data"])
    kubernetes.add_ephemeral_volume(three, volume_name="huge", mount_path="/huge", access_modes=["ReadWriteOnce"], size="1Ti")
    kubernetes.use_secret_as_volume(three, secret_name="unnamed", mount_path="/etc/unnamed")


@dsl.pipeline(name="own-names")
def own_names(sagemaker_role: str = "mine"):
    made = make(rows=1)
    say(text=sagemaker_role)
    train(data=made.outputs["data"])


@dsl.component(base_image=IMAGE)
def rows_of(count: int) -> list:
    return [{"row": row} for row in range(count)]


@dsl.component(base_image=IMAGE)
def count_of(rows: list, each: int = 1) -> int:
    return len(rows) * each


@dsl.component(base_image=IMAGE)
def both(text: str, rows: list) -> str:
    return text + str(rows)


@dsl.pipeline
def counted(rows: list) -> int:
    return count_of(rows=rows).set_cpu_request("2").output


@dsl.pipeline(name="large-values")
def large_values(count: int = 100_000):
    rows = rows_of(count=count).set_cpu_request("2")
    number = counted(rows=rows.output)
    text = say(text=f"{number.output} rows").set_cpu_request("2")
    both(text=text.output, rows=rows.output).set_cpu_request("2")
    looped = list_of(count=3).set_cpu_request("2")
    count_of(rows=looped.output).set_cpu_request("2")
    with dsl.ParallelFor(looped.output) as row:
        say(text=row.seed)


PIPELINES = [
    straight, container, branches, branches_of_artifacts, static_loop, runtime_loop, exit_handler, nested, imports, resources,
    settings, volumes, own_names, large_values,
]  # fmt: skip
