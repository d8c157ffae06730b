# `make` lists the targets. The programs it needs are Go and Node; the rest comes from Debian by `make setup`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# What may be set on the command line: make run DATA=/srv/citygrid ARGS='--listen 127.0.0.1:9090'
DATA ?=#      data folder; empty: /var/lib/citygrid for root, else below the user's data home
ARGS ?=#      more arguments for `citygrid serve`
FUZZTIME ?= 5s
BENCH ?=#     parts of the benchmarks, such as locate,http; empty: all, into docs/benchmarks.md
FOR ?= 10m#   how long make torture goes on
SEED ?= $(shell date +%s)# what it draws by
WHAT ?=#      what make torture tortures: locator or imports; empty: one after the other

CONSOLE := api/console
PAGES := $(CONSOLE)/dist/map.html
PAGE_SOURCES := $(shell find $(CONSOLE) \( -name node_modules -o -name dist -o -name tests -o -name test-results -o -name playwright-report \) \
	-prune -o -type f ! -name '*.go' -print 2>/dev/null)
TEST_PARTS := setup-test build check test-go test-fuzz test-console
MODULES := $(CONSOLE)/node_modules/.package-lock.json
GO_FILES = $$(find . -name node_modules -prune -o -name '*.go' -print)
# Without a repository that git trusts there is no version to stamp into the binary, and go build would fail looking for one.
VCS := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false)

.PHONY: help run build setup setup-test setup-bench setup-clients test check test-go test-fuzz test-console screenshots clients bench torture torture-locator torture-imports clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: setup build ## install what is missing, build, and serve the city of Yichang on http://127.0.0.1:8080
	@exec bin/citygrid serve --city yichang $(if $(strip $(DATA)),--data '$(strip $(DATA))') $(ARGS)

build: $(PAGES) ## build the pages and bin/citygrid
	go build -trimpath -buildvcs=$(VCS) -o bin/citygrid ./cmd/citygrid

setup: ## install PostgreSQL and PostGIS where they are missing
	@scripts/setup run

setup-test: ## install what the tests use besides
	@scripts/setup test

setup-bench: ## install what the benchmarks use besides
	@scripts/setup bench

setup-clients: ## install what the map clients need besides: QGIS, some 170 packages
	@scripts/setup clients

test: ## all tests: what CI runs
	@for part in $(TEST_PARTS); do start=$$SECONDS; $(MAKE) $$part; echo "test: $$part took $$((SECONDS - start)) s"; done

check: ## gofmt, go vet, shellcheck
	@unformatted=$$(gofmt -l $(GO_FILES)); if [[ -n $$unformatted ]]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	shellcheck scripts/* .ci/run

# The tests of the program import the census some thirty times through processes of their own: under the race detector that takes four times as long, and
# what runs concurrently in it is under the race detector in its packages.
PROGRAM := citygrid/cmd/citygrid

test-go: ## Go tests, those of the packages under the race detector
	go test -race -timeout 30m $$(go list ./... | grep -v '^$(PROGRAM)$$')
	go test -timeout 30m $(PROGRAM)

test-fuzz: ## each fuzz target for FUZZTIME
	@scripts/fuzz $(FUZZTIME)

test-console: $(MODULES) build ## types, unit tests and browser tests of the pages
	cd $(CONSOLE) && npm test

screenshots: $(MODULES) build ## draw the pictures in docs anew, from the pages as they are
	cd $(CONSOLE) && npm run screenshot

clients: setup-clients $(MODULES) build ## have GDAL, QGIS, OpenLayers and MapLibre read Yichang, print the table of docs/clients.md, draw docs/qgis.png
	@scripts/clients

bench: setup-bench ## measure beside plain methods; the whole takes 35 minutes and writes docs/benchmarks.md
	go run -buildvcs=$(VCS) ./cmd/bench -only '$(strip $(BENCH))' -write docs/benchmarks.md

torture: $(if $(strip $(WHAT)),torture-$(strip $(WHAT)),torture-locator torture-imports) ## torture-locator and torture-imports, or the one that WHAT names

torture-locator: ## try for FOR, by chance of SEED, to make the locator answer wrongly while the database is killed
	go test -race -v -count=1 -parallel 4 -timeout 0 ./internal/torture -args -for '$(strip $(FOR))' -seed '$(strip $(SEED))'

torture-imports: ## kill, cut and fill the disk at every database call of an import; the table goes into docs/reliability.md
	go test -v -count=1 -parallel 1 -timeout 0 ./internal/torture/imports -args -all -seed '$(strip $(SEED))' -write '$(CURDIR)/docs/reliability.md'

clean: ## remove what was built; data folders stay
	rm -rf bin $(CONSOLE)/node_modules $(CONSOLE)/test-results $(CONSOLE)/playwright-report
	find $(CONSOLE)/dist -mindepth 1 ! -name .gitkeep -delete

$(MODULES): $(CONSOLE)/package-lock.json
	cd $(CONSOLE) && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
	@touch $@

$(PAGES): $(PAGE_SOURCES) $(MODULES)
	cd $(CONSOLE) && npm run build
	@touch $@
