"""Kubernetes settings as calls of kfp-kubernetes: each compiles to the setting that it was, or is named."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.source import Location
from small_pipelines import as_yaml, container, kubernetes, pipeline, step, task

AT_RUN_TIME = {"componentInputParameter": "name"}
OF_A_TASK = {"taskOutputParameter": {"producerTask": "first", "outputParameterKey": "name"}}
INPUTS = {"inputDefinitions": {"parameters": {"name": {"parameterType": "STRING"}, "map": {"parameterType": "STRUCT"}}}}
NAMED = step("first", data=False, outputDefinitions={"parameters": {"name": {"parameterType": "STRING"}}})
SECRET_KEYS = [{"secretKey": "user", "envVar": "DB_USER"}, {"secretKey": "password", "envVar": "DB_PASSWORD"}]
MAP_KEYS = [{"configMapKey": "url", "envVar": "URL"}]
IN_A_ZONE = [{"key": "zone", "operator": "In", "values": ["a", "b"]}]
ONLY_IN_A_ZONE = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": IN_A_ZONE}]}}


def constant(value: Any) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}


def written(settings: dict[str, Any]) -> tuple[str, str]:
    """The source of a pipeline whose step ``train`` has these settings, and the diagnostic; one of them is empty."""
    ir = pipeline(
        {"comp-train": step("train", data=False), "comp-first": NAMED},
        {"exec-train": container(), "exec-first": container()},
        {"first": task("first", cachingOptions={"enableCache": True}),
         "train": task("train", cachingOptions={"enableCache": True}, dependentTasks=["first"])},
    )  # fmt: skip
    ir["root"].update(INPUTS)
    source, found = python_source(as_yaml(ir, kubernetes({"exec-train": settings})), (), Location("pipeline.yaml"))
    return source, found.sentence if found else ""


ROWS: list[tuple[str, Any, str]] = [
    ("secretAsEnv", [{"secretName": "db", "secretNameParameter": constant("db"), "keyToEnv": SECRET_KEYS, "optional": False}],
     'use_secret_as_env(train, secret_name="db", secret_key_to_env={"user": "DB_USER", "password": "DB_PASSWORD"})'),
    ("secretAsEnv", [{"secretName": "db", "keyToEnv": SECRET_KEYS[:1]}],
     'use_secret_as_env(train, secret_name="db", secret_key_to_env={"user": "DB_USER"})'),
    ("secretAsEnv", [{"secretNameParameter": constant("db"), "keyToEnv": SECRET_KEYS[:1], "optional": True}],
     'use_secret_as_env(train, secret_name="db", secret_key_to_env={"user": "DB_USER"}, optional=True)'),
    ("secretAsEnv", [{"secretNameParameter": AT_RUN_TIME, "keyToEnv": SECRET_KEYS[:1]}],
     'use_secret_as_env(train, secret_name=name, secret_key_to_env={"user": "DB_USER"})'),
    ("secretAsVolume", [{"secretName": "db", "mountPath": "/db"}],
     'use_secret_as_volume(train, secret_name="db", mount_path="/db")'),
    ("secretAsVolume", [{"secretNameParameter": OF_A_TASK, "mountPath": "/db", "optional": True}],
     'use_secret_as_volume(train, secret_name=first.outputs["name"], mount_path="/db", optional=True)'),
    ("configMapAsEnv", [{"configMapName": "urls", "keyToEnv": MAP_KEYS}],
     'use_config_map_as_env(train, config_map_name="urls", config_map_key_to_env={"url": "URL"})'),
    ("configMapAsEnv", [{"configMapNameParameter": AT_RUN_TIME, "keyToEnv": MAP_KEYS}],
     'use_config_map_as_env(train, config_map_name=name, config_map_key_to_env={"url": "URL"})'),
    ("configMapAsVolume", [{"configMapName": "urls", "mountPath": "/urls"}],
     'use_config_map_as_volume(train, config_map_name="urls", mount_path="/urls")'),
    ("pvcMount", [{"constant": "disk", "mountPath": "/data"}], 'mount_pvc(train, pvc_name="disk", mount_path="/data")'),
    ("pvcMount", [{"pvcNameParameter": constant("disk"), "mountPath": "/data", "subPath": "a/b"}],
     'mount_pvc(train, pvc_name="disk", mount_path="/data", sub_path="a/b")'),
    ("pvcMount", [{**OF_A_TASK, "mountPath": "/data"}],
     'mount_pvc(train, pvc_name=first.outputs["name"], mount_path="/data")'),
    ("pvcMount", [{"pvcNameParameter": OF_A_TASK, "mountPath": "/data"}],
     'mount_pvc(train, pvc_name=first.outputs["name"], mount_path="/data")'),
    ("pvcMount", [{**AT_RUN_TIME, "mountPath": "/data"}], 'mount_pvc(train, pvc_name=name, mount_path="/data")'),
    ("emptyDirMounts", [{"volumeName": "scratch", "mountPath": "/tmp/x"}],
     'empty_dir_mount(train, volume_name="scratch", mount_path="/tmp/x")'),
    ("emptyDirMounts", [{"volumeName": "scratch", "mountPath": "/tmp/x", "medium": "Memory", "sizeLimit": "1Gi"}],
     'empty_dir_mount(train, volume_name="scratch", mount_path="/tmp/x", medium="Memory", size_limit="1Gi")'),
    ("genericEphemeralVolume",
     [{"volumeName": "v", "mountPath": "/v", "accessModes": ["ReadWriteOnce"], "size": "5Gi", "defaultStorageClass": True}],
     'add_ephemeral_volume(train, volume_name="v", mount_path="/v", access_modes=["ReadWriteOnce"], size="5Gi")'),
    ("genericEphemeralVolume",
     [{"volumeName": "v", "mountPath": "/v", "accessModes": ["ReadWriteOnce"], "size": "5Gi", "storageClassName": "fast",
       "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}],
     'add_ephemeral_volume(train, volume_name="v", mount_path="/v", access_modes=["ReadWriteOnce"], size="5Gi", '
     'storage_class_name="fast", labels={"a": "b"}, annotations={"c": "d"})'),
    ("genericEphemeralVolume", [{"volumeName": "v", "mountPath": "/v", "accessModes": ["ReadWriteOnce"], "size": "5Gi"}],
     'add_ephemeral_volume(train, volume_name="v", mount_path="/v", access_modes=["ReadWriteOnce"], size="5Gi", '
     'storage_class_name="")'),
    ("nodeSelector", {"labels": {"disk": "ssd"}}, 'add_node_selector(train, "disk", "ssd")'),
    ("nodeSelector", {"nodeSelectorJson": constant({"disk": "ssd"})}, 'add_node_selector_json(train, {"disk": "ssd"})'),
    ("nodeSelector", {"nodeSelectorJson": {"componentInputParameter": "map"}}, "add_node_selector_json(train, map)"),
    ("nodeAffinity", [{"matchExpressions": IN_A_ZONE}],
     'add_node_affinity(train, match_expressions=[{"key": "zone", "operator": "In", "values": ["a", "b"]}])'),
    ("nodeAffinity", [{"matchFields": [{"key": "metadata.name", "operator": "Exists"}], "weight": 50.0}],
     'add_node_affinity(train, match_fields=[{"key": "metadata.name", "operator": "Exists"}], weight=50)'),
    ("nodeAffinity", [{"nodeAffinityJson": constant({})}], "add_node_affinity_json(train, {})"),
    ("nodeAffinity", [{"nodeAffinityJson": constant(ONLY_IN_A_ZONE)}],
     'add_node_affinity_json(train, {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": '),
    ("nodeAffinity", [{"nodeAffinityJson": {"componentInputParameter": "map"}}], "add_node_affinity_json(train, map)"),
    ("tolerations", [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoExecute", "tolerationSeconds": "60"}],
     'add_toleration(train, key="gpu", operator="Equal", value="yes", effect="NoExecute", toleration_seconds=60)'),
    ("tolerations", [{"operator": "Exists"}, {"tolerationJson": {"componentInputParameter": "map"}}],
     "add_toleration_json(train, map)"),
    ("podMetadata", {"labels": {"team": "search"}}, 'add_pod_label(train, "team", "search")'),
    ("podMetadata", {"annotations": {"note": "a \"b\""}}, 'add_pod_annotation(train, "note", "a \\"b\\"")'),
    ("securityContext", {"runAsUser": "1000", "runAsGroup": "0", "runAsNonRoot": True},
     "set_security_context(train, run_as_user=1000, run_as_group=0, run_as_non_root=True)"),
    ("securityContext", {"runAsNonRoot": False}, "set_security_context(train, run_as_non_root=False)"),
    ("activeDeadlineSeconds", "3600", "set_timeout(train, 3600)"),
    ("imagePullPolicy", "Always", 'set_image_pull_policy(train, "Always")'),
    ("imagePullSecret", [{"secretName": "a"}, {"secretNameParameter": constant("b")}],
     'set_image_pull_secrets(train, ["a", "b"])'),
    ("imagePullSecret", [{"secretNameParameter": AT_RUN_TIME}], "set_image_pull_secrets(train, [name])"),
    ("fieldPathAsEnv", [{"name": "POD", "fieldPath": "metadata.name"}],
     'use_field_path_as_env(train, "POD", "metadata.name")'),
]  # fmt: skip


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(("setting", "value", "call"), ROWS)
def test_a_setting_is_a_call_that_makes_it(setting: str, value: Any, call: str) -> None:
    source, problem = written({setting: value})
    assert problem == ""
    assert call in source


@pytest.mark.usefixtures("compiling_here")
def test_settings_stand_together() -> None:
    together = {"podMetadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}, "nodeSelector": {"labels": {"x": "y"}},
                "imagePullPolicy": "Never", "secretAsVolume": [{"secretName": "s", "mountPath": "/s"}] * 2}  # fmt: skip
    source, problem = written(together)
    assert problem == ""
    assert source.count("kubernetes.") == 6


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("podAffinity", [{"topologyKey": "zone"}], "podAffinity of exec-train"),
        ("enabledSharedMemory", {"size": "1Gi"}, "enabledSharedMemory of exec-train"),
        ("somethingNew", [{"name": "wait"}], "somethingNew is no field of KubernetesExecutorConfig"),
        ("configMapAsVolume", [{"configMapName": "m", "configNameParameter": constant("m"), "mountPath": "/m"}],
         "configNameParameter is no field of ConfigMapAsVolume"),
        ("securityContext", {}, "securityContext of exec-train (it is empty)"),
        ("securityContext", {"privileged": True}, "privileged is no field of SecurityContext"),
        ("genericEphemeralVolume", [{"volumeName": "v", "defaultStorageClass": True, "storageClassName": "fast"}],
         "beside the default"),
        ("nodeAffinity", [{"nodeAffinityJson": constant({})}] * 2, "more than one nodeAffinityJson"),
        ("nodeAffinity", [{"nodeAffinityJson": constant({}), "weight": 1}], "terms beside nodeAffinityJson"),
        ("nodeAffinity", [{"matchFields": [{"key": "zone", "operator": "Near"}]}], "Invalid operator 'Near'"),
        ("tolerations", [{"tolerationJson": constant({"key": "gpu"})}], "tolerationJson with a constant"),
        ("imagePullPolicy", "Sometimes", "Invalid imagePullPolicy"),
        ("secretAsEnv", [{"keyToEnv": SECRET_KEYS}], "its secretNameParameter is missing"),
        ("secretAsEnv", [{"secretName": "a", "secretNameParameter": constant("b"), "keyToEnv": SECRET_KEYS}],
         "secretAsEnv[0].secretName"),
        ("secretAsEnv", [{"secretName": "a", "keyToEnv": [SECRET_KEYS[0], {**SECRET_KEYS[0], "envVar": "AGAIN"}]}],
         "a key for two variables"),
        ("secretAsEnv", [{"secretNameParameter": {"componentInputParameter": "other"}, "keyToEnv": SECRET_KEYS}],
         "the input other"),
        ("secretAsEnv", "db", "secretAsEnv of exec-train"),
    ],
)  # fmt: skip
def test_what_no_call_makes_is_named(setting: str, value: Any, words: str) -> None:
    source, problem = written({setting: value})
    assert source == ""
    assert words in problem
