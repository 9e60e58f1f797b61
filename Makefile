# make demo   make test   make test-all   make test-windows   make test-lowest   make test-newest   make docs
# make setup   make check   make web   make studies   make benchmark
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
POSE := $(VENV)/pose
WEB := core/kadita/evaluation/report/web
CORE := tests/base tests/school tests/plugins tests/models tests/io tests/evaluation tests/simulation tests/order \
  tests/entropy tests/python
# of old packages with each other; the last one NumPy itself ignores
QUIET := -W ignore::DeprecationWarning -W ignore::PendingDeprecationWarning -W ignore::FutureWarning \
  -W "ignore:numpy.ndarray size changed:RuntimeWarning"
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test test-all test-windows test-lowest test-newest setup check bytecode web schemas docs docs-outputs studies benchmark clean

## a school, its numbers and its picture, in out/
demo: $(VENV)/installed
	mkdir -p out
	$(BIN)/kadita run torus --every 20 --seed 1 -o out/school.nc --force
	$(BIN)/kadita topology out/school.nc out/school.pdb --force
	$(BIN)/kadita analyze out/school.nc -o out/school.csv --force
	$(BIN)/kadita plot out/school.nc -m polarization -m rotation -m state -o out/school.png --force
	$(BIN)/kadita report out/school.nc -o out/school.html --force
	@ls out

## the suite without its slow tests, real readers included; first what reads poses with a package, in an environment of
## its own
test: $(VENV)/developer $(POSE)/installed bytecode
	$(POSE)/bin/python -m pytest -q tests/tracks/pose_library
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

## the whole suite, half an hour on two cores
test-all: $(VENV)/developer $(POSE)/installed bytecode
	$(POSE)/bin/python -m pytest -q tests/tracks/pose_library
	$(BIN)/python -m pytest -n auto --dist worksteal

## the core of the suite, as kadita runs without what Windows lacks; tests/portability/start/left_out.py says what is left out
test-windows: $(VENV)/developer bytecode
	KADITA_WITHOUT=1 PYTHONPATH=$(CURDIR)/tests/portability/start $(BIN)/python -m pytest -n auto --dist worksteal \
	  -p left_out tests/base tests/io tests/school tests/simulation tests/evaluation/test_*.py \
	  tests/cli/test_commands.py tests/cli/test_follow.py tests/cli/test_live.py tests/cli/test_processes.py \
	  tests/cli/test_run_analyze.py tests/tracks/test_large_tables.py

## the environment alone
setup: $(VENV)/installed

## what the gate asks beside the tests
check: $(VENV)/developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# of the sources, which hundreds of processes of the tests import: a third of a second each, also where
# PYTHONDONTWRITEBYTECODE is set
bytecode: $(VENV)/installed
	$(BIN)/python -m compileall -q core plugins

## the core of the suite with the lowest versions that pyproject.toml allows, and with the newest
test-lowest: LEVEL := lowest-direct
test-newest: LEVEL := highest
test-lowest test-newest: $(VENV)/developer
	$(BIN)/uv venv --quiet --clear $(VENV)/$@
	$(BIN)/uv pip install --quiet --python $(VENV)/$@/bin/python --resolution $(LEVEL) --editable . "MDAnalysisTests>=2.8"
	$(BIN)/uv pip install --quiet --python $(VENV)/$@/bin/python pytest pytest-xdist hypothesis h5py gsd openpyxl \
	  jsonschema pyyaml pyproj
	$(VENV)/$@/bin/python -m pytest -n auto --dist worksteal -m "not slow" $(QUIET) $(CORE)

schemas: $(VENV)/installed
	$(BIN)/python -m kadita.simulation.sweep.schema schemas

## the page of reports, from its sources
web:
	cd $(WEB) && npm ci && npm run build

## the site of documentation, in out/site; warnings are errors
docs: $(VENV)/docs
	$(BIN)/sphinx-build -W --keep-going -q -j auto -b html -d out/site-cache docs out/site
	$(BIN)/python docs/builder/links.py out/site

## what the blocks of the tutorials print, into their pages
docs-outputs: $(VENV)/developer
	$(BIN)/python tests/shared/manual.py

## the table of docs/two-definitions.md, and the pictures
studies: $(VENV)/developer
	$(BIN)/python analyses/canonical_states/study.py
	$(BIN)/python analyses/hysteresis/study.py
	$(BIN)/python analyses/models/study.py
	$(BIN)/python analyses/models/pages.py
	$(BIN)/python analyses/models/pictures.py
	$(BIN)/python analyses/free_expansion/study.py
	$(BIN)/python analyses/entropy_production/study.py
	$(BIN)/python analyses/arrow_of_time/study.py
	$(BIN)/python analyses/report/picture.py

benchmark: $(VENV)/installed
	$(BIN)/python analyses/benchmark/benchmark.py

clean:
	rm -rf $(VENV) out build dist

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "kadita needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "$(PYTHON) lacks venv; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "installing kadita and what it needs into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/developer: $(VENV)/installed
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -c 'import ovito' 2>/dev/null \
	  || echo "note: OVITO lacks libGL or libEGL, its tests are skipped; on Debian: apt-get install libgl1 libegl1"
	@test -x /usr/bin/pymol \
	  || echo "note: VMD's reader is not here, its tests are skipped; on Debian: apt-get install pymol"
	@test -x /usr/bin/chromium -a -x /usr/bin/chromedriver \
	  || echo "note: no browser, tests of reports in one are skipped; on Debian: apt-get install chromium chromium-driver"
	@command -v npm >/dev/null \
	  || echo "note: npm is not here, the page of reports is not rebuilt; on Debian: apt-get install nodejs npm"
	@touch $@

$(VENV)/docs: $(VENV)/installed
	$(PIP) install --constraint constraints.txt --editable '.[docs]'
	@touch $@

# what the extra `pose` brings, beside the packages of the other environment, which it sees; PyTables writes references
$(POSE)/installed: $(VENV)/developer
	@echo "installing what reads poses into $(POSE) ..."
	@test -x $(POSE)/bin/python || $(BIN)/python -m venv $(POSE)
	@$(BIN)/python -c 'import site; print("import site; site.addsitedir(%r)" % site.getsitepackages()[0])' \
	  > $$($(POSE)/bin/python -c 'import site; print(site.getsitepackages()[0])')/others.pth
	$(POSE)/bin/python -m pip --quiet --disable-pip-version-check install --constraint constraints.txt \
	  --editable '.[pose]' tables
	@touch $@
