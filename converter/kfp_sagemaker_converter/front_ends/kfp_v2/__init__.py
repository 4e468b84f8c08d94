"""KFP 2: the IR that ``kfp dsl compile`` writes, as YAML or JSON, wrapped or bare, and the DSL source it is compiled from.

https://www.kubeflow.org/docs/components/pipelines/reference/ and api/v2alpha1/pipeline_spec.proto of kubeflow/pipelines.
"""
