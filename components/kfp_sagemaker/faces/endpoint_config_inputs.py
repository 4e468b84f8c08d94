"""Inputs on CreateEndpointConfig that several faces share: the API's own fields, optional all of them.

The variants, the name and the KMS key have other names in other faces, and are declared there.
"""

from __future__ import annotations

from kfp_sagemaker.faces.inputs import Input, InputType

#: The operation that they go to.
CONFIG = "CreateEndpointConfig"

CAPTURE_AND_ASYNC_INPUTS = (
    Input("data_capture_config", InputType.OBJECT, "Capture of requests and responses in S3, as in the API.", default="{}",
          target=f"{CONFIG}.DataCaptureConfig"),
    Input("async_inference_config", InputType.OBJECT, "Asynchronous inference, as in the API.", default="{}",
          target=f"{CONFIG}.AsyncInferenceConfig"),
)

MORE_CONFIG_INPUTS = (
    Input("shadow_production_variants", InputType.ARRAY, "Variants that get copies of the requests, as in the API.",
          default="[]", target=f"{CONFIG}.ShadowProductionVariants", advanced=True),
    Input("explainer_config", InputType.OBJECT, "Online explanations, as in the API (existing Clarify customers).",
          default="{}", target=f"{CONFIG}.ExplainerConfig", advanced=True),
    Input("execution_role_arn", InputType.STRING, "ARN of the IAM role of an endpoint with inference components.",
          default="", target=f"{CONFIG}.ExecutionRoleArn", advanced=True),
    Input("vpc_config", InputType.OBJECT, "VpcConfig of an endpoint with inference components, as in the API.", default="{}",
          target=f"{CONFIG}.VpcConfig", advanced=True),
    Input("enable_network_isolation", InputType.BOOL, "Give the containers of inference components no network.",
          default="False", target=f"{CONFIG}.EnableNetworkIsolation", encode=lambda given: given or None, advanced=True),
    Input("metrics_config", InputType.OBJECT, "MetricsConfig as in the API.", default="{}", target=f"{CONFIG}.MetricsConfig",
          advanced=True),
    Input("cross_region_traffic_config", InputType.OBJECT, "CrossRegionTrafficConfig as in the API.", default="{}",
          target=f"{CONFIG}.CrossRegionTrafficConfig", advanced=True),
)
