#!/usr/bin/env python3
"""Checks the total order of the folders: models <- datasets <- evaluators <- reports <- bench.

A file may include its own folder and those left of it. A backend sees only models/, bench/backend.h, the
engine they share (bench/onednn/) and its own folder. Third-party headers stay out of our headers, but for a
backend's own and the engine's, which nobody else may include. Exit status 1 with one line per fault.
"""
import pathlib
import re
import sys

ORDER = ["models", "datasets", "evaluators", "reports", "bench"]
STANDARD = re.compile(r"^[a-z0-9_]+$")  # <vector>, <cstdint>: no slash, no ending
POSIX = {"unistd.h", "fcntl.h", "signal.h", "dlfcn.h"}
PRIVATE = [("bench", "backends"), ("bench", "onednn")]  # where oneDNN and intrinsics may stand in headers
root = pathlib.Path(__file__).resolve().parent.parent
faults = []


def allowed(path, target):
    folder, wanted = path.parts[0], target.split("/")[0]
    if wanted not in ORDER:
        return False
    if path.parts[:2] in PRIVATE and not path.name.endswith("_test.cpp"):
        own = "/".join(path.parts[:3]) + "/"
        return wanted == "models" or target == "bench/backend.h" or target.startswith(("bench/onednn/", own))
    return ORDER.index(wanted) <= ORDER.index(folder)


for folder in ORDER:
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in {".h", ".cpp"}:
            continue
        shown = path.relative_to(root)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            bracket, target = match.groups()
            if bracket == '"' and target.endswith(".pb.h"):
                continue
            if bracket == '"' and not allowed(shown, target):
                faults.append(f"{shown}:{number}: may not include {target}")
            private = shown.parts[:2] in PRIVATE
            if bracket == "<" and path.suffix == ".h" and not private and not STANDARD.match(target) and target not in POSIX:
                faults.append(f"{shown}:{number}: third-party header <{target}> in a header")

print("\n".join(faults) if faults else "include order: clean")
sys.exit(1 if faults else 0)
