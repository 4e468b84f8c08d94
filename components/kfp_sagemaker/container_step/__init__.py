"""The container step: any KFP step, as its author wrote it, run as a SageMaker job.

``step_spec`` is what a moved step carries, ``ir`` puts it in the place of the step's container, the rest is what the pod does
with it (``launch``): resolve the original command, stage inputs, run a processing or training job, bring the outputs back.
"""
