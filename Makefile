# Each target does all its own set-up. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

# One more process than cores: some tests wait for processes of their own.
WORKERS := $(shell n=$$(( $$(getconf _NPROCESSORS_ONLN) + 1 )); echo $$(( n > 4 ? 4 : n )))

# Where images of Python turn it off, each of the hundreds of processes that tests start compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install run test matrix mutants check check-spec check-deploy fix bench acceptance gateways clients dist docs lock clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/dev ## Set up .venv with the locked versions, tests and checks included

run: .venv/run ## Serve the mock on http://127.0.0.1:4010 (options: make run ARGS="--port 8080")
	@$(BIN)/proofsheet serve $(ARGS)

test: .venv/dev ## Run the tests (options: make test ARGS="-k ledger")
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

mutants: .venv/dev ## Prove that the suite can fail: every mutant, then the clean mock with 20 seeds (minutes)
	$(BIN)/python tests/mutants/run.py $(ARGS)

check: .venv/dev ## Lint, types, layers, and the documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(TREE)
	cd .venv/tree && MYPYPATH=. ../bin/mypy --config-file ../../pyproject.toml --cache-dir ../mypy
	cd .venv/tree && ../bin/lint-imports --config ../../pyproject.toml --cache-dir ../grimp
	$(BIN)/proofsheet spec lint

check-spec: .venv/dev ## Spectral, Redocly and vacuum over every bundle (sets them up with npm, once)
	$(BIN)/python tests/spec/linters/run.py $(ARGS)

fix: .venv/dev ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev ## Measure speed beside the peers; writes bench/RESULTS.md (minutes)
	$(BIN)/python -m bench $(ARGS)

acceptance: .venv/dev ## Real clients against the mock: curl samples, litellm, Portkey's gateway
	tests/acceptance/setup.sh
	PROOFSHEET_ACCEPTANCE=required $(BIN)/python -m pytest -q tests/acceptance $(ARGS)

gateways: .venv/dev ## Judge real proxies in front of the mock; writes docs/gateways.md (some ten minutes)
	-gateways/setup.sh
	$(BIN)/python -m gateways $(ARGS)

matrix: .venv/dev ## Judge our doubles, some proxies, relays and mutants; the site is in build/matrix/site (minutes)
	-$(BIN)/python -m gateways mock nginx-default nginx-tuned haproxy --keep build/matrix/reports
	$(BIN)/python tests/mutants/run.py --reports build/matrix/reports \
	  one-api new-api cloudflare picture-jpeg-labelled-png error-wrapped-one-hub header-seed-lost flux openai-audio
	$(BIN)/proofsheet matrix build/matrix/reports --out build/matrix/site

clients: .venv/dev ## Generate clients in five languages, run them against the mock; writes docs/clients.md (minutes)
	-clients/setup.sh
	$(BIN)/python -m clients $(ARGS)
	PATH="$(CURDIR)/$(BIN):$$PATH" mvn -q -B -f clients/java-testing test

dist: .venv/dev ## Build the wheel and the sdist into dist/
	$(BIN)/python -m tests.distribution.build dist

docs: .venv/dev ## Build the site of the documentation into build/site (look: python3 -m http.server -d build/site)
	$(BIN)/mkdocs build --strict --quiet 

check-deploy: ## Lint and render the Helm chart, validate what comes out (sets up helm and kubeconform with Go, once)
	deploy/check.sh

lock: .venv/dev ## Lock the newest versions that pyproject.toml admits
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q pyproject.toml --upgrade $(EXTRAS) $(LOCK) -o requirements/run.txt
	$(BIN)/uv pip compile -q pyproject.toml --upgrade $(EXTRAS) --extra traces --extra docs --extra test --extra check $(LOCK) \
	  -c requirements/run.txt -o requirements/dev.txt

# The folders at the root, laid out as they are imported: what reads sources needs them so.
TREE = @rm -rf .venv/tree && mkdir -p .venv/tree && cp -a proofsheet .venv/tree/ \
  && cp -a $(PACKAGES) .venv/tree/proofsheet/
PACKAGES := spec traffic relay mockserver contracts

EXTRAS := --extra redis --extra metrics --extra tls
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean: ## Remove what the other targets made
	rm -rf .venv build *.egg-info bench/.work tests/acceptance/.work gateways/.work tests/spec/linters/.work clients/.work deploy/.work dist

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run: requirements/run.txt pyproject.toml | .venv/made
	@echo "setting up .venv (once, about half a minute) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	@echo "setting up .venv for tests (once, about half a minute) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
