"""Ops: three ways to one component, constants checked when a pipeline is compiled, caching off where it would be wrong."""

import importlib
import json
import os
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any

import kfp_sagemaker.v1
import kfp_sagemaker.v2.flat
import pytest
import yaml
from kfp import components, dsl
from kfp.compiler import Compiler
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.examples import EXAMPLES, example_of
from kfp_sagemaker.ops import load_op
from kfp_sagemaker.v1 import delete_endpoint, endpoint, model, process, train
from kfp_sagemaker.v2 import training_job

ROOT = Path(__file__).parents[2]
ROLE = EXAMPLES["v1/train"]["role"]


def compiled(pipeline: Any, directory: Path) -> Any:
    """The IR of a pipeline function or component, as plain data."""
    path = directory / "compiled.yaml"
    Compiler().compile(pipeline, str(path))
    return next(yaml.safe_load_all(path.read_text()))


def one_step(op: Any, **inputs: Any) -> Any:
    """A pipeline with one task."""

    @dsl.pipeline(name="one-step")
    def pipeline(epochs: int = 3, name: str = "digits", settings: dict = {}) -> None:  # noqa: B006
        known = {"epochs": epochs, "name": name, "settings": settings}
        op(**{key: value(known) if callable(value) else value for key, value in inputs.items()})

    return pipeline


def without_descriptions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_descriptions(item) for key, item in value.items() if key != "description"}
    return [without_descriptions(item) for item in value] if isinstance(value, list) else value


def python(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="session")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(directory / "unpacked")
    return directory / "unpacked"


#: The others of v2 come from the same function, those of v2.flat have the faces of v1.
COMPONENTS = (*component_ids("v1"), "v2/TrainingJob", "v2/Endpoint", "v2/PipelineExecution", "v2/flat/train")


@pytest.fixture(scope="module")
def specs_in_wheel(unpacked_wheel: Path) -> dict[str, str]:
    """Paths by component, as the wheel's package tells them."""
    program = (f"import json, kfp_sagemaker; "
               f"print(json.dumps({{name: str(kfp_sagemaker.spec_path(name)) for name in {COMPONENTS!r}}}))")
    paths: dict[str, str] = json.loads(python("-c", program, path=unpacked_wheel).stdout)
    return paths


class TestThreeWaysIn:
    @pytest.mark.parametrize("component", COMPONENTS)
    def test_they_compile_to_the_same_component(
        self, component: str, unpacked_wheel: Path, specs_in_wheel: dict[str, str], tmp_path: Path
    ) -> None:
        from_wheel = Path(specs_in_wheel[component])
        assert from_wheel.is_relative_to(unpacked_wheel)
        files = (ROOT / "component_specs" / component / "component.yaml", from_wheel)
        op = load_op(component)
        by_op, *by_file = (
            without_descriptions(compiled(each, tmp_path))
            for each in (op, *(components.load_component_from_file(str(file)) for file in files))
        )
        assert by_file == [by_op, by_op]

    @pytest.mark.parametrize("component", [*component_ids("v1"), "v2/TrainingJob", "v2/Endpoint", "v2/flat/train"])
    def test_they_are_the_same_step_in_a_pipeline(self, component: str, tmp_path: Path) -> None:
        op = load_op(component)
        loaded = components.load_component_from_file(str(kfp_sagemaker.spec_path(component)))
        specs = [compiled(one_step(each, **example_of(find_face(component))), tmp_path) for each in (op, loaded)]
        for spec in specs:
            (task,) = spec["root"]["dag"]["tasks"].values()
            del task["cachingOptions"]  # A component.yaml cannot turn caching off.
        assert without_descriptions(specs[0]) == without_descriptions(specs[1])

    def test_the_path_of_a_spec_in_a_checkout(self) -> None:
        assert kfp_sagemaker.spec_path("v1/train") == ROOT / "component_specs/v1/train/component.yaml"

    @pytest.mark.parametrize("component", ["v1/trian", "train", "", "../v1/train"])
    def test_there_is_no_spec_of_an_unknown_component(self, component: str) -> None:
        with pytest.raises(InvalidInput, match=r"no such component; there are v1/.*, v1/train"):
            kfp_sagemaker.spec_path(component)


