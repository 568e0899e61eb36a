# SPDX-License-Identifier: Apache-2.0
"""Execute a notebook and write the result and an HTML page of it: execute.py NOTEBOOK KERNEL EXECUTED PAGE.

Each cell is announced on standard output as "cell NUMBER OF". A cell that fails ends the run: its source and what it
printed go to standard error, EXECUTED holds what was done so far, and the exit status is 1.
"""

import html
import os
import re
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import HTMLExporter


def printed(cell):
    """What a cell has printed, as text."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif output.output_type == "error":
            yield output.evalue
        elif "text/html" in output.get("data", {}):  # how GoNB shows compilers' errors
            page = re.sub(r"<(style|script).*?</\1>", "", output.data["text/html"], flags=re.DOTALL)
            yield html.unescape(re.sub(r"<[^>]*>", "", page))
        else:
            yield output.get("data", {}).get("text/plain", "")


def main(notebook, kernel, executed, page):
    content = nbformat.read(notebook, as_version=4)
    failed = []
    client = NotebookClient(
        content,
        kernel_name=kernel,
        timeout=None,
        coalesce_streams=True,  # a progress bar leaves its last state only
        record_timing=False,  # the same outputs, the same file
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(notebook))}},
        on_cell_start=lambda cell, cell_index: print("cell", cell_index + 1, len(content.cells), flush=True),
        on_cell_error=lambda cell, **_: failed.append(cell),
    )
    try:
        client.execute()
    except CellExecutionError:
        text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(printed(failed[-1])))
        text = re.sub(r"\n\s*\n+", "\n", text)
        print(f"this cell failed:\n{failed[-1].source}\nand printed:\n{text}", file=sys.stderr)
        return 1
    finally:
        nbformat.write(content, executed)
    with open(page, "w", encoding="utf-8") as out:
        out.write(HTMLExporter(template_name="lab").from_notebook_node(content)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
