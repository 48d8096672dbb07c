# Two commands matter: `make run` and `make test`. Both do all the set-up.

.PHONY: run test setup assets build bench tidy security

## Serve on the embedded database. DEMO=2000 fills an empty workspace first; LISTEN, DATA as you like.
run: build
	@scripts/run

## Every test there is, on SQLite, on PostgreSQL and in a browser.
test:
	@scripts/setup test
	@scripts/test

## The program, optimised: target/release/sluice.
build:
	@scripts/setup run
	cargo build --release --package sluice

## The browser's part, built from assets/.
assets:
	@scripts/setup run

## The figures.
bench: build
	cargo xtask bench

## The rules of the house, by themselves.
tidy:
	cargo xtask tidy

## wapiti and sqlmap let loose on a running program; some ten minutes, and both are installed.
security:
	@scripts/setup run
	cargo build --package sluice
	cargo xtask security --install