class TestInPipelines:
    def test_a_chain_with_an_exit_handler_compiles(self, tmp_path: Path) -> None:
        @dsl.pipeline(name="chain")
        def chain(role: str, bucket: str) -> None:
            cleanup = delete_endpoint(endpoint_name="digits", delete_endpoint_config=True)
            with dsl.ExitHandler(cleanup):
                split = process(**{**EXAMPLES["v1/process"], "role": role})
                source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}
                fitted = train(
                    role=role, image="digits:1", model_artifact_path=f"s3://{bucket}/models/",
                    channels=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
                ).after(split)
                registered = model(
                    model_name="digits", role=role, image=fitted.outputs["training_image"],
                    model_artifact_url=fitted.outputs["model_artifact_url"],
                )
                variant = {
                    "VariantName": "main", "ModelName": registered.outputs["model_name"], "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
                endpoint(endpoint_name="digits", production_variants=[variant])

        spec = compiled(chain, tmp_path)
        tasks = spec["components"]["comp-exit-handler-1"]["dag"]["tasks"]
        taken = tasks["sagemaker-create-model"]["inputs"]["parameters"]["model_artifact_url"]["taskOutputParameter"]
        assert taken == {"outputParameterKey": "model_artifact_url", "producerTask": "sagemaker-training-job"}
        assert tasks["sagemaker-endpoint"]["dependentTasks"] == ["sagemaker-create-model"]

    def test_an_op_can_be_nested_in_another_pipeline(self, tmp_path: Path) -> None:
        inner = one_step(model, **EXAMPLES["v1/model"])

        @dsl.pipeline(name="outer")
        def outer() -> None:
            inner()

        executors = compiled(outer, tmp_path)["deploymentSpec"]["executors"]
        assert [executor["container"]["command"] for executor in executors.values()] == [
            ["python3", "-m", "kfp_sagemaker", "v1/model"]]

    @pytest.mark.parametrize(("op", "cached"), [
        (train, True), (process, True), (model, False), (endpoint, False), (delete_endpoint, False)])
    def test_only_jobs_are_cached(self, op: Any, cached: bool, tmp_path: Path) -> None:
        spec = compiled(one_step(op, **EXAMPLES[op.face.id]), tmp_path)
        (task,) = spec["root"]["dag"]["tasks"].values()
        assert task["cachingOptions"] == ({"enableCache": True} if cached else {})

    def test_a_task_can_be_cached_all_the_same(self, tmp_path: Path) -> None:
        def cached(**inputs: Any) -> None:
            model(**inputs).set_caching_options(True)

        (task,) = compiled(one_step(cached, **EXAMPLES["v1/model"]), tmp_path)["root"]["dag"]["tasks"].values()
        assert task["cachingOptions"] == {"enableCache": True}


TRAIN = EXAMPLES["v1/train"]
WRONG = {
    "a number": (train, {"instance_count": 0}, "instance_count"),
    "a text": (train, {"job_name": "my job"}, "job_name"),
    "a choice": (train, {"on_existing": "retry"}, "on_existing"),
    "deep in a list": (train, {"channels": [{"ChannelName": "a", "DataSorce": {}}]}, "channels"),
    "beside a channel": (train, {"job_name": "my job", "max_run_time": lambda known: known["epochs"]}, "job_name"),
    "an algorithm with a region": (train, {"image": "", "algorithm_name": "xgboost", "region": "mars-1"}, "algorithm_name"),
    "what a custom resource cannot say": (
        training_job, {"algorithm_specification": {
            "TrainingImage": "i", "TrainingInputMode": "File", "ContainerEntrypoint": ["sh"]}}, "algorithm_specification"),
    "the same on the face of v1": (
        kfp_sagemaker.v2.flat.endpoint, {"explainer_config": {"ClarifyExplainerConfig": {
            "ShapConfig": {"ShapBaselineConfig": {}}}}}, "explainer_config"),
    "what the controller does": (kfp_sagemaker.v2.flat.model, {"endpoint_url": "https://x"}, "endpoint_url"),
    "a control character": (model, {"model_name": "a\x00"}, "model_name"),
}
LATER = {
    "a pipeline parameter": (train, {"job_name": lambda known: known["name"]}),
    "text with a parameter": (train, {"job_name": lambda known: f"{known['name']} !"}),
    "parameters deep inside": (
        train, {"hyperparameters": lambda known: {"epochs": known["epochs"], "name": f"{known['name']}-1"}}),
    "a whole object": (train, {"extra_request": lambda known: known["settings"]}),
    "an object by operation": (endpoint, {"extra_request": lambda known: {"CreateEndpoint": known["settings"]}}),
    "a placeholder": (train, {"job_name": dsl.PIPELINE_JOB_ID_PLACEHOLDER}),
    "a key": (train, {"tags": lambda known: {f"{known['name']}": "x"}}),
    "validation": (train, {"job_name": "my job", "validation": lambda known: known["name"]}),
    "a part of what goes into a custom resource": (
        training_job, {"output_data_config": lambda known: {"s3OutputPath": f"s3://{known['name']}/"}}),
    "a whole part of a custom resource": (training_job, {"resource_config": lambda known: known["settings"]}),
    "the region of a built-in algorithm": (train, {"image": "", "algorithm_name": "xgboost"}),
}


class TestConstants:
    @pytest.mark.parametrize(("op", "inputs", "named"), WRONG.values(), ids=WRONG)
    def test_what_the_step_would_refuse_is_refused(
        self, op: Any, inputs: dict[str, Any], named: str, tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidInput) as raised:
            compiled(one_step(op, **{**example_of(op.face), **inputs}), tmp_path)
        assert {violation.input for violation in raised.value.violations} == {named}
        assert isinstance(raised.value, ValueError)

    def test_all_is_told_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput) as raised:
            compiled(one_step(train, **{**TRAIN, "job_name": "my job", "timeout": -1, "role": "me"}), tmp_path)
        assert {violation.input for violation in raised.value.violations} == {"job_name", "timeout", "role"}

    @pytest.mark.parametrize(("op", "inputs"), LATER.values(), ids=LATER)
    def test_what_is_known_later_passes(self, op: Any, inputs: dict[str, Any], tmp_path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if "validation" in inputs else "error", UserWarning)
            spec = compiled(one_step(op, **{**example_of(op.face), **inputs}), tmp_path)
        (task,) = spec["root"]["dag"]["tasks"].values()
        assert set(inputs) <= set(task["inputs"]["parameters"])

    def test_what_the_step_would_warn_of_is_a_warning(self, tmp_path: Path) -> None:
        with pytest.warns(UserWarning, match=r"v1/train: instance_type = 'ml.new.large'"):
            compiled(one_step(train, **{**TRAIN, "instance_type": "ml.new.large"}), tmp_path)

    @pytest.mark.parametrize(("inputs", "message"), [
        ({}, "missing 3 required arguments: role, channels, model_artifact_path"),
        ({**TRAIN, "colour": "red"}, 'unexpected keyword argument "colour"'),
    ])
    def test_wrong_signatures_are_left_to_kfp(self, inputs: dict[str, Any], message: str, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match=message):
            compiled(one_step(train, **inputs), tmp_path)


