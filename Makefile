# Two commands do all the set-up on a fresh machine: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
IMAGE ?= kfp-sagemaker:$(shell sed -n 's/^VERSION = "\(.*\)"/\1/p' components/kfp_sagemaker/version.py)

.PHONY: help demo test e2e e2e-stand-in equivalence lint generate bench coverage image resolve clean

help: ## List the targets.
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else "Python 3.11 to 3.13 is needed, and $(PYTHON) is %d.%d. Set PYTHON=python3.12, say." % v)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[local,samples]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo ## Run samples/digits on this machine: no AWS account, no cluster.
	$(BIN)/kfp-sagemaker local run samples/digits/pipeline.py --image digits-sample:1=samples/digits/container --output local_outputs

test: $(VENV)/.dev ## Run all tests.
	scripts/run-tests $(BIN)/python -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/e2e

e2e: $(VENV)/.dev ## Components on custom resources with a real Kubernetes API and ACK's controller (needs Go).
	E2E_CONTROLLER=ack $(BIN)/python -m pytest tests/e2e

e2e-stand-in: $(VENV)/.dev ## make e2e with a stand-in for ACK's controller, where that one cannot be built.
	E2E_CONTROLLER=stand-in $(BIN)/python -m pytest tests/e2e

equivalence: $(VENV)/.dev ## Run pipelines as they were and moved onto SageMaker, and compare what they leave.
	scripts/run-tests $(BIN)/python -n 2 tests/equivalence/every_pipeline.py tests/equivalence/large_parameters.py

lint: $(VENV)/.dev ## ruff, mypy --strict, import rules, drift of generated files.
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m kfp_sagemaker.generate --check
	$(BIN)/python -m kfp_sagemaker_converter.generate --check
	$(BIN)/python scripts/generate_algorithm_images.py --check
	$(BIN)/python scripts/generate_labeling_lambdas.py --check
	$(BIN)/python scripts/generate_instance_types.py --check
	$(BIN)/python scripts/generate_ack_fields.py --check tests/e2e/crds

generate: $(VENV)/.dev ## Write the generated files anew: component_specs, READMEs, stubs, pages of diagnostics and configuration.
	$(BIN)/python -m kfp_sagemaker.generate
	$(BIN)/python -m kfp_sagemaker_converter.generate

coverage: $(VENV)/.dev ## Convert all pipelines of ../shared/corpus, where they are, and write docs/coverage.md.
	$(BIN)/python scripts/measure_coverage.py $(COVERAGE)

bench: $(VENV)/.dev ## Measure start-up, polling, steps on custom resources and conversion.
	$(BIN)/python -m bench $(BENCH)

image: $(VENV)/.demo ## Build the components' image: make image IMAGE=repository:tag [BASE=python:3.11-slim]
	scripts/build-image $(IMAGE) $(if $(BASE),--base $(BASE))

resolve: $(VENV)/.dev ## Resolve base install and extras for Python 3.11, 3.12 and 3.13.
	@for version in 3.11 3.12 3.13; do for extras in "" --extra=dev --extra=gcpc --extra=oracle; do \
	  $(BIN)/uv pip compile --quiet --python-version $$version $$extras pyproject.toml --output-file /dev/null \
	    && echo "resolves: Python $$version $$extras" || exit 1; done; done

clean: ## Remove what was built and cached, the virtual environment too.
	rm -rf $(VENV) dist build local_outputs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .cache
