"""The check of the documents finds links that lead nowhere and commands that fail."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_docs", ROOT / "Scripts" / "check-docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_docs"] = module
    spec.loader.exec_module(module)
    return module


check_docs = _load()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other.md").write_text(
        "# The *first* `part`, and more\n\n## Twice\n\n## Twice\n"
    )
    return tmp_path / "README.md"


def failed(page: Path, text: str) -> list[str]:
    page.write_text(text)
    found: list[str] = check_docs.failed_commands(page, Path("/bin/true"), page.parent)
    return found


@pytest.mark.parametrize("document", check_docs.documents(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_of_the_documents_leads_somewhere(document: Path) -> None:
    assert check_docs.broken_links(document) == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[a](docs/other.md)", ""),
        ("[a](docs/other.md#the-first-part-and-more)", ""),
        ("[a](docs/other.md#twice-1)", ""),
        ("[a](#top)", ""),
        ("[a](https://example.org/nothing)", ""),
        ("`[a](docs/none.md)`", ""),
        ("[a](docs/none.md)", "there is no docs/none.md"),
        ("[![b](docs/none.png)](docs/other.md)", "there is no docs/none.png"),
        ("[a](docs/other.md#second)", "docs/other.md has no heading #second"),
        ("[a](#bottom)", "README.md has no heading #bottom"),
        ("[a](../README.md)", "there is no ../README.md"),
    ],
)
def test_links_that_lead_nowhere_are_named(page: Path, link: str, problem: str) -> None:
    page.write_text(f"# Top\n\n{link}\n")
    problems = check_docs.broken_links(page, page.parent)
    assert problems == ([f"README.md:3: {problem}"] if problem else [])


def test_links_over_two_lines_are_followed(page: Path) -> None:
    page.write_text("a [text of\ntwo lines](docs/none.md)\n")
    assert check_docs.broken_links(page, page.parent) == ["README.md:2: there is no docs/none.md"]


def test_marked_blocks_run_in_their_order_and_folder(page: Path) -> None:
    text = """
<!-- prints: cat b -->
```
two   words
```

<!-- file: sub/a -->
```yaml
two words
and more
```

<!-- run -->
```sh
cp sub/a b
```

<!-- run -->
```python
assert open("b").read() == "two words\\nand more\\n"
```

```sh
exit 1      # has no mark
```
"""
    assert failed(page, text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<!-- run -->\n```sh\nfalse\ntrue\n```\n", "README.md:2: exit code 1"),
        ("<!-- run -->\n```sh\nfalse | cat\n```\n", "README.md:2: exit code 1"),
        ("<!-- run -->\n```python\n1 / 0\n```\n", "ZeroDivisionError"),
        ("<!-- run -->\n```yaml\na: 1\n```\n", "has the language sh or python"),
        ("<!-- prints: echo other -->\n```\nthis\n```\n", "does not print"),
        ("<!-- file: ../outside -->\n```\nthis\n```\n", "not a file of the scratch folder"),
        ("<!-- run -->\nno block\n", "stands before no block"),
        ("<!-- run -->\n", "not closed"),
    ],
)
def test_commands_that_fail_are_named(page: Path, text: str, problem: str) -> None:
    (found,) = failed(page, text)
    assert problem in found


def test_the_program_is_in_the_path(page: Path) -> None:
    page.write_text("<!-- run -->\n```sh\nframesweep-of-the-test\n```\n")
    program = page.parent / "bin" / "framesweep-of-the-test"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert check_docs.failed_commands(page, program, page.parent) == []
    program.unlink()
    assert check_docs.failed_commands(page, program, page.parent)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().split()) < 1100


def test_the_site_needs_no_network(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    if subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True).returncode:
        pytest.skip("the site is built from a git checkout")
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    command = [ROOT / "Scripts" / "docs.sh", tmp_path / "site"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 15
    for html in pages:
        for line in html.read_text().splitlines():
            assert '<script src="http' not in line and 'stylesheet" href="http' not in line, line
