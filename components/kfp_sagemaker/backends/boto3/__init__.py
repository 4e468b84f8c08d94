"""The back end that calls SageMaker through boto3."""
