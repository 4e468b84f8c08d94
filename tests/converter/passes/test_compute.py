"""Which instance type and kind of job a step gets, in which order of reasons, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.instance_types import instance_types
from kfp_sagemaker_converter.configuration.configuration import Configuration, Job, StepRule
from kfp_sagemaker_converter.model import Resources, Setting
from kfp_sagemaker_converter.passes.compute import InstanceChoice, choose_instance
from kfp_sagemaker_converter.source import Location

AT = Location("pipeline.yaml", 7)


NOTHING = Job()


def choose(
    resources: Resources, nodes: dict[str, Any] | None = None, job: Job = NOTHING, rule: Job = NOTHING
) -> InstanceChoice:
    settings = [Setting(executor="exec-train", name=name, value=value, location=AT) for name, value in (nodes or {}).items()]
    configuration = Configuration(defaults=job, steps=(StepRule(AT, name="train", job=rule),))
    return choose_instance(resources, settings, configuration.for_step(["train"], "python"), AT, "exec-train")


def families(*names: str) -> dict[str, Any]:
    return {"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": list(names)}


def selector(**labels: str) -> dict[str, Any]:
    return {"nodeSelector": {"labels": labels}}


def codes(choice: InstanceChoice) -> list[str]:
    return [found.code for found in choice.diagnostics]


def gpus(kind: str, count: str = "1") -> Resources:
    return Resources(accelerator_type=kind, accelerator_count=count)


GPU = gpus("nvidia.com/gpu")
ARCHITECTURE = {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]}
ARM = {**ARCHITECTURE, "values": ["arm64"]}


@pytest.mark.parametrize(
    ("resources", "name", "service", "why", "said"),
    [
        (Resources(), "ml.m5.large", "processing", "the default, as it asks for nothing", []),
        (Resources(cpu_limit="4", memory_limit="16Gi"), "ml.m5.xlarge", "processing", "the smallest for 4 vCPUs, 16 GiB", []),
        (Resources(cpu_request="500m"), "ml.t3.medium", "processing", "the smallest for 0.5 vCPUs", []),
        (Resources(cpu_request="8", cpu_limit="2"), "ml.c5.2xlarge", "processing", "the smallest for 8 vCPUs", []),
        (Resources(cpu_limit="3.5", memory_limit="15G"), "ml.m5.xlarge", "processing", "3.5 vCPUs, 13.97 GiB", []),
        (GPU, "ml.g4dn.xlarge", "processing", "the smallest for 1 GPU", []),
        (gpus("NVIDIA_TESLA_V100"), "ml.p3.2xlarge", "processing", "1 V100", []),
        (gpus("nvidia-tesla-k80"), "ml.g4dn.xlarge", "processing", "1 T4", ["KSC403"]),
        (gpus("nvidia-h100-80gb", "8"), "ml.p5.48xlarge", "training", "8 H100", ["KSC402"]),
        (gpus("nvidia-tesla-a100"), "ml.p4d.24xlarge", "training", "1 A100",
         ["KSC407", "KSC402"]),
        (gpus("aws.amazon.com/neuron"), "ml.trn1.2xlarge", "training", "1 Trainium",
         ["KSC402"]),
        (Resources(cpu_limit="lots", memory_limit="3Gi"), "ml.t3.medium", "processing", "3 GiB", ["KSC406"]),
    ],
)  # fmt: skip
def test_the_smallest_type_for_what_is_asked(resources: Resources, name: str, service: str, why: str, said: list[str]) -> None:
    choice = choose(resources)
    assert (choice.instance_type, choice.service, choice.movable) == (name, service, True)
    assert why in choice.why
    assert codes(choice) == said


@pytest.mark.parametrize(
    ("resources", "nodes", "code", "said"),
    [
        (gpus("tpu-v3", "8"), {}, "KSC404", "no counterpart of 8 tpu-v3"),
        (gpus("amd.com/gpu"), {}, "KSC404", "no counterpart of 1 amd.com/gpu"),
        (Resources(memory_limit="64Ti"), {}, "KSC405", "no instance type has 65536 GiB"),
        (gpus("gpu", "32"), {}, "KSC405", "no instance type has 32 GPU"),
        (Resources(), selector(**{"kubernetes.io/arch": "arm64"}), "KSC409", "nodes of arm64"),
        (Resources(), selector(**{"kubernetes.io/os": "windows"}), "KSC409", "nodes of windows"),
        (Resources(), selector(**{"node.kubernetes.io/instance-type": "m7g.4xlarge"}), "KSC409",
         "nodes of arm64 (m7g.4xlarge)"),
        (Resources(), selector(**{"karpenter.k8s.aws/instance-family": "c7gn"}), "KSC409", "nodes of arm64 (c7gn)"),
        (Resources(), {"nodeAffinity": [{"matchExpressions": [{**ARCHITECTURE, "operator": "NotIn"}]}]}, "KSC409",
         "nodes of other than amd64"),
        (Resources(), {"nodeAffinity": [{"matchExpressions": [ARM]}, {"matchExpressions": [ARM]}]}, "KSC409",
         "nodes of arm64."),
        (GPU, selector(**{"cloud.google.com/gke-tpu-accelerator": "tpu-v5-lite"}), "KSC404", "1 tpu-v5-lite"),
    ],
)
def test_without_a_counterpart_the_step_stays(resources: Resources, nodes: dict[str, Any], code: str, said: str) -> None:
    choice = choose(resources, nodes)
    assert (choice.instance_type, choice.movable, codes(choice)) == ("", False, [code])
    assert said in choice.diagnostics[0].sentence


@pytest.mark.parametrize(
    ("resources", "labels", "name", "said"),
    [
        (GPU, {"cloud.google.com/gke-accelerator": "nvidia-l4"}, "ml.g6.xlarge", []),
        (Resources(), {"cloud.google.com/gke-accelerator": "nvidia-tesla-p4"}, "ml.g4dn.xlarge", ["KSC403"]),
        (GPU, {"nvidia.com/gpu.product": "NVIDIA-A10G"}, "ml.g5.xlarge", []),
        (Resources(cpu_limit="1"), {"node.kubernetes.io/instance-type": "r5.xlarge"}, "ml.r5.xlarge", []),
        (Resources(), {"node.kubernetes.io/instance-type": "p4d.24xlarge"}, "ml.p4d.24xlarge", ["KSC402"]),
        (Resources(), {"node.kubernetes.io/instance-type": "n1-standard-4"}, "ml.m5.large", ["KSC408"]),
        (Resources(), {"node.kubernetes.io/instance-type": "c5a.4xlarge"}, "ml.m5.large", ["KSC408"]),
        (Resources(), {"karpenter.k8s.aws/instance-family": "g5"}, "ml.g5.xlarge", []),
        (Resources(cpu_limit="2"), {"karpenter.k8s.aws/instance-family": "c5a"}, "ml.t3.medium", ["KSC408"]),
        (Resources(), {"karpenter.k8s.aws/instance-family": "trn1"}, "ml.trn1.2xlarge", ["KSC402"]),
        (Resources(), {"nvidia.com/gpu.present": "true"}, "ml.g4dn.xlarge", []),
        (Resources(), {"nvidia.com/gpu.present": "true", "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB"}, "ml.p4d.24xlarge",
         ["KSC407", "KSC402"]),
        (GPU, {"karpenter.k8s.aws/instance-family": "g7e"}, "ml.g7e.2xlarge", []),
        (GPU, {"karpenter.k8s.aws/instance-family": "p2"}, "ml.p2.xlarge", []),
        (Resources(), {"nvidia.com/gpu.present": "false"}, "ml.m5.large", []),
        (Resources(), {"accelerator": "true"}, "ml.g4dn.xlarge", []),
        (Resources(cpu_limit="2"), {"karpenter.k8s.aws/instance-family": "r6i"}, "ml.r6i.large", []),
        (Resources(cpu_limit="4"), {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}, "ml.c5.xlarge", []),
        (Resources(), {"pool": "large"}, "ml.m5.large", ["KSC408"]),
        (Resources(), {"eks.amazonaws.com/capacityType": "SPOT"}, "ml.m5.large", ["KSC410"]),
    ],
)
def test_node_labels_about_hardware_are_followed(
    resources: Resources, labels: dict[str, str], name: str, said: list[str]
) -> None:
    choice = choose(resources, selector(**labels))
    assert (choice.instance_type, codes(choice)) == (name, said)


ZONE = {"key": "zone", "operator": "In", "values": ["a", "b"]}
L4 = {"key": "cloud.google.com/gke-accelerator", "operator": "In", "values": ["nvidia-l4"]}
NOT_L4 = {**L4, "operator": "NotIn"}


@pytest.mark.parametrize(
    ("nodes", "name", "labels"),
    [
        ({"nodeAffinity": [{"matchExpressions": [ZONE]}]}, "ml.g4dn.xlarge", "zone=a,b"),
        ({"nodeAffinity": [{"matchExpressions": [ZONE], "weight": 50}]}, "ml.g4dn.xlarge", ""),
        ({"nodeAffinity": [{"matchExpressions": [L4]}]}, "ml.g6.xlarge", ""),
        ({"nodeAffinity": [{"matchExpressions": [NOT_L4]}]}, "ml.g4dn.xlarge", "cloud.google.com/gke-accelerator!=nvidia-l4"),
        ({"nodeAffinity": [{"matchExpressions": [ARM]}, {"matchExpressions": [ARCHITECTURE]}]}, "ml.g4dn.xlarge", ""),
        ({"nodeAffinity": [{"matchExpressions": [{**ARM, "operator": "NotIn"}]}]}, "ml.g4dn.xlarge", ""),
        ({"nodeAffinity": [{"matchExpressions": [families("m5", "g5")]}]}, "ml.g5.xlarge", ""),
        ({"nodeAffinity": [{"nodeAffinityJson": {"runtimeValue": {"constant": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [L4, ZONE]}]}}}}}]},
         "ml.g6.xlarge", "zone=a,b"),
        ({"nodeAffinity": [{"nodeAffinityJson": {"componentInputParameter": "affinity"}}]}, "ml.g4dn.xlarge", "at run time"),
        ({"nodeSelector": {"nodeSelectorJson": {"runtimeValue": {"constant": {"zone": "a"}}}}}, "ml.g4dn.xlarge", "zone=a"),
        ({"nodeSelector": {"nodeSelectorJson": {"componentInputParameter": "s"}}}, "ml.g4dn.xlarge", "at run time"),
        ({"nodeSelector": "odd", "nodeAffinity": ["odd", {"matchExpressions": "odd"}]}, "ml.g4dn.xlarge", ""),
    ],
)  # fmt: skip
def test_conditions_on_nodes_in_each_of_their_forms(nodes: dict[str, Any], name: str, labels: str) -> None:
    choice = choose(GPU, nodes)
    assert choice.instance_type == name
    assert codes(choice) == (["KSC408"] if labels else [])
    assert all(labels in found.sentence for found in choice.diagnostics)


@pytest.mark.parametrize(
    ("job", "rule", "resources", "name", "service", "why"),
    [
        (Job(instance_type="ml.m5.4xlarge"), Job(), Resources(), "ml.m5.4xlarge", "processing", "the default"),
        (Job(instance_type="ml.m5.4xlarge"), Job(), Resources(cpu_limit="1"), "ml.t3.medium", "processing", "the smallest"),
        (Job(), Job(instance_type="ml.g5.xlarge"), Resources(cpu_limit="64"), "ml.g5.xlarge", "processing", "set by a rule"),
        (Job(), Job(instance_type="ml.p5.48xlarge"), Resources(), "ml.p5.48xlarge", "training", "set by a rule"),
        (Job(), Job(instance_type="ml.new9.large"), Resources(), "ml.new9.large", "processing", "set by a rule"),
        (Job(), Job(service="training"), Resources(), "ml.m5.large", "training", "the default"),
        (Job(spot_instance=True), Job(), Resources(cpu_limit="4"), "ml.c5.xlarge", "training", "the smallest"),
        (Job(), Job(keep_alive=60), Resources(), "ml.m5.large", "training", "the default"),
        (Job(), Job(checkpoint_local_path="/c"), Resources(), "ml.m5.large", "training", "the default"),
        (Job(), Job(registry_access="Vpc"), Resources(), "ml.m5.large", "training", "the default"),
        (Job(keep_alive=60), Job(keep_alive=0), Resources(), "ml.m5.large", "processing", "the default"),
        (Job(max_wait_time=90_000), Job(), Resources(), "ml.m5.large", "processing", "the default"),
        (Job(instance_families=("m7i",)), Job(), Resources(cpu_limit="2"), "ml.m7i.large", "processing", "the smallest"),
    ],
)
def test_what_the_configuration_says_counts(
    job: Job, rule: Job, resources: Resources, name: str, service: str, why: str
) -> None:
    choice = choose(resources, job=job, rule=rule)
    assert (choice.instance_type, choice.service) == (name, service)
    assert why in choice.why


@pytest.mark.parametrize(
    "terms", [[{"matchExpressions": [families("m5", "g5")]}], [{"matchExpressions": [families(one)]} for one in ("m5", "g5")]]
)
def test_families_of_which_some_have_no_accelerators_ask_for_none(terms: list[Any]) -> None:
    choice = choose(Resources(cpu_limit="2"), {"nodeAffinity": terms})
    assert (choice.instance_type, codes(choice)) == ("ml.m5.large", [])


def test_the_configurations_families_come_in_place_of_the_selectors() -> None:
    on_g5 = selector(**{"karpenter.k8s.aws/instance-family": "g5"})
    assert choose(GPU, on_g5, job=Job(instance_families=("g6",))).instance_type == "ml.g6.xlarge"
    assert choose(Resources(cpu_limit="2"), on_g5, job=Job(instance_families=("m5",))).instance_type == "ml.m5.large"


def test_a_step_for_another_architecture_moves_where_a_rule_says_so() -> None:
    labels = {"labels": {"kubernetes.io/arch": "arm64", "karpenter.k8s.aws/instance-family": "c7g"}}
    settings = [Setting(executor="exec-train", location=AT, name="nodeSelector", value=labels)]
    configuration = Configuration(steps=(StepRule(AT, name="train", placement="move"),))
    choice = choose_instance(Resources(), settings, configuration.for_step(["train"], "python"), AT, "exec-train")
    assert (choice.instance_type, choice.movable, codes(choice)) == ("ml.m5.large", True, ["KSC408"])


def test_processing_on_demand_of_a_rule_does_not_become_training() -> None:
    choice = choose(gpus("nvidia-h100-80gb", "8"), rule=Job(service="processing"))
    assert (choice.movable, codes(choice)) == (False, ["KSC405"])


def test_what_processing_jobs_have_not_is_left_out_of_one_that_is_to_be() -> None:
    choice = choose(Resources(), job=Job(keep_alive=60, checkpoint_s3_uri="s3://b/c"), rule=Job(service="processing"))
    assert (choice.service, codes(choice)) == ("processing", ["KSC411"])
    assert "which does not have checkpoint_s3_uri, keep_alive." in choice.diagnostics[0].sentence


def test_fewer_accelerators_of_another_kind_are_pointed_out() -> None:
    (found, _) = choose(gpus("nvidia-tesla-a100")).diagnostics
    assert "ml.g6e.xlarge has 4 vCPUs, 32 GiB, 1 L40S of 44.7 GiB" in found.fix


def test_what_comes_at_run_time_is_chosen_at_run_time() -> None:
    cpu, count = "{{$.inputs.parameters['cpu']}}", "{{$.inputs.parameters['n']}}"
    choice = choose(Resources(cpu_limit=cpu, memory_limit="4Gi", accelerator_count=count))
    assert (choice.instance_type, choice.service, choice.movable, codes(choice)) == ("", "processing", True, ["KSC401"])
    assert "by cpu limit and accelerator count." in choice.diagnostics[0].sentence
    sizes = [(one.accelerators, one.cpu, one.memory) for one in choice.candidates]
    assert sizes == sorted(set(sizes))
    assert {one.instance_type for one in choice.candidates} >= {"ml.t3.medium", "ml.m5.xlarge", "ml.g4dn.xlarge"}


def test_run_time_candidates_are_of_each_kind_when_it_comes_at_run_time() -> None:
    resources = Resources(accelerator_type="{{$.inputs.parameters['kind']}}", accelerator_count="1")
    kinds = {instance_types()[one.instance_type].accelerator for one in choose(resources).candidates}
    assert kinds >= {"T4", "A10G", "L4", "V100"}
    assert "" not in kinds, "an accelerator is asked for in any case"


def test_run_time_candidates_follow_the_kind_and_the_families() -> None:
    resources = Resources(accelerator_type="nvidia-l4", accelerator_count="{{$.inputs.parameters['n']}}")
    candidates = choose(resources, job=Job(instance_families=("m5", "g5", "g6"))).candidates
    assert {one.instance_type.split(".")[1] for one in candidates} == {"m5", "g6"}


MEMORY, KIND, NUMBER = (f"{{{{$.inputs.parameters['{name}']}}}}" for name in ("memory", "kind", "n"))
#: Labels of nodes with an L4.
NODES_WITH_L4 = selector(**{"cloud.google.com/gke-accelerator": "nvidia-l4"})


def accelerators(choice: InstanceChoice) -> set[str]:
    """The kinds of the candidates' accelerators; empty for none."""
    return {instance_types()[one.instance_type].accelerator for one in choice.candidates}


