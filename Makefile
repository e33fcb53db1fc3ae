# Everything a contributor runs. Needs Go and make; what else a target uses
# (a Redis, Docker) it looks for, and says so where it goes without.

.DEFAULT_GOAL := help

GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)

# Tools are built once, through the Go module proxy; build/ is ignored.
GOLANGCI_VERSION := v2.15.0
GOLANGCI         := build/tools/golangci-lint-$(GOLANGCI_VERSION)
# gotestsum lists every skipped test with its reason, which go test hides.
GOTESTSUM_VERSION := v1.13.0
GOTESTSUM         := build/tools/gotestsum-$(GOTESTSUM_VERSION)
# benchstat takes medians of benchmarks, and compares two runs.
BENCHSTAT_VERSION := v0.0.0-20260908200009-22c9c6c9d4da
BENCHSTAT         := build/tools/benchstat-$(BENCHSTAT_VERSION)

# Files that real servers wrote, and where they are drilled.
RDB      ?= testdata/rdb/redis-7.0.15/streams
SNAPSHOT ?= testdata/node/legacy
TARGET   ?= auto

# Where goroutines meet. The other packages start none, and the race detector
# makes them ten times slower. Tests that show nothing more under it say so
# themselves (internal/race).
RACE_PACKAGES := $(addsuffix /...,$(wildcard ./cmd ./restore ./target ./verify)) ./fuzz
FUZZTIME      ?= 10s
# How many edits to draw as mutants, from what seed, in which directories (a
# pattern), and a file to which survivors are added.
DRAWN         ?=
SEED          ?= 1
IN            ?=
SURVIVED      ?=
# Flags of the benchmarks: `go run ./scripts/bench speed -help` lists them.
BENCHFLAGS    ?=
REDIS_IMAGE   ?= redrill-redis:local

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/redrill
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/redrill ./cmd/redrill

.PHONY: drill
drill: build ## drill an RDB file and a snapshot of real servers (RDB=path SNAPSHOT=path TARGET=auto)
	bin/redrill drill $(RDB) --target $(TARGET) --allow-embedded
	bin/redrill drill $(SNAPSHOT) --target $(TARGET) --allow-embedded

.PHONY: drill-all
drill-all: build ## drill every real snapshot on every target that works here (IMAGE=name)
	@IMAGE='$(IMAGE)' scripts/drill-all.sh

.PHONY: test
test: $(GOTESTSUM) ## run all tests; what needs a Redis says why it was skipped
	@$(GOTESTSUM) --format pkgname-and-test-fails -- ./...

.PHONY: race
race: ## run the tests of packages with goroutines with the race detector
	$(GO) test -race $(RACE_PACKAGES)

.PHONY: check
check: ## gofmt, go mod tidy, go vet, golangci-lint, test, race, clean workspace
	@scripts/check.sh '$(MAKE)' '$(GO)'

.PHONY: cross
cross: ## vet for the systems and word sizes that the tests do not run on
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOARCH=386 $(GO) vet ./...
	GOARCH=arm $(GO) build ./...

.PHONY: lint
lint: $(GOLANGCI) ## run golangci-lint, built on first use
	$(GOLANGCI) run ./...

.PHONY: vuln
vuln: ## look for known vulnerabilities, where their database answers
	@scripts/vuln.sh '$(GO)'

$(GOLANGCI):
	mkdir -p $(@D)
	GOFLAGS= GOBIN=$(CURDIR)/$(@D) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(@D)/golangci-lint $@

$(GOTESTSUM):
	mkdir -p $(@D)
	GOFLAGS= GOBIN=$(CURDIR)/$(@D) $(GO) install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)
	mv $(@D)/gotestsum $@

.PHONY: golden
golden: ## rewrite the golden files; review the diff
	@scripts/golden.sh '$(GO)'

.PHONY: fuzz
fuzz: ## fuzz each native fuzz target for a short time (FUZZTIME=10s)
	@scripts/fuzz.sh '$(GO)' $(FUZZTIME) FuzzDecode=./decoder/fsm FuzzDecodeRDB=./decoder/rdb FuzzReadDump=./dump

.PHONY: regress
regress: build ## replay every counterexample that was kept (TARGET=auto)
	bin/redrill replay --target $(TARGET) $(wildcard testdata/counterexamples/*/)

.PHONY: mutants
mutants: ## plant every known mistake and see that a test finds it (MUTANTS=1/4 for a shard), or random edits (DRAWN=200 SEED=1 IN=verify)
	$(GO) run ./scripts/mutants $(if $(MUTANTS),-shard $(MUTANTS)) $(if $(DRAWN),-drawn $(DRAWN) -seed $(SEED) -in '$(IN)' -survived '$(SURVIVED)')

$(BENCHSTAT):
	mkdir -p $(@D)
	GOFLAGS= GOBIN=$(CURDIR)/$(@D) $(GO) install golang.org/x/perf/cmd/benchstat@$(BENCHSTAT_VERSION)
	mv $(@D)/benchstat $@

.PHONY: bench
bench: build $(BENCHSTAT) ## measure decode, restore and verify on a million mixed keys (BENCHFLAGS='-keys=N -out=FILE')
	$(GO) run ./scripts/bench speed -benchstat $(BENCHSTAT) $(BENCHFLAGS)

.PHONY: bench-compare
bench-compare: $(BENCHSTAT) ## compare the files that two runs of bench kept (OLD=FILE NEW=FILE)
	$(BENCHSTAT) $(OLD) $(NEW)

.PHONY: bench-restore
bench-restore: ## keys/s of a restore beside redis-cli --pipe with the same commands
	$(GO) test ./restore -run '^$$' -bench '^BenchmarkRestoreBesidePipe$$' -benchtime 5x

.PHONY: bench-memory
bench-memory: build ## peak memory of decoding a large snapshot and a large key (BENCHFLAGS=-elements=N)
	$(GO) run ./scripts/bench memory $(BENCHFLAGS)

.PHONY: redis-image
redis-image: ## build a Redis image from the local redis-server, without a registry
	scripts/redis-image.sh $(REDIS_IMAGE)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin build
