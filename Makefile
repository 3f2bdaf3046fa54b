# `make train` and `make test` install first where that is needed.
PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/.installed

.PHONY: install train test bench lint

install: $(INSTALLED)

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --editable '.[dev]'
	touch $@

train: $(INSTALLED)
	$(VENV)/bin/spide train digits

test: $(INSTALLED)
	$(VENV)/bin/python -m pytest

# The folder of the MNIST files, as torchvision reads them.
DATA_DIR ?= data

bench: $(INSTALLED)
	$(VENV)/bin/python -m benchmarks.throughput --data-dir $(DATA_DIR)

lint: $(INSTALLED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
