# Everything one does with Hearth, by name. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Build products go where cargo is told to put them, otherwise into ./target.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
export CARGO_TARGET_DIR := $(TARGET)

WEB_INSTALLED := web/node_modules/.package-lock.json
WEB_SOURCES := $(shell find web/src web/public web/scripts web/index.html web/vite.config.ts -type f -not -name '*.test.*')
# Exactly what the lock file names. Not `npm ci`: it refuses a lock file that was written on Linux and so names only the Linux
# builds of native tools.
NPM_INSTALL := npm install --no-save --no-audit --no-fund
DEBUG_HEARTH := $(TARGET)/debug/hearth

.PHONY: help build run dev check test test-rust test-web test-stock test-e2e generate screenshots bench bench-peer torture audit tools

help: ## Lists what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

build: tools web/dist/index.html ## Builds the release binary with the client inside
	HEARTH_CLIENT="$$(cksum < web/dist/index.html)" cargo build --release --locked --package hearth-server --bin hearth
	@echo "built $(TARGET)/release/hearth"

run: build ## Builds and serves on http://localhost:3000, with ./data
	HEARTH_DATA="$${HEARTH_DATA:-data}" exec $(TARGET)/release/hearth serve

dev: tools $(WEB_INSTALLED) ## Server and client, both reloaded when a file changes
	node scripts/dev.mjs

check: tools $(WEB_INSTALLED) ## Format, lints, types, arrows, generated files
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	cargo test --quiet --locked --package hearth-protocol --test typescript
	cargo test --quiet --locked --package hearth-server --test tidy --test licences
	cargo run --quiet --locked --package hearth-server --bin hearth -- config | diff config.example.toml - \
		|| { echo 'config.example.toml is stale: run make generate'; exit 1; }
	cd web && npm run --silent check

test: test-rust test-web test-stock test-e2e ## Runs every test, in a real browser too

test-rust: tools web/dist/index.html $(DEBUG_HEARTH)
	HEARTH_BIN=$(DEBUG_HEARTH) cargo test --workspace --locked

test-web: $(WEB_INSTALLED) $(DEBUG_HEARTH)
	cd web && HEARTH_BIN=$(DEBUG_HEARTH) npm test

test-stock: $(DEBUG_HEARTH) $(TARGET)/debug/examples/conformance
	scripts/ensure.sh python
	tests/stock/run.sh $(TARGET)/debug/examples/conformance

test-e2e: $(WEB_INSTALLED) web/dist/index.html $(DEBUG_HEARTH)
	scripts/ensure.sh chromium
	cd web && HEARTH_BIN=$(DEBUG_HEARTH) npm run e2e

generate: ## Rewrites the files that are made from code
	UPDATE_GENERATED=1 cargo test --quiet --locked --package hearth-protocol --test typescript
	cargo run --quiet --locked --package hearth-server --bin hearth -- config > config.example.toml.new
	mv config.example.toml.new config.example.toml

screenshots: $(WEB_INSTALLED) web/dist/index.html $(DEBUG_HEARTH) ## Takes a picture of every page, size and theme into target/screenshots
	scripts/ensure.sh chromium
	cd web && HEARTH_BIN=$(DEBUG_HEARTH) SCREENSHOTS=$(TARGET)/screenshots node --test e2e/pages.test.mjs

bench: build ## Loads a local server and prints its figures
	cargo build --release --locked --package hearth-bench
	ulimit -n "$$(ulimit -Hn)" && $(TARGET)/release/hearth-bench --server $(TARGET)/release/hearth

bench-peer: build ## The same load against a minimal Node socket.io server, and the ratios
	cargo build --release --locked --package hearth-bench
	cd bench/peer-node && $(NPM_INSTALL)
	ulimit -n "$$(ulimit -Hn)" && $(TARGET)/release/hearth-bench --server $(TARGET)/release/hearth --peer bench/peer-node

torture: $(DEBUG_HEARTH) ## Breaks a server and its network for 60 s under clients that must lose nothing; SECONDS=600 and SEED=… change that
	cargo run --quiet --locked --package hearth-bench -- torture --server $(DEBUG_HEARTH) --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

audit: $(WEB_INSTALLED) ## Asks the advisory lists about the dependencies (needs the network and cargo-deny)
	cargo deny check
	cd web && npm audit --omit=dev

tools:
	@scripts/ensure.sh cc cargo node

$(WEB_INSTALLED): web/package.json web/package-lock.json
	scripts/ensure.sh node
	cd web && $(NPM_INSTALL)
	touch $@

web/dist/index.html: $(WEB_INSTALLED) $(WEB_SOURCES)
	cd web && npm run --silent build
	touch $@

# cargo decides what is stale, so these are always asked for.
.PHONY: $(DEBUG_HEARTH) $(TARGET)/debug/examples/conformance
$(DEBUG_HEARTH): tools
	cargo build --locked --package hearth-server --bin hearth
$(TARGET)/debug/examples/conformance: tools
	cargo build --locked --package hearth-server --example conformance
