"""The back end that applies custom resources of the ACK SageMaker controller; what they look like is in custom_resources."""
