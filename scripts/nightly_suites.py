#!/usr/bin/env python3
"""What nightly.sh asks of JSON files, a line for each answer.

    nightly_suites.py states SUITES DATA     suite and state of its data, for every suite on one real data set;
                                             the files: `bench list suites` and `bench list data`
    nightly_suites.py headlines RESULT       the headline figures of a result.json
"""

import json
import sys


def states(suites, data):
    found = {one["data set"]: one["found"] for one in json.load(open(data))["data"]}
    for suite in json.load(open(suites))["suites"]:
        if suite["data"] in found:  # the bundled suite is on several, drawn
            print(suite["suite"], found[suite["data"]], sep="\t")


def headlines(result):
    records = json.load(open(result))["records"]
    names = dict.fromkeys(one["name"] for record in records for one in record["metrics"] if one["headline"])
    print("\n".join(names))


{"states": states, "headlines": headlines}[sys.argv[1]](*sys.argv[2:])
