# SPDX-License-Identifier: Apache-2.0
"""Convert Markdown, as notebooks have it, to HTML: a JSON list of texts in, a list of pieces out."""

import json
import sys

from nbconvert.filters import markdown2html

json.dump([markdown2html(text) for text in json.load(sys.stdin)], sys.stdout)
