# SPDX-License-Identifier: Apache-2.0
"""Look for every file of every package in this environment, and import what runs notebooks. Ends with a message if something is missing."""

import importlib
import importlib.metadata
import pathlib
import sys

for package in importlib.metadata.distributions():
    files = package.files
    if not files:
        sys.exit(f"package {package.name or package} has no list of files")
    for file in files:
        path = pathlib.Path(file.locate())
        if path.suffix == ".pyc":
            continue
        if not path.is_file():
            sys.exit(f"a file of package {package.name} is missing: {path}")
        if file.size is not None and path.stat().st_size != file.size and ".dist-info" not in str(file):
            sys.exit(f"a file of package {package.name} has been changed: {path}")
for module in "jupyterlab.labapp", "jupyter_server.serverapp", "nbclient", "nbconvert.exporters", "nbformat", "notebook_shim.shim", "zmq":
    try:
        importlib.import_module(module)
    except Exception as error:
        sys.exit(f"{module} cannot be imported: {type(error).__name__}: {error}")
