"""Running a pipeline on this machine: what KFP's launcher and driver do around a step, over :mod:`kfp.local`.

``kfp-sagemaker local run`` is the only user. Product code never asks whether it runs here: a step gets
the executor input, the ``/s3`` mapping and the endpoint that it would have in a pod.
"""
