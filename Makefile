# `make demo` and `make test` are all a newcomer needs; each sets up what is missing first.

.PHONY: demo test build lint bench conformance clean setup

setup:
	@tools/setup.sh

# Everything, so that `npx selfsame` works here and node_modules/.bin/selfsame anywhere.
build: setup
	@npm run --silent build

# The main job on real software, with a verdict at the end.
demo: build
	@examples/demo.sh

# Types, lint, the C programs' tests, and the whole suite.
test: build
	npm run --silent typecheck
	npm run --silent lint
	$(MAKE) -s -C native test
	npm test --silent

lint: setup
	npm run --silent lint

# Against other people's programs, over the network where they need it; slower than the tests.
conformance: build
	@tools/conformance.sh

bench:
	@tools/setup.sh bench
	@npm run --silent build
	@npm run --silent bench

clean:
	rm -rf packages/*/dist node_modules/.cache coverage
	@if [ -d out ]; then rm -rf out || echo 'out/ holds files of a sandbox: remove it with selfsame store or as root'; fi
	@$(MAKE) -s -C native clean
