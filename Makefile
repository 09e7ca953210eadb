# make run   sets everything up and opens the program
# make test  sets everything up and runs every test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run setup system test lint bench package smoke soak clean

run: $(VENV)/.ready
	@packaging/linux/run.sh

setup: $(VENV)/.ready system

system:
	@packaging/linux/system_packages.sh all

$(VENV)/.ready: pyproject.toml packaging/linux/system_packages.sh
	@packaging/linux/system_packages.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[train,dev]'
	@touch $@

test: $(VENV)/.ready system
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest
	REMIXER_TEST_WITHOUT=PySide6,torch $(BIN)/python -m pytest -p no:pytest-qt -W ignore::pytest.PytestConfigWarning -m 'not gui and not torch and not slow'

lint: $(VENV)/.ready
	$(BIN)/ruff check remixer tests packaging
	$(BIN)/ruff format --check remixer tests packaging
	$(BIN)/mypy

bench: $(VENV)/.ready
	$(BIN)/remixer bench

package: $(VENV)/.ready system
	$(BIN)/python packaging/build.py

# what `package` made, installed into a clean system and used there
smoke: $(VENV)/.ready system
	$(BIN)/python packaging/smoke_test.py

# an hour of playing; SONGS=… names what is played
soak: $(VENV)/.ready system
	$(BIN)/python tests/playback/soak.py $(SONGS)

clean:
	rm -rf build dist $(VENV)
