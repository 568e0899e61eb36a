# SPDX-License-Identifier: Apache-2.0
"""Convert notebooks, with the outputs that they hold, to HTML without a page around it: convert.py NOTEBOOK...

Standard output gets a JSON list of the pieces, in the order of the notebooks.
"""

import json
import sys

import nbformat
from nbconvert.exporters import HTMLExporter

exporter = HTMLExporter(template_name="basic")


def piece(name):
    notebook = nbformat.read(name, as_version=4)
    notebook.metadata.setdefault("language_info", {"name": "go"})["pygments_lexer"] = "go"  # GoNB names none, and Python's would colour the code
    return exporter.from_notebook_node(notebook)[0]


json.dump([piece(name) for name in sys.argv[1:]], sys.stdout)