@pytest.mark.parametrize(
    ("asked", "nodes", "kinds", "first", "service", "said"),
    [
        (Resources(memory_limit=MEMORY), {}, {""}, "ml.t3.medium", "processing", []),
        (Resources(memory_limit=MEMORY, memory_request="100Gi"), {}, {""}, "ml.r5.4xlarge", "processing", []),
        (Resources(memory_request=MEMORY, memory_limit="100Gi"), {}, {""}, "ml.r5.4xlarge", "processing", []),
        (Resources(memory_limit=MEMORY, cpu_limit="lots"), {}, {""}, "ml.t3.medium", "processing", ["KSC406"]),
        (Resources(memory_limit=MEMORY, accelerator_type="nvidia-l4", accelerator_count="1"), {}, {"L4"}, "ml.g6.xlarge",
         "processing", []),
        (Resources(memory_limit=MEMORY, accelerator_type="nvidia.com/gpu", accelerator_count="1"), NODES_WITH_L4, {"L4"},
         "ml.g6.xlarge", "processing", []),
        (Resources(memory_limit=MEMORY), NODES_WITH_L4, {"L4"}, "ml.g6.xlarge", "processing", []),
        (Resources(memory_limit=MEMORY, accelerator_type="nvidia-tesla-a100", accelerator_count="8"), {}, {"A100"},
         "ml.p4d.24xlarge", "training", ["KSC402"]),
        (Resources(memory_limit=MEMORY, accelerator_type="nvidia-tesla-a100", accelerator_count="1"), {}, {"A100"},
         "ml.p4d.24xlarge", "training", ["KSC407", "KSC402"]),
        (Resources(memory_limit=MEMORY, accelerator_type="nvidia-tesla-k80", accelerator_count="1"), {}, {"T4"},
         "ml.g4dn.xlarge", "processing", ["KSC403"]),
        (Resources(accelerator_type="nvidia-tesla-k80", accelerator_count=NUMBER), {}, {"", "T4"}, "ml.t3.medium",
         "processing", ["KSC403"]),
        (Resources(accelerator_type="nvidia-tesla-a100", accelerator_count=NUMBER), {}, {"", "A100"}, "ml.t3.medium",
         "training", ["KSC402"]),
        (Resources(accelerator_type=KIND, accelerator_count="8"), {}, {"V100"}, "ml.p3.16xlarge", "processing", []),
        (Resources(accelerator_type=KIND, accelerator_count="1"), NODES_WITH_L4, {"L4"}, "ml.g6.xlarge", "processing", []),
    ],
)  # fmt: skip
def test_what_is_known_limits_the_candidates(
    asked: Resources, nodes: dict[str, Any], kinds: set[str], first: str, service: str, said: list[str]
) -> None:
    choice = choose(asked, nodes)
    assert kinds <= accelerators(choice) if asked.accelerator_type == KIND else kinds == accelerators(choice)
    assert (choice.candidates[0].instance_type, choice.service, choice.movable) == (first, service, True)
    assert sorted(codes(choice)) == sorted(["KSC401", *said])


@pytest.mark.parametrize(
    ("asked", "nodes", "code"),
    [
        (Resources(memory_limit=MEMORY, accelerator_type="tpu-v3", accelerator_count="8"), {}, "KSC404"),
        (Resources(accelerator_type="tpu-v3", accelerator_count=NUMBER), {}, "KSC404"),
        (Resources(memory_limit=MEMORY), selector(**{"cloud.google.com/gke-tpu-accelerator": "tpu-v5-lite"}), "KSC404"),
        (Resources(memory_limit=MEMORY, memory_request="64Ti"), {}, "KSC405"),
        (Resources(memory_limit=MEMORY, accelerator_type="nvidia-l4", accelerator_count="32"), {}, "KSC405"),
    ],
)
def test_a_step_stays_whatever_is_asked_for_at_run_time(asked: Resources, nodes: dict[str, Any], code: str) -> None:
    choice = choose(asked, nodes)
    assert (choice.movable, choice.candidates) == (False, ())
    assert code in codes(choice)


def test_a_kind_that_comes_at_run_time_may_be_neuron() -> None:
    asked = Resources(accelerator_type=KIND, accelerator_count="1")
    assert accelerators(choose(asked, rule=Job(service="training"))) >= {"A100", "H100", "Trainium"}
