"""Checks the documents: every link leads somewhere, and every marked command runs.

    .venv/bin/python Scripts/check-docs.py                       the links
    .venv/bin/python Scripts/check-docs.py .build/release/framesweep    the commands as well

CONTRIBUTING.md describes the comments that mark blocks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[1]

#: What a scratch folder has of the repository.
_LINKED = ("jobs", "analysis", "docs", "cluster", ".venv")
_FENCE = re.compile(r"^(`{3,}|~{3,})\s*(\w*)")
_MARK = re.compile(r"^<!-- (run|file|prints)(?:: (.*?))? -->$")
#: The end of a link: its text can begin on a line before, and hold a picture.
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")


@dataclass(frozen=True)
class Block:
    """A fenced block and the comment before it, if there is one."""

    line: int
    language: str
    text: str
    mark: str = ""
    argument: str = ""


def documents(root: Path = ROOT) -> list[Path]:
    """The documents that are checked."""
    pages = [*root.glob("*.md"), *root.glob("docs/*.md")]
    return sorted([*pages, *(root / f / "README.md" for f in ("analysis", "cluster", "jobs"))])


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a document. Raises `ValueError` for a mark without a block."""
    mark: re.Match[str] | None = None
    fence, language, start = "", "", 0
    body: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            if line.startswith(fence):
                words = (mark[1], mark[2] or "") if mark else ("", "")
                yield Block(start, language, "\n".join(body) + "\n", *words)
                fence, mark = "", None
            else:
                body.append(line)
            continue
        opening = _FENCE.match(line)
        if opening:
            fence, language, start, body = opening[1], opening[2], number, []
            continue
        found = _MARK.match(line.strip())
        if mark and (found or line.strip()):
            raise ValueError(f"line {number}: <!-- {mark[1]} --> stands before no block")
        mark = found or mark
    if fence or mark:
        raise ValueError("a block or a mark at the end is not closed")


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside fenced blocks, without code spans."""
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        opening = _FENCE.match(line)
        if fence:
            fence = "" if line.startswith(fence) else fence
        elif opening:
            fence = opening[1]
        else:
            yield number, re.sub(r"`[^`]*`", lambda code: "·" * len(code[0]), line)


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub and MkDocs make them."""
    found: set[str] = set()
    fence = ""
    for line in text.splitlines():
        opening = _FENCE.match(line)
        if fence:
            fence = "" if line.startswith(fence) else fence
            continue
        if opening:
            fence = opening[1]
            continue
        heading = re.match(r"^#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            name = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading[1]).lower()
            name = re.sub(r"[^\w\- ]", "", name).strip().replace(" ", "-")
            place, count = name, 0
            while place in found:
                count += 1
                place = f"{name}-{count}"
            found.add(place)
    return found


def broken_links(page: Path, root: Path = ROOT) -> list[str]:
    """The relative links of a document that lead nowhere, with their lines."""
    problems = []
    text = page.read_text(encoding="utf-8")
    for number, line in _prose(text):
        for target in _LINK.findall(line):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            path, _, anchor = unquote(target).partition("#")
            there = (page.parent / path).resolve() if path else page
            where = f"{page.relative_to(root)}:{number}"
            if not there.is_relative_to(root.resolve()) or not there.exists():
                problems.append(f"{where}: there is no {target}")
            elif anchor and anchor not in anchors(there.read_text(encoding="utf-8")):
                problems.append(f"{where}: {path or page.name} has no heading #{anchor}")
    return problems


def failed_commands(page: Path, program: Path, root: Path = ROOT) -> list[str]:
    """Runs the marked blocks of a document in a scratch folder, and says which ones failed."""
    try:
        marked = [block for block in blocks(page.read_text(encoding="utf-8")) if block.mark]
    except ValueError as error:
        return [f"{page.relative_to(root)}: {error}"]
    if not marked:
        return []
    environment = os.environ | {
        "PATH": f"{program.resolve().parent}{os.pathsep}{os.environ['PATH']}",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for linked in _LINKED:
            if (root / linked).exists():
                (folder / linked).symlink_to(root / linked)

        def run(*command: str, text: str = "") -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                command,
                cwd=folder,
                env=environment,
                input=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )

        # What a command prints can stand before the command that makes its file.
        for block in sorted(marked, key=lambda block: block.mark == "prints"):
            where = f"{page.relative_to(root)}:{block.line}"
            if block.mark == "file":
                target = folder / block.argument
                if not block.argument or not target.resolve().is_relative_to(folder.resolve()):
                    return [f"{where}: {block.argument!r} is not a file of the scratch folder"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, encoding="utf-8")
                continue
            if block.mark == "prints":
                done = run("bash", "-euo", "pipefail", "-c", block.argument)
            elif block.language == "sh":
                done = run("bash", "-euxo", "pipefail", "-c", block.text)
            elif block.language == "python":
                done = run(sys.executable, "-", text=block.text)
            else:
                return [f"{where}: a block to run has the language sh or python"]
            if done.returncode:
                return [f"{where}: exit code {done.returncode}\n{done.stdout}"]
            if block.mark == "prints":
                printed = {" ".join(line.split()) for line in done.stdout.splitlines()}
                for line in block.text.splitlines():
                    if " ".join(line.split()) not in printed:
                        return [
                            f"{where}: {block.argument} does not print\n{line}\nbut\n{done.stdout}"
                        ]
    return []


def main(arguments: list[str]) -> int:
    program = Path(arguments[0]) if arguments else None
    problems = []
    for page in documents():
        problems += broken_links(page)
        if program:
            problems += failed_commands(page, program)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
