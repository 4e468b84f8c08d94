"""How a job reads a secret: lines of Python that leave the text of the secret ``arn`` of ``region`` in ``text``.

By boto3, or the AWS CLI where an image has that alone. They stand in programs that ``script`` and ``mounts`` start.
"""

from __future__ import annotations

SECRET_TEXT = """try:
    import boto3
    text = boto3.client("secretsmanager", region).get_secret_value(SecretId=arn)["SecretString"]
except ImportError:
    text = subprocess.check_output(["aws", "secretsmanager", "get-secret-value", "--region", region, "--secret-id", arn,
                                    "--query", "SecretString", "--output", "text"], text=True)
"""
