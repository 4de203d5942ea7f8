# Baton. `make` or `make help` lists what can be done; the list is made from the comments below.
SHELL := /bin/bash
.DEFAULT_GOAL := help
NPM := npm --silent

# Only a KUBECONFIG given on the command line of make selects a cluster; an exported one never does.
ifneq ($(origin KUBECONFIG),command line)
unexport KUBECONFIG
override KUBECONFIG :=
endif

# Node 24 itself comes as a package; npm runs on whatever Node the machine has, and would warn of that at length.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --loglevel error
	@touch $@

##@ Use
.PHONY: demo demo-cluster demo-cluster-down
demo: node_modules/.package-lock.json ## Roll an upgrade through 60 virtual nodes in this terminal (a minute; no root, no cluster)
	@$(NPM) run demo
demo-cluster: node_modules/.package-lock.json ## Bring up a real Kubernetes, deploy Baton, roll an upgrade through it and show it (root; KUBECONFIG=path IMAGE=name: your own cluster; INSTALL=no: install no Debian packages)
	@$(NPM) run demo:cluster -- $(if $(KUBECONFIG),--kubeconfig $(KUBECONFIG)) $(if $(IMAGE),--image $(IMAGE))
demo-cluster-down: node_modules/.package-lock.json ## Remove everything that make demo-cluster brought up
	@$(NPM) run cluster -- down --name demo

##@ Develop
# test/simulate/main.ts says what SCENARIO, SCHEDULE, SYSTEMATIC and SECONDS do.
SIMULATE_OPTIONS = $(foreach name,SEEDS SEED SECONDS SCENARIO SYSTEMATIC,$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) $($(name)))) $(if $(SCHEDULE),--schedule '$(SCHEDULE)')
.PHONY: simulate test test-unit test-adapter test-apiserver test-conformance test-kwok test-cluster lint format typecheck bench generate verify build
test: node_modules/.package-lock.json ## Run everything that proves it: lint, types, generated files, all tests (the first run builds Kubernetes, about 20 minutes; INSTALL=no: install no Debian packages)
	@$(NPM) run test:all
test-unit: node_modules/.package-lock.json ## Run the tests without I/O: decisions, texts, simulated rollouts
	$(NPM) test -- --selectProjects unit
test-adapter: node_modules/.package-lock.json ## Run the tests that need loopback only
	$(NPM) test -- --selectProjects adapter
test-apiserver: node_modules/.package-lock.json ## Run the tests against a real kube-apiserver (no root)
	$(NPM) test -- --selectProjects apiserver
test-conformance: node_modules/.package-lock.json ## Compare the embedded API server with a real kube-apiserver (no root)
	$(NPM) test -- --selectProjects conformance
test-kwok: node_modules/.package-lock.json ## Run the tests with a real control plane and simulated nodes (root)
	$(NPM) test -- --selectProjects kwok
test-cluster: node_modules/.package-lock.json ## Run the tests against real kubelets (root)
	$(NPM) test -- --selectProjects cluster
simulate: node_modules/.package-lock.json ## Simulate whole clusters with faults (SEEDS=100: this many; SEED=7: this one; SYSTEMATIC=20: each fault at up to 20 points of the reference runs)
	@$(NPM) run simulate -- $(SIMULATE_OPTIONS)
lint: node_modules/.package-lock.json ## Check style, imports between folders, and the purity of the core
	@$(NPM) run lint
	@$(NPM) run format:check
format: node_modules/.package-lock.json ## Format the sources
	@$(NPM) run format
typecheck: node_modules/.package-lock.json ## Check the types
	@$(NPM) run typecheck
bench: node_modules/.package-lock.json ## Measure what a decision costs, as a ratio to another measure of the same run
	@$(NPM) run bench
generate: node_modules/.package-lock.json ## Make types, reference documents and deployable copies from crds and charts
	@$(NPM) run generate
verify: node_modules/.package-lock.json ## Fail when something generated is stale
	@$(NPM) run generate -- --check
build: node_modules/.package-lock.json ## Bundle the product into dist/baton.mjs
	@$(NPM) run build

##@ Test cluster
.PHONY: cluster-up cluster-down cluster-list
NAME ?= dev
NODES ?= 3
KWOK ?= 0
cluster-up: node_modules/.package-lock.json ## Start a cluster (NAME=dev NODES=3 KWOK=0)
	@$(NPM) run cluster -- up --name $(NAME) --nodes $(NODES) --kwok $(KWOK)
cluster-down: node_modules/.package-lock.json ## Remove a cluster (NAME=dev)
	@$(NPM) run cluster -- down --name $(NAME)
cluster-list: node_modules/.package-lock.json ## List the clusters
	@$(NPM) run cluster -- list

##@ Help
.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
