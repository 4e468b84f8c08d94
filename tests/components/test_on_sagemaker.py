"""``run_on_sagemaker``: the component keeps what its users see, and its container becomes the container step."""

import json
import subprocess
import sys
from typing import Any

import kfp_sagemaker
import pytest
from google.protobuf import json_format
from kfp import components, dsl
from kfp_sagemaker import run_on_sagemaker
from kfp_sagemaker.container_step.encoding import decode
from kfp_sagemaker.container_step.step_spec import Mount, MountKind, Secret, SecretPolicy, Service, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.generate.image_reference import DEFAULT_IMAGE

ROLE = "arn:aws:iam::123456789012:role/jobs"
ALL = {"role": ROLE, "region": "eu-west-1", "instance_type": "ml.m5.large", "subnets": "", "security_group_ids": "",
       "staging_uri": ""}
OF_FILE = """
name: Train model
inputs:
- {name: Learning rate, type: Float, default: '0.1'}
- {name: data, type: Dataset}
- {name: note, type: String, optional: true}
outputs:
- {name: model, type: Model}
- {name: loss, type: Float}
implementation:
  container:
    image: trainer:1
    command: [python, train.py]
    args: [--rate, {inputValue: Learning rate}, --data, {inputPath: data},
           {if: {cond: {isPresent: note}, then: [--note, {inputValue: note}]}},
           --model, {outputPath: model}, --loss, {outputPath: loss}]
    env: {COLOR: red}
"""


@dsl.component(base_image="python:3.11", packages_to_install=["six"])
def lightweight(number: int, data: dsl.Input[dsl.Dataset], model: dsl.Output[dsl.Model], text: str = "x") -> float:
    """Trains."""
    return 0.5


@dsl.container_component
def container(text: str, out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="alpine:3", command=["sh", "-c"], args=["echo $0 > $1", text, out])


