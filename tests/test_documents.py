"""The documents promise only what is there."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from tools.serving import ROOT

DOCUMENTS = sorted(
    file
    for pattern in ("*.md", "docs/*.md", "assets/*/README.md", "models/*/README.md")
    for file in ROOT.glob(pattern)
)
RULE = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
TARGET = re.compile(r"(?:`|^    (?:\$ )?)make ([a-z][a-z-]*)", re.MULTILINE)
TOOL = re.compile(r"python -m (tools\.[a-z_]+)")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def targets() -> set[str]:
    return set(RULE.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def named(document: Path, pattern: re.Pattern[str]) -> set[str]:
    return set(pattern.findall(document.read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_what_a_document_names_is_there(document: Path) -> None:
    assert named(document, TARGET) <= targets()
    for tool in named(document, TOOL):
        place = ROOT / tool.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), tool
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        assert (document.parent / link).exists(), link


def test_every_target_is_phony_and_documented() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (phony,) = re.findall(r"^\.PHONY:(.*)$", text, re.MULTILINE)
    assert set(phony.split()) == targets()
    contributing = named(ROOT / "CONTRIBUTING.md", TARGET)
    assert targets() <= contributing | named(ROOT / "README.md", TARGET)


def test_tools_import_no_test() -> None:
    for file in (*(ROOT / "tools").glob("*.py"), *(ROOT / "recommender").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("tests"), file


def test_the_hooks_run_the_checks_of_make() -> None:
    checks = re.findall(
        r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    (commands,) = (text.replace("$(BIN)", ".venv/bin") for text in checks)
    hooks = re.findall(r"entry: (.*)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert len(hooks) == len(commands.splitlines())
    for hook in hooks:
        program = hook.replace(" --force-exclude", "")
        assert program in commands.replace(" .\n", "\n"), hook


def test_the_compose_file_names_what_it_has() -> None:
    compose = yaml.safe_load((ROOT / "docs/compose.yaml").read_text(encoding="utf-8"))
    services, volumes = compose["services"], compose["volumes"]
    for name, service in services.items():
        assert ("image" in service) != ("build" in service), name
        assert set(service.get("depends_on", ())) <= services.keys()
        for mount in service.get("volumes", ()):
            source = mount.split(":")[0]
            assert source in volumes or source[0] == "/" or (ROOT / "docs" / source).is_file()
    document = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    profiles = {profile for service in services.values() for profile in service["profiles"]}
    assert set(re.findall(r"--profile ([a-z]+)", document)) == profiles
    variables = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docs/compose.yaml").read_text()))
    assert variables == set(re.findall(r"^    ([A-Z0-9_]+)=", document, re.MULTILINE))
    proxy = (ROOT / "docs/proxy.conf.template").read_text(encoding="utf-8")
    given = services["proxy"]["environment"]
    assert set(re.findall(r"\$\{([A-Z0-9_]+)\}", proxy)) <= given.keys()
    assert "hash $visitor consistent" in proxy  # a visitor stays with one page server
