# SPDX-License-Identifier: Apache-2.0
"""Execute a notebook and write the result: execute.py NOTEBOOK KERNEL EXECUTED.

On standard output, "cell NUMBER OF" announces each cell, and "sign" says that one has shown something. A cell that fails
ends the run: its source and what it printed go to standard error, EXECUTED holds what was done so far, and the exit status
is 1. So it is with all other failures: standard error holds a sentence.
"""

import html
import os
import re
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CELL_GRACE = 0.5  # seconds in which a kernel that is going may have its last words


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


class Client(NotebookClient):
    """A client that gives a sign for each message from the kernel."""

    def process_message(self, msg, cell, cell_index):
        print("sign", flush=True)
        return super().process_message(msg, cell, cell_index)


def execute(client, cells):
    """Execute a client's notebook and return what went wrong, or "". The cells that were begun are appended to cells."""
    with tempfile.TemporaryFile("w+", errors="replace") as words:  # the kernel's, for when it fails
        try:
            client.execute(stderr=words, stdout=words)
        except CellExecutionError:
            text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(printed(cells[-1])))
            text = re.sub(r"\n\s*\n+", "\n", text)
            return f"this cell failed:\n{cells[-1].source}\nand printed:\n{text}"
        except Exception as error:  # of many kinds: a kernel that ends, that does not start, or is not there
            time.sleep(CELL_GRACE)
            words.seek(0)
            when = f"in this cell:\n{cells[-1].source}" if cells else "before the first cell"
            said = words.read().strip() or "nothing"
            return f"the kernel failed {when}\nJupyter says: {error}\nThe kernel said:\n{said}"
    return ""


def main(notebook, kernel, executed):
    try:
        content = nbformat.read(notebook, as_version=4)
        nbformat.validate(content)
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        print(f"not a notebook that Jupyter accepts: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    cells = []

    def begin(cell, cell_index):
        if cell.cell_type == "code":
            cells.append(cell)
        print("cell", cell_index + 1, len(content.cells), flush=True)

    client = Client(
        content,
        kernel_name=kernel,
        timeout=None,
        coalesce_streams=True,  # a progress bar leaves its last state only
        record_timing=False,  # the same outputs, the same file
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(notebook))}},
        on_cell_start=begin,
    )
    try:
        if failure := execute(client, cells):
            print(failure, file=sys.stderr)
            return 1
    finally:
        nbformat.write(content, executed)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
