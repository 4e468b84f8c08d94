# The image that the components run in: Python, kfp-sagemaker and its base dependencies (no kfp), from wheels built
# beforehand, so that the build needs no network. scripts/build-image builds the wheels and then this.
# A pod runs `python3 -m kfp_sagemaker COMPONENT --executor-input ...` (component.yaml); there is no entry point here.
# Any image with Python 3.11 to 3.13 as python3, with venv, on glibc serves as BASE. What is added to it is 52 MB, of
# which botocore is 31: 120 MB on the base of `scripts/docker-engine base-image`.
ARG BASE=python:3.11-slim

FROM ${BASE} AS install
# By this, `docker image prune --filter label=...` finds what builders before BuildKit leave of this stage.
LABEL org.opencontainers.image.title="kfp-sagemaker"
# LICENSE is always there, so that an absent wheelhouse reaches the message below instead of "file not found".
COPY LICENSE dist/wheelhouse* /wheelhouse/
RUN if ! ls /wheelhouse/kfp_sagemaker-*.whl > /dev/null 2>&1; then \
      echo "There are no wheels in dist/wheelhouse. To build them and then this image:  scripts/build-image REPO:TAG" >&2; \
      exit 1; \
    fi
# pip is not needed afterwards. Unchecked byte code is loaded without a look at the source, whose time a copy may change.
RUN python3 -m venv /opt/kfp-sagemaker \
 && /opt/kfp-sagemaker/bin/pip install --no-index --find-links /wheelhouse --no-cache-dir --no-compile kfp-sagemaker \
 && /opt/kfp-sagemaker/bin/pip uninstall --yes --quiet pip setuptools \
 && /opt/kfp-sagemaker/bin/python3 -m compileall -q --invalidation-mode unchecked-hash /opt/kfp-sagemaker

FROM ${BASE}
COPY --from=install /opt/kfp-sagemaker /opt/kfp-sagemaker
ENV PATH=/opt/kfp-sagemaker/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
# The user below cannot write byte code, and Python images come without the standard library's, so that every start would
# compile it again (0.7 s instead of 0.4 s to the first client): these imports leave it for what a step loads.
RUN python3 -c 'import boto3, kfp_sagemaker.entrypoint, kfp_sagemaker.faces.registry, kfp_sagemaker.lifecycle.run, \
kfp_sagemaker.backends.boto3.backend, kfp_sagemaker.backends.ack.backend, kfp_sagemaker.backends.ack.kubeconfig, yaml, \
kfp_sagemaker.container_step.launch, kfp_sagemaker.container_step.results; boto3.client("sagemaker", region_name="us-east-1")'
# A number, because Kubernetes cannot check runAsNonRoot against a name.
USER 65532:65532
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kfp-sagemaker" \
      org.opencontainers.image.description="Kubeflow Pipelines components that run steps on Amazon SageMaker" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
