#!/usr/bin/env python3
"""Baselines: where a suite's is, whether a run can become it, and making it one (scripts/approve.sh).

    baseline.py where SUITE NIGHTLY_OUT      prints the folder, whether it is there or not
    baseline.py suite RUN                    prints the suite of a run
    baseline.py check RUN [--insist]         says why a run is no baseline
    baseline.py make RUN FOLDER TEXT         replaces FOLDER by RUN, all or nothing, and notes why
"""

import ctypes
import hashlib
import json
import os
import pathlib
import shutil
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMITTED = ROOT / "baselines"


def records_of(run):
    file = pathlib.Path(run) / "result.json"
    if not file.exists():
        sys.exit(f"{file}: is not there; give the folder of a finished run")
    records = json.loads(file.read_text())["records"]
    if not records:
        sys.exit(f"{file}: holds no case")
    return records


def suite_of(run):
    return records_of(run)[0]["suite"]


def where(suite, out):
    """The bundled suite's is committed; of others, those that somebody has committed."""
    if suite == "mini" or (COMMITTED / suite).is_dir():
        return os.path.relpath(COMMITTED / suite)
    return str(pathlib.Path(os.environ.get("BENCH_BASELINES") or f"{out}/baselines") / suite)


def check(run, insist):
    """What speaks against it; nothing if it can be a baseline."""
    against = []
    for record in records_of(run):
        name = record["name"]
        if record["status"] != "passed":
            against.append(f"{name}: {record['status']} {record['error']}".rstrip())
        elif not (pathlib.Path(run) / f"{name}.tally").exists():
            against.append(f"{name}: its tally is not there")
    commits = {record["environment"]["commit"] for record in records_of(run)}
    if not insist:
        if "" in commits:
            against.append("its program does not know its commit (--insist accepts it all the same)")
        against += [f"made by {one}: changed files (--insist accepts it all the same)"
                    for one in sorted(commits) if one.endswith("-dirty")]
        if len(commits) > 1:
            against.append(f"made by several programs: {', '.join(sorted(commits))} (--insist ...)")
    return against


def digest(records):
    text = "".join(sorted(f"{r['data']['name']}/{r['name']} {r['answers_digest']}\n" for r in records))
    return hashlib.sha256(text.encode()).hexdigest()


def slim(record):
    """What compare reads, and nothing of the folders it was made in: no layers, steps of passes, or
    intervals of figures that are no headline."""
    record["command"] = f"bench run --suite {record['suite']}"
    for file in record["model"]["files"]:
        file["path"] = os.path.basename(file["path"])
    record["data"].update(root="", list=os.path.basename(record["data"]["list"]))
    record["backend"].update(layers=[], float_islands=[])
    record["quantization"].update(passes=[])
    record["against"].update(name="", images=0, changed=0, lost=-1, gained=-1, differences=[])
    record["environment"]["os"] = record["environment"]["os"].split(",")[0]
    record["warnings"] = []
    for metric in record["metrics"]:
        if not metric["headline"]:
            metric["interval95"] = None
    return record


def exchange(new, old):
    """Afterwards `old` is what `new` was; no moment in between where it is neither."""
    if old.exists():
        libc, here, swap = ctypes.CDLL(None, use_errno=True), -100, 2
        if libc.renameat2(here, os.fsencode(new), here, os.fsencode(old), swap) != 0:
            aside = old.with_name(f".{old.name}.old")  # a file system that cannot exchange
            shutil.rmtree(aside, ignore_errors=True)
            os.rename(old, aside)
            os.rename(new, old)
            os.rename(aside, new)
    else:
        os.rename(new, old)
    shutil.rmtree(new, ignore_errors=True)


def acceptances(folder):
    file = folder / "approved.json"
    return json.loads(file.read_text()) if file.exists() else []


def make(run, folder, because):
    run, folder = pathlib.Path(run), pathlib.Path(folder)
    records = records_of(run)
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    lines = ",\n".join(json.dumps(slim(record), separators=(",", ":")) for record in records)
    (new / "result.json").write_text(f'{{"version":1,"records":[\n{lines}\n],"documents":[]}}\n')
    for record in records:
        shutil.copy(run / f"{record['name']}.tally", new)
        journal = run / f"{record['name']}.journal"
        # Those in the repository stay small; elsewhere journals are kept, to draw what has changed.
        if journal.exists() and COMMITTED not in folder.resolve().parents:
            shutil.copy(journal, new)
    first = records[0]["environment"]
    entry = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "because": because,
        "commit": first["commit"],
        "machine": first["machine"],
        "cpu": first["cpu"],
        "instruction_sets": sorted({r["backend"]["isa"] for r in records}),
        "cases": len(records),
        "answers": digest(records),
    }
    (new / "approved.json").write_text(json.dumps(acceptances(folder) + [entry], indent=1) + "\n")
    os.sync()
    exchange(new, folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder} is now this run: {len(records)} cases, {size / 1e6:.2f} MB, answers {entry['answers'][:12]}")
    if COMMITTED in folder.resolve().parents:
        print(f"commit it: git add {folder}")


def main(arguments):
    command, *rest = arguments or [""]
    if command == "where" and len(rest) == 2:
        print(where(*rest))
    elif command == "suite" and len(rest) == 1:
        print(suite_of(rest[0]))
    elif command == "check" and rest:
        against = check(rest[0], "--insist" in rest[1:])
        print("\n".join(against), file=sys.stderr) if against else None
        return 1 if against else 0
    elif command == "make" and len(rest) == 3:
        make(*rest)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
