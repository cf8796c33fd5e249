# nissl. Two commands are enough on a new machine with Go, git and make:
#   make demo    set up what is missing, build, map a real recording
#   make test    set up what is missing, run all tests
# `make help` lists the rest.

GO      ?= go
BIN     ?= bin/nissl
TIMEOUT ?= 30m
FUZZ    ?= 10s

.PHONY: help setup build web demo test quick lint bench fuzz doctor clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing: C compiler, libhdf5, the CPU accelerator
	@GO=$(GO) sh scripts/setup.sh

build: setup ## leave the program at bin/nissl
	@GO=$(GO) sh scripts/web.sh --stale
	@if [ -e $(BIN) ]; then echo "build: $(BIN)"; else echo "build: $(BIN) (the first time compiles all libraries, a minute or two)"; fi
	@$(GO) build -o $(BIN) ./cmd/nissl

web: ## build the studio's pages from web/ (sets up Node and its packages; 'make build' needs neither)
	@GO=$(GO) sh scripts/web.sh

demo: build ## map an embedded recording of a human brain and say how to look at it
	@$(BIN) demo

test: setup ## run all tests, lint and browser included (set NISSL_DATA for those on larger recordings)
	@GO=$(GO) sh scripts/setup.sh tests
	$(GO) test -timeout $(TIMEOUT) ./...

quick: ## run the short tests only, without set-up or lint
	$(GO) test -short -timeout $(TIMEOUT) ./...

lint: ## gofmt, go vet and staticcheck over the whole tree
	$(GO) test -count=1 -timeout $(TIMEOUT) -v ./internal/archtest ./internal/lint

bench: ## list the comparisons with other programs and the Go benchmarks
	@sh scripts/bench.sh

fuzz: setup ## fuzz every reader for a short while each (FUZZ=10s)
	@GO=$(GO) FUZZ=$(FUZZ) sh scripts/fuzz.sh

doctor: build ## what this machine has and lacks
	@$(BIN) doctor

clean: ## remove the built program
	rm -rf bin
