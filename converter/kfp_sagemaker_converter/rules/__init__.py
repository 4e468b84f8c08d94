"""The rules that diagnostics come from, a module for each family of codes.

KSC1xx reading (from KSC111: compiling), KSC2xx the pipeline as it was written, KSC3xx which steps move, KSC4xx compute,
KSC5xx what a moved step runs, KSC6xx Kubernetes settings and secrets, KSC7xx the pipeline as it comes out (KSC72x: as Python),
KSC8xx configuration, KSC9xx the converter itself.
"""
