"""Back ends: how calls are carried out. They know botocore or Kubernetes; nothing above them does."""
