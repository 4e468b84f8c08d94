"""The back end that applies custom resources of the ACK SageMaker controller."""
