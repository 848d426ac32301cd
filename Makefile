# Needs git, make and a Python 3.10 or newer; everything else is installed into a private
# environment that entrypoint.py makes once and finds again.

PYTHON ?= python3
LOCKED = --universal --python-version 3.10 --generate-hashes --no-emit-index-url --quiet \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
develop = python=$$($(PYTHON) -I -B entrypoint.py --environment requirements-dev.txt) && "$$python"
# A release needs no more than pip, and most have one.
release = if $(PYTHON) -I -m pip --version >/dev/null 2>&1; then python=$(PYTHON); else $(develop) --version >/dev/null; fi && \
	"$$python" -B -m tools.release

# What decides and never acts. `--pure` fails a test that starts a process or a server.
module = $(addsuffix .py,$(addprefix tests/$(1)/test_,$(2)))
PURE = tests/markdown tests/oracles tests/settings tests/folder tests/store tests/sync \
	$(call module,files,find kinds names scale) \
	$(call module,report,fitting job_summary literal log redaction summary) \
	$(call module,publish,compose pull_request refusals) \
	$(call module,fakenotion,build) \
	$(addsuffix .py,$(addprefix tests/test_,architecture ci exact_json slug urls words))

.PHONY: help demo demo-restore quick test check lint lock readme golden fuzz soak kills look pictures bench release tags

help: ## list these commands
	@$(PYTHON) -I -c 'import re, sys; [print(f"make {name:12} {words}") for name, words in re.findall(r"(?m)^([\w-]+):.*?## (.*)", open(sys.argv[1]).read())]' $(firstword $(MAKEFILE_LIST))

demo: ## back up the built-in workspace into ./notion-demo (EDIT=1: change it first)
	@$(PYTHON) -I -B entrypoint.py --demo $(if $(EDIT),--edit)

demo-restore: ## the same, then restore a page of it, and compare the copy with the backup
	@$(PYTHON) -I -B entrypoint.py --demo --restore

quick: ## run the tests of what decides and never acts: seconds
	@export PYTHONDONTWRITEBYTECODE= ARRAYS=280; $(develop) -m pytest -q -n 2 --dist worksteal --pure $(PURE)

# Compiled modules are kept: each worker and each program that a test starts would compile everything again.
test: ## run every test
	@export PYTHONDONTWRITEBYTECODE=; $(develop) -m pytest -q -n auto --dist worksteal

check: lint test ## format, lint, strict types, tests

lint: ## only format, lint and strict types
	@$(develop) -m ruff format --check .
	@$(develop) -m ruff check .
	@$(develop) -m mypy backup fakenotion demo entrypoint.py tools bench

lock: ## write requirements*.txt from pyproject.toml (UPGRADE=1: newest versions)
	@$(develop) -m uv pip compile pyproject.toml $(LOCKED) -o requirements.txt
	@$(develop) -m uv pip compile pyproject.toml --group dev $(LOCKED) -c requirements.txt -o requirements-dev.txt

readme: ## write the list of settings into docs/settings.md, action.yml and .env.example
	@$(develop) -m tools.papers

golden: ## rewrite the expected Markdown of the golden tests; read the diff
	@$(develop) -m pytest -q -n auto tests --update-golden

fuzz: ## try 200,000 random rich texts against both hosts' parsers (ARRAYS=n for another number)
	@export ARRAYS=$(or $(ARRAYS),200000); $(develop) -m pytest -q -n auto tests/markdown/inline/test_inline_random.py

soak: ## run 5,000 random histories of edits, faults and kills (HISTORIES=n, SEED=n for others)
	@$(develop) -m tests.histories.soak $(or $(HISTORIES),5000) 2 $(SEED)

kills: ## kill restores of 200 random trees at every write (TREES=n, SEED=n for others)
	@$(develop) -m tests.restore.kills $(or $(TREES),200) $(or $(SEED),0)

look: ## take screenshots of the demonstration as the hosts show it (needs Chromium and npm)
	@$(develop) -m tools.look

pictures: ## retake the screenshots of the README (needs what look needs)
	@$(develop) -m tools.pictures

bench: ## measure the program against its floors (ARGS=--help for options)
	@$(develop) -m bench $(ARGS)

release: ## write build/release/notion-backup-….tar.gz, which works without a package index
	@$(release) build

tags: ## push the tags v1.2.3 and v1, which carries the packages (TO=address of the repository)
	@$(release) tags "$(or $(TO),origin)"
