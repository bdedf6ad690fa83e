PREFIX ?= $(HOME)/.local

.PHONY: help demo check check-mpich build install uninstall docs format clean

help:
	@echo 'make demo     build framesweep, run jobs/quickstart.yaml, draw a figure of the results'
	@echo 'make check    lint, build, all tests, sweeps under MPI compared bit for bit'
	@echo 'make check-mpich   build with MPICH, run the tests that start MPI'
	@echo 'make build    build framesweep (release)'
	@echo 'make install PREFIX=DIR   install it, with completions and a manual page (~/.local)'
	@echo 'make uninstall PREFIX=DIR   remove what that installed'
	@echo 'make docs     build the documents as a site in site/'
	@echo 'make format   format the Swift files'
	@echo 'make clean    remove what the others made'

demo:
	Scripts/demo.sh

check:
	Scripts/check.sh

check-mpich:
	Scripts/check-mpich.sh

build:
	Scripts/setup.sh
	swift build -c release --product framesweep

install: build
	Scripts/install.sh "$(abspath $(PREFIX))" "$$(swift build -c release --show-bin-path)/framesweep"

uninstall:
	Scripts/install.sh --remove "$(abspath $(PREFIX))"

docs:
	Scripts/setup.sh --analysis
	Scripts/docs.sh

format:
	Scripts/format.sh

clean:
	rm -rf .build .build-* .venv demo site
