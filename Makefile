# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make demo    install what the demo needs, and open it
#   make test    install what the tests need, and run them

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check format train benchmark timings lock clean

demo: $(VENV)/.demo
	$(BIN)/streamlit run app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_structure.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The article's model, from the article's data: make train STYLE=path/to/style
train: $(VENV)/.dev
	$(BIN)/python -m recommender import $(STYLE) --name style \
		--map image=file,category=product_name,brand=brand_name
	$(BIN)/python -m recommender train article --catalogue style --out models/article

benchmark: $(VENV)/.dev
	$(BIN)/python -m recommender benchmark

# How long a visitor waits, measured in a browser
timings: $(VENV)/.dev
	$(BIN)/python -m tests.ui.timings

# Pin today's versions of everything that requirements-dev.txt brings
lock:
	$(PYTHON) -m venv build/lock
	sed '/^-c/d' requirements.txt > build/lock/requirements.txt
	sed '/^-r/d' requirements-train.txt requirements-dev.txt >> build/lock/requirements.txt
	build/lock/bin/pip install -q -r build/lock/requirements.txt
	build/lock/bin/pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache test-output

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python requirements.txt constraints.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.demo requirements-train.txt requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	touch $@
