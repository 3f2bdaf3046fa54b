# `make train` and `make test` install first where that is needed.
PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/.installed

# GeNN's bridge needs older versions of Brian2 and NumPy: an environment of its own.
VENV_GENN := .venv-genn
INSTALLED_GENN := $(VENV_GENN)/.installed

.PHONY: install install-genn train test test-faults test-versions test-devices test-genn \
	genn-library bench docs lint

install: $(INSTALLED)

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --editable '.[dev]'
	touch $@

install-genn: $(INSTALLED_GENN)

$(INSTALLED_GENN): pyproject.toml
	$(PYTHON) -m venv $(VENV_GENN)
	$(VENV_GENN)/bin/python -m pip install --editable '.[dev,genn]'
	touch $@

train: $(INSTALLED)
	$(VENV)/bin/spide train digits

test: $(INSTALLED)
	$(VENV)/bin/python -m pytest

# Damaged files, full disks, kills, two writers: right results or one sentence.
test-faults: $(INSTALLED)
	$(VENV)/bin/python -m pytest -m faults tests/faults

# The core of the tests on every Python that is found among those supported, as a table.
test-versions: $(INSTALLED)
	$(VENV)/bin/python -m tests.versions

# What compiles whole programs: C++ standalone, and GeNN where it is found. One after the other:
# each compilation takes all cores.
test-devices: $(INSTALLED)
	$(VENV)/bin/python -m pytest -n0 -m devices

# The devices on the older Brian2; what needs GeNN itself is skipped where GENN_PATH names none, and
# what needs OpenCL where it finds no device. SPIDE_TEST_CACHE may name a folder that keeps the programs
# of the tests on OpenCL.
test-genn: $(INSTALLED_GENN) genn-library
	$(VENV_GENN)/bin/python -m pytest -n0 -rs -W ignore::DeprecationWarning -m "not full" \
		tests/networks/devices tests/training/methods/test_devices.py tests/training/cli/test_doctor.py \
		tests/benchmarks/test_device_profile.py tests/test_environment.py

# GeNN's own library for its backends of the CPU and OpenCL: it takes minutes on a busy machine, so
# it is made before the tests with their time limits.
OPENCL_PATH ?= /usr
genn-library:
ifdef GENN_PATH
	$(MAKE) -C $(GENN_PATH)/src/genn/genn
	$(MAKE) -C $(GENN_PATH)/src/genn/backends/single_threaded_cpu
ifneq ($(wildcard $(OPENCL_PATH)/include/CL/opencl.h),)
	$(MAKE) -C $(GENN_PATH)/src/genn/backends/opencl OPENCL_PATH=$(OPENCL_PATH)
endif
endif

# The folder of the MNIST files, as torchvision reads them.
DATA_DIR ?= data

bench: $(INSTALLED) $(if $(GENN_PATH),$(INSTALLED_GENN))
	$(VENV)/bin/python -m benchmarks --data-dir $(DATA_DIR) \
		$(if $(GENN_PATH),--genn-python $(VENV_GENN)/bin/python)

# The site, from docs/, notebooks/ and the docstrings, without network; a warning is an error.
docs: $(INSTALLED)
	$(VENV)/bin/python -m pip install --quiet --editable '.[docs]'
	$(VENV)/bin/python -m sphinx --fail-on-warning --keep-going -q -c docs . docs/_build/html

lint: $(INSTALLED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
