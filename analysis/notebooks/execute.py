"""Runs notebooks in a folder of results files, and stores what they print and draw in them.

    python analysis/notebooks/execute.py FOLDER NOTEBOOK...

Scripts/notebooks.sh makes the files and calls this.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

# Above this, the text of an output says the same in less space.
LARGEST_HTML = 20_000


def sources_sha256(notebook: NotebookNode) -> str:
    """What the outputs of a notebook belong to: the SHA-256 of the sources of its code."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


def execute(path: Path, folder: Path) -> None:
    """Runs a notebook from top to bottom and writes it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    # Times of cells would differ in every run.
    client = NotebookClient(
        notebook, timeout=600, record_timing=False, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if len(data.get("text/html", "")) > LARGEST_HTML:
                del data["text/html"]
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["framesweep"] = {"sources_sha256": sources_sha256(notebook)}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    folder, *notebooks = map(Path, sys.argv[1:])
    for path in notebooks:
        execute(path, folder)
        print(path)