class TestImage:
    def test_of_the_environment_when_compiled(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        def image(of: Any) -> str:
            (executor,) = compiled(of, tmp_path)["deploymentSpec"]["executors"].values()
            return str(executor["container"]["image"])

        step = one_step(train, **TRAIN)
        assert image(train) == image(step) == f"kfp-sagemaker:{kfp_sagemaker.__version__}"
        monkeypatch.setenv("KFP_SAGEMAKER_IMAGE", "registry.example.com:5000/ml/kfp-sagemaker:mine")
        step = one_step(train, **TRAIN)
        assert image(train) == image(step) == "registry.example.com:5000/ml/kfp-sagemaker:mine"
        monkeypatch.delenv("KFP_SAGEMAKER_IMAGE")
        assert image(one_step(train, **TRAIN)) == f"kfp-sagemaker:{kfp_sagemaker.__version__}"

    def test_that_is_none_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("KFP_SAGEMAKER_IMAGE", "My Image")
        with pytest.raises(InvalidInput, match="KFP_SAGEMAKER_IMAGE = 'My Image': not an image"):
            compiled(one_step(train, **TRAIN), tmp_path)


IMPORTED = "import sys; print(sorted({'kfp', 'boto3', 'botocore', 'yaml', 'click'} & set(sys.modules)))"


class TestImports:
    @pytest.mark.parametrize("statement", [
        "import kfp_sagemaker",
        "import kfp_sagemaker.v1",
        "import kfp_sagemaker; kfp_sagemaker.spec_path('v1/train')",
        "import kfp_sagemaker.v1; dir(kfp_sagemaker.v1), kfp_sagemaker.v1.__all__",
        "import kfp_sagemaker.v2.flat; dir(kfp_sagemaker.v2), kfp_sagemaker.v2.__all__, kfp_sagemaker.v2.flat.__all__",
    ])
    def test_are_light_until_an_op_is_used(self, statement: str) -> None:
        assert python("-c", f"{statement}; {IMPORTED}").stdout == "[]\n"

    def test_say_which_extra_is_missing(self) -> None:
        told = python("-c", "import sys; sys.modules['kfp'] = None; from kfp_sagemaker.v1 import train")
        assert told.returncode == 1
        assert told.stderr.splitlines()[-1].endswith("pip install 'kfp-sagemaker[kfp]'")
        assert told.stderr.splitlines()[-1].startswith("ImportError: ")

    @pytest.mark.parametrize("package", ["v1", "v2", "v2.flat"])
    def test_ops_are_listed(self, package: str) -> None:
        module = importlib.import_module(f"kfp_sagemaker.{package}")
        ops = [find_face(component).name for component in component_ids(package)]
        assert module.__all__ == ops
        assert set(ops) <= set(dir(module))

    @pytest.mark.parametrize("component", ["v1/train", "v2/TrainingJob", "v2/HyperParameterTuningJob", "v2/flat/train"])
    def test_are_of_the_component_of_their_name(self, component: str) -> None:
        face = find_face(component)
        assert getattr(importlib.import_module(f"kfp_sagemaker.{face.package}"), face.name).face.id == component

    def test_an_unknown_op_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match=r"'trian'; its ops are .*, train"):
            kfp_sagemaker.v1.trian  # noqa: B018

    def test_no_submodule_has_the_name_of_an_op(self) -> None:
        for package in ("v1", "v2", "v2.flat"):
            modules = {path.stem for path in (ROOT / "components/kfp_sagemaker" / package.replace(".", "/")).iterdir()}
            assert not modules & {find_face(component).name for component in component_ids(package)}
