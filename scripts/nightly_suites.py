#!/usr/bin/env python3
"""Prints suite and state of its data, for every suite on one real data set: `bench list suites` and
`bench list data` as JSON files are given."""

import json
import sys

suites, data = (json.load(open(file))[key] for file, key in zip(sys.argv[1:3], ("suites", "data")))
found = {one["data set"]: one["found"] for one in data}
for suite in suites:
    if suite["data"] in found:  # the bundled suite is on several, drawn
        print(suite["suite"], found[suite["data"]], sep="\t")