def document(component: Any) -> dict[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(component.pipeline_spec)
    return found


def container_of(component: Any) -> dict[str, Any]:
    (executor,) = document(component)["deploymentSpec"]["executors"].values()
    found: dict[str, Any] = executor["container"]
    return found


def spec_of(component: Any) -> StepSpec:
    return decode(container_of(component)["args"][3])


def interface(component: Any) -> Any:
    """Component and root as declared, without the settings."""
    found = document(component)
    parts = [*found["components"].values(), found["root"]]
    for part in parts:
        parameters = part.get("inputDefinitions", {}).get("parameters", {})
        for name in [name for name in parameters if name.startswith("sagemaker_")]:
            del parameters[name]
    return [(part.get("inputDefinitions"), part.get("outputDefinitions")) for part in parts]


@pytest.mark.parametrize("settings", [{}, ALL], ids=["run time", "constant"])
@pytest.mark.parametrize("component", [lightweight, container, components.load_component_from_text(OF_FILE)],
                         ids=["lightweight", "container", "file"])
def test_inputs_outputs_and_container_are_kept(component: Any, settings: dict[str, str]) -> None:
    moved = run_on_sagemaker(component, **settings)
    assert interface(moved) == interface(component)
    before, spec = container_of(component), spec_of(moved)
    assert (spec.image, list(spec.command), list(spec.args)) == (before["image"], before["command"], before["args"])
    assert [{"name": name, "value": value} for name, value in spec.env] == before.get("env", [])
    assert container_of(moved)["image"] == DEFAULT_IMAGE
    assert "env" not in container_of(moved)
    assert moved.name == component.name
    extra = {name for name in document(moved)["root"]["inputDefinitions"]["parameters"] if name.startswith("sagemaker_")}
    assert extra == (set() if settings else {f"sagemaker_{name}" for name in ALL})


def test_a_pipeline_passes_settings_and_inputs() -> None:
    moved = run_on_sagemaker(container, instance_type="ml.m5.large")

    @dsl.pipeline(name="p")
    def pipeline(role: str):
        moved(text="a", sagemaker_role=role)

    (task,) = document(pipeline)["root"]["dag"]["tasks"].values()
    assert task["inputs"]["parameters"] == {
        "sagemaker_role": {"componentInputParameter": "role"}, "text": {"runtimeValue": {"constant": "a"}}}


def test_what_is_given_is_in_the_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KFP_SAGEMAKER_IMAGE", "registry/kfp-sagemaker:1")
    secret = Secret("TOKEN", SecretPolicy.SECRETS_MANAGER, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:t")
    mount = Mount("/data", MountKind.EFS, "fs-12345678")
    moved = run_on_sagemaker(
        container, service="training", env={"A": "1"}, secrets=(secret,), mounts=(mount,), uri_mode="local",
        tags={"team": "a"}, spot_instance=True)
    spec = spec_of(moved)
    assert (spec.service, spec.uri_mode, spec.env, spec.secrets, spec.mounts) == (
        Service.TRAINING, UriMode.LOCAL, (("A", "1"),), (secret,), (mount,))
    assert spec.job.tags == {"team": "a"}
    assert spec.job.spot_instance
    assert container_of(moved)["image"] == "registry/kfp-sagemaker:1"
    assert container_of(run_on_sagemaker(container, image="other:2"))["image"] == "other:2"


def test_large_values_are_marked_as_inputs_and_outputs() -> None:
    moved = spec_of(run_on_sagemaker(container, role=ROLE, large_values=("text", "out")))
    assert (moved.large_inputs, moved.large_outputs) == (("text",), {"out": 8_192})
    moved = spec_of(run_on_sagemaker(lightweight, role=ROLE, large_values=("text",)))
    assert (moved.large_inputs, moved.large_outputs) == (("text",), {})
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(lightweight, role=ROLE, large_values=("number", "data", "nothing"))
    assert str(refused.value).count("no text, list or object among the parameters, which are text") == 3


def test_an_entry_point_can_be_named_for_a_component_of_arguments_only() -> None:
    text = "{name: c, implementation: {container: {image: i, args: [x]}}}"
    moved = run_on_sagemaker(components.load_component_from_text(text), command=("/usr/bin/program",))
    assert spec_of(moved).command == ("/usr/bin/program",)


@pytest.mark.parametrize(
    ("settings", "service"),
    [
        ({}, Service.PROCESSING), ({"instance_type": "ml.m5.large"}, Service.PROCESSING),
        ({"instance_type": "ml.p4d.24xlarge"}, Service.TRAINING), ({"spot_instance": True}, Service.TRAINING),
        ({"keep_alive": 600}, Service.TRAINING), ({"checkpoint_local_path": "/work/points"}, Service.TRAINING),
        ({"registry_access": "Vpc"}, Service.TRAINING), ({"service": "training"}, Service.TRAINING),
    ],
)
def test_a_step_trains_where_only_training_jobs_have_what_it_asks_for(settings: dict[str, Any], service: Service) -> None:
    spec = spec_of(run_on_sagemaker(container, **settings))
    assert spec.service is service
    assert all(getattr(spec.job, name) == value for name, value in settings.items() if name != "service")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"service": "processing", "keep_alive": 60}, "keep_alive = 60: only training jobs have it"),
        ({"service": "processing", "instance_type": "ml.p5.48xlarge"}, "'ml.p5.48xlarge': is not for processing jobs"),
        ({"spot_instance": True, "keep_alive": 60}, "warm pools have no spot instances"),
        ({"registry_access": "Vpc", "subnets": ""}, "a private registry is reached through a VPC"),
    ],
)
def test_what_the_kind_of_job_cannot_have_is_refused_when_the_pipeline_is_written(
    settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(container, **settings)
    assert problem in str(refused.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(container, service="batch", uri_mode="s3", instance="ml.m5.large", memory="4Gi")
    for text in ("service = 'batch': must be one of processing, training", "uri_mode = 's3'", "instance: no such", "memory:"):
        assert text in str(refused.value)
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(container, role="jobs", subnets="a b", volume_size=0, instance=1, spot_instance="yes",
                         env={"1A": "x", "B": 2}, large_values=("x",), tags=["a"], max_run_time="long", more={"nothing": 1})
    for text in (
        "role = 'jobs': CreateProcessingJob.RoleArn: does not match", "subnets = 'a b'", "volume_size = 0", "instance:",
        "spot_instance = 'yes': expected bool", "env = '1A': a name has letters", "env: B = 2: expected a text",
        "tags = ['a']: expected Mapping", "max_run_time = 'long': expected a number", "nothing: no such input",
    ):  # fmt: skip
        assert text in str(refused.value), text


@pytest.mark.parametrize(
    ("component", "given", "problem"),
    [
        (print, {}, "component: expected a KFP component, got builtin_function_or_method"),
        (container, {"env": ["A=1"]}, "env = ['A=1']: expected a mapping of names to texts"),
        (container, {"secrets": {"TOKEN": "arn"}}, "secrets = {'TOKEN': 'arn'}: expected a tuple of Secret"),
        (container, {"mounts": ("/data",)}, "mounts = ('/data',): expected a tuple of Mount"),
        (container, {"command": "python run.py"}, "command = 'python run.py': expected a tuple of str"),
        (container, {"large_values": "out"}, "large_values = 'out': expected a tuple of str"),
        (container, {"service": "processing", "mounts": (Mount("/data", MountKind.EFS, "fs-12345678"),)},
         "volume at /data: only training jobs have file systems"),
        (container, {"keep_alive": 1.5}, "keep_alive = 1.5: expected int | str"),
        (container, {"more": 5}, "more = 5: expected Mapping"),
        (container, {"image": 5}, "image = 5: expected a text"),
        (container, {"resources": 5}, "resources = 5: expected Resources"),
        (container, {"staging_uri": 7}, "staging_uri = 7: expected str"),
        (container, {"mounts": (Mount(5, MountKind.DIRECTORY),)}, "mounts = 5: expected a path"),
        (container, {"secrets": (Secret("TOKEN", SecretPolicy.SECRETS_MANAGER),)}, "secret TOKEN = '': is in AWS Secrets"),
        (container, {"secrets": (Secret("TO-KEN", SecretPolicy.ENVIRONMENT),)}, "secrets = 'TO-KEN': is not the name of a"),
        (container, {"command": ("echo",)}, "command = ('echo',): the component has a command, sh -c"),
    ],
)
def test_what_is_of_another_type_is_told_as_such(component: Any, given: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(component, **given)
    assert problem in str(refused.value)


DEFAULTS: dict[str, Any] = {
    "small": 1e-5, "large": 1e21, "whole": 3.0, "text": "1e-05", "face": "😀 \x85 \u2028 é",
    "many": {"eps": 1e-8, "of": [1e-7, "1e-07"]},
}


def test_defaults_stay_what_they_are() -> None:
    """kfp reads what it loads as YAML 1.1, in which 1e-05 is text."""

    @dsl.component(base_image="python:3.11")
    def defaults(
        small: float = 1e-5, large: float = 1e21, whole: float = 3.0, text: str = "1e-05", face: str = "😀 \x85 \u2028 é",
        many: dict = {"eps": 1e-8, "of": [1e-7, "1e-07"]},  # noqa: B006
    ) -> float:
        return small

    moved = run_on_sagemaker(defaults, **ALL)
    assert interface(moved) == interface(defaults)
    found = {name: one.default for name, one in moved.component_spec.inputs.items()}
    assert found == DEFAULTS
    assert {type(value) for name, value in found.items() if name in ("small", "large")} == {float}


def test_an_instance_type_that_is_not_known_is_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"ml\.m5\.larg.*not a value that this version knows") as warned:
        run_on_sagemaker(container, instance_type="ml.m5.larg")
    assert warned[0].filename == __file__


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Settings, image, command, large values and the component itself."""
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(container, max_run_time=-1, image="UPPER", command=("a",), large_values=("nobody",), speed=3)
    assert {each.input for each in refused.value.violations} == {"max_run_time", "image", "command", "large_values", "speed"}
    with pytest.raises(InvalidInput) as refused:
        run_on_sagemaker(3, image="UPPER", staging_uri="gs://b")
    assert {each.input for each in refused.value.violations} == {"component", "image", "staging_uri"}


def test_a_pipeline_and_a_taken_name_are_refused() -> None:
    @dsl.pipeline(name="whole")
    def pipeline():
        container(text="a")
        lightweight_two = container(text="b")
        lightweight_two.set_display_name("b")

    with pytest.raises(InvalidInput, match="component = 'whole': a pipeline is converted by `kfp-sagemaker convert`"):
        run_on_sagemaker(pipeline)
    text = json.dumps(document(pipeline))
    with pytest.raises(InvalidInput, match=r"whole': not a component with one container.*kfp-sagemaker convert"):
        run_on_sagemaker(components.load_component_from_text(text))
    taken = "{name: c, inputs: [{name: sagemaker_role, type: String}], implementation: {container: {image: i, command: [x]}}}"
    with pytest.raises(InvalidInput, match="sagemaker_role: the component has this input"):
        run_on_sagemaker(components.load_component_from_text(taken))
    run_on_sagemaker(components.load_component_from_text(taken), role=ROLE)


def test_importing_the_package_imports_no_kfp() -> None:
    code = ("import sys, kfp_sagemaker; assert 'kfp' not in sys.modules; kfp_sagemaker.run_on_sagemaker; "
            "assert 'kfp' in sys.modules")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError, match="no attribute 'run_on_sagemakers'"):
        kfp_sagemaker.run_on_sagemakers  # noqa: B018
