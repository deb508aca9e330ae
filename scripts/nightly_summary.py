#!/usr/bin/env python3
"""nightly_summary.py NIGHT OUT KEEP: what scripts/nightly.sh found, as NIGHT/summary.md and report.html.

Reads NIGHT/codes.tsv (suite, step, exit code, in words) and, of each suite, SUITE/result.json,
SUITE.compare/compare.json (with the baseline) and SUITE.since/compare.json (with the last good night: its
times). Marks the night good where every gate held, prunes nights older than the KEEP newest, and exits by
the largest code."""

import collections
import html
import json
import pathlib
import shutil
import sys

MISSED = "gate missed"


class Page:
    """The same words as markdown and as HTML."""

    def __init__(self):
        self.markdown, self.html = [], []

    def heading(self, text):
        self.markdown.append(f"\n### {text}\n")
        self.html.append(f"<h2>{html.escape(text)}</h2>")

    def line(self, text, bold=False):
        self.markdown.append(f"**{text}**\n" if bold else f"{text}\n")
        self.html.append(f"<p>{'<b>' if bold else ''}{html.escape(text)}{'</b>' if bold else ''}</p>")

    def table(self, columns, rows):
        """Cells are texts, or (text, link)."""
        def cell(one, show, link):
            return link(*one) if isinstance(one, tuple) else show(str(one))

        def plain(text):
            return text.replace("|", "\\|")

        self.markdown.append("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
        for row in rows:
            cells = (cell(one, plain, lambda text, to: f"[{text}]({to})") for one in row)
            self.markdown.append("| " + " | ".join(cells) + " |")
        self.markdown.append("")
        head = "".join(f"<th>{html.escape(one)}</th>" for one in columns)
        body = "".join("<tr>" + "".join(
            "<td>" + cell(one, html.escape, lambda text, to: f'<a href="{html.escape(to)}">{html.escape(text)}</a>')
            + "</td>" for one in row) + "</tr>" for row in rows)
        self.html.append(f"<table><tr>{head}</tr>{body}</table>")

    def write(self, folder, title):
        (folder / "summary.md").write_text("\n".join(self.markdown).strip() + "\n")
        (folder / "report.html").write_text(
            f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><style>"
            "body{font:15px sans-serif;margin:2em;max-width:80em}table{border-collapse:collapse}"
            "td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}</style>\n"
            + "\n".join(self.html) + "\n")


def number(value, unit=""):
    if value is None:
        return "-"
    return f"{value:.4f}" if unit == "" else f"{value:.3f}" if unit == "ms" else f"{value:.0f}"


def difference(figure):
    if figure["before"] is None or figure["after"] is None:
        return "-"
    if "items" in figure:
        return f"{figure['items']} of {figure['of']} images, allowed {figure['allowed']:g}"
    text = f"{figure['after'] - figure['before']:+.4f}" if figure["unit"] == "" else \
        f"{figure['after'] - figure['before']:+.6g} {figure['unit']}"
    if figure.get("interval95"):
        text += " [{low:+.4f}, {high:+.4f}]".format(**figure["interval95"])
    return text


def p_text(figure):
    p = figure["p_corrected"] if figure["p_corrected"] is not None else figure["p"]
    return figure["test"] or "-" if p is None else f"{p:.2g} {figure['test']}"


def same_answers(case):
    figures = [one["verdict"] for one in case["figures"] if one["unit"] == ""]
    return bool(figures) and set(figures) == {"identical"}


class Suite:
    """What a night knows of one suite."""

    def __init__(self, night, name):
        self.name, self.night = name, night
        self.comparison = self.read(f"{name}.compare/compare.json")
        self.since = self.read(f"{name}.since/compare.json")
        result = self.read(f"{name}/result.json")
        self.records = {(r["data"]["name"], r["name"]): r for r in result["records"]} if result else {}
        self.cases = self.comparison["cases"] if self.comparison else []

    def read(self, path):
        file = self.night / path
        return json.loads(file.read_text()) if file.exists() else None

    def backend(self, case):
        record = self.records.get((case["data"], case["name"]))
        return record["backend"]["name"] if record else case["name"].rsplit(".", 1)[-1]

    def figures(self, wanted):
        """(case, figure), the surest losses first."""
        found = [(case, one) for case in self.cases for one in case["figures"] if wanted(one)]
        return sorted(found, key=lambda two: (1 if two[1]["p"] is None else two[1]["p"], -two[1].get("items", 0)))

    def slower(self):
        """Times of this machine that a gate misses."""
        return [(case, one) for case in (self.since["cases"] if self.since else [])
                for one in case["figures"] if one["metric"] == "median_ms" and one["missed"]]

    def worst_images(self, case, count=3):
        worst = [f"{one['image']} ({one['effect']:+.2g})" for one in case["flips"] if one["effect"] < -1e-12]
        return ", ".join(worst[:count]) or (f"{len(case['flips'])} changed" if case["flips"] else "-")

    def pages(self, case):
        page = f"{self.name}.flips/{case['name']}.html"
        return ("pictures", page) if (self.night / page).exists() else "-"

    def by_backend(self):
        """backend -> [cases, answering as before, with figures that miss a gate or are incomparable]."""
        counts = collections.defaultdict(lambda: [0, 0, 0])
        for case in self.cases:
            of = counts[self.backend(case)]
            of[0] += 1
            of[1] += same_answers(case)
            of[2] += case["verdict"] == "not comparable" or any(one["missed"] for one in case["figures"])
        return counts

    def verdict(self):
        """In words; None where there is nothing to compare with."""
        if not self.comparison:
            return None
        counts = self.by_backend()
        total, same, bad = (sum(of[i] for of in counts.values()) for i in range(3))
        if bad:
            where = ", ".join(f"{name} ({of[2]} of {of[0]} cases)" for name, of in sorted(counts.items()) if of[2])
            quiet = ", ".join(name for name, of in sorted(counts.items()) if of[0] == of[1])
            text = f"worse in {where}"
            for case, one in self.figures(lambda one: one["missed"])[:1]:
                how = f"{one['items']} of {one['of']} images count otherwise" if "items" in one else \
                    f"{one['metric']} {number(one['before'], one['unit'])} -> {number(one['after'], one['unit'])}"
                text += f", surest {case['name']}: {how}"
            return text + (f"; {quiet} as before, bit for bit" if quiet else "")
        if self.slower():
            count = len({case['name'] for case, _ in self.slower()})
            return f"slower in {count} case{'' if count == 1 else 's'}"
        if same == total:
            return f"all {total} cases answer as before, bit for bit"
        return f"no worse: {same} of {total} cases answer as before, {total - same} otherwise but within their gates"


def show_losses(page, suite):
    missed = suite.figures(lambda one: one["missed"])
    if missed:
        page.line(f"{MISSED.capitalize()}, {len(missed)}:")
        page.table(["case", "backend", "figure", "before", "after", "difference [95 %]", "p", "worst images", "look"],
                   [[case["name"], suite.backend(case), one["metric"], number(one["before"], one["unit"]),
                     number(one["after"], one["unit"]), difference(one), p_text(one), suite.worst_images(case),
                     suite.pages(case)] for case, one in missed])
    for case in suite.cases:
        if case["verdict"] == "not comparable":
            page.line(f"{case['name']}: not comparable: {'; '.join(case['reasons'])}")


def show_backends(page, suite):
    page.table(["backend", "cases", "answers as before", "answers otherwise", "gate missed or not comparable"],
               [[name, of[0], of[1], of[0] - of[1], of[2]] for name, of in sorted(suite.by_backend().items())])


def show_times(page, suite):
    if slower := suite.slower():
        page.line("Slower than in the last good night on this machine:")
        page.table(["case", "before ms", "after ms", "p"],
                   [[case["name"], number(one["before"], "ms"), number(one["after"], "ms"), p_text(one)]
                    for case, one in slower])


def show_making(page, suite):
    kinds = collections.Counter((one["field"], one["before"], one["after"])
                                for case in suite.cases for one in case["manifest"])
    by_field = collections.defaultdict(list)
    for (field, before, after), count in kinds.items():
        by_field[field].append([field, before, after, count])
    rows = []
    for field, differing in by_field.items():  # each case has a graph of its own
        several = [[field, "-", f"{len(differing)} others", sum(row[3] for row in differing)]]
        rows += differing if len(differing) <= 3 else several
    if rows:
        page.line("What differs in the making:")
        page.table(["field", "before", "after", "cases"], rows)


def show_others(page, suite):
    """Figures that moved beyond chance and miss no gate; answers that are others."""
    moved = suite.figures(lambda one: one["verdict"] in ("regressed", "improved") and not one["missed"]
                          and one["unit"] == "")
    if moved:
        page.line("Moved beyond chance, within the gates:")
        page.table(["case", "figure", "before", "after", "difference [95 %]", "p", "verdict"],
                   [[case["name"], one["metric"], number(one["before"], one["unit"]),
                     number(one["after"], one["unit"]), difference(one), p_text(one), one["verdict"]]
                    for case, one in moved])
    sizes = {one["metric"] for case in suite.cases for one in case["figures"]
             if one["unit"] not in ("", "ms") and one["verdict"] != "identical" and not one["missed"]}
    if sizes:
        page.line(f"Other sizes, within the gates: {', '.join(sorted(sizes))}; the whole comparison has them.")
    if suite.comparison["only_after"]:
        page.line(f"New, nothing to compare with: {', '.join(suite.comparison['only_after'])}")


def show(page, suite, steps):
    page.heading(suite.name)
    for step, code, words in steps:
        if code:
            page.line(f"{step}, exit code {code}: {words}")
    if suite.comparison:
        show_losses(page, suite)
        show_times(page, suite)
        show_backends(page, suite)
        show_making(page, suite)
        show_others(page, suite)
    links = [[(title, path)] for title, path in
             ((f"figures of {suite.name}", f"{suite.name}/report.html"),
              ("the whole comparison", f"{suite.name}.compare/compare.md"), ("log", f"{suite.name}.log"))
             if (suite.night / path).exists()]
    links += [[(f"history of {chart.stem}", f"{suite.name}.history/{chart.name}")]
              for chart in sorted((suite.night / f"{suite.name}.history").glob("*.svg")) if chart.stat().st_size]
    if links:
        page.table(["files"], links)


def verdict_of_night(suites, steps, code):
    """One line."""
    parts = []
    for suite in suites:
        mine = [step for step in steps if step[0] == suite.name and step[1] != "skipped"]
        if not mine:
            continue
        words = suite.verdict()
        if words is None:
            words = "not compared, " + ("; ".join(one[3] for one in mine if one[2]) or "nothing was answered")
        parts.append(f"{suite.name}: {words}")
    worse = any((suite.verdict() or "").startswith(("worse", "slower")) for suite in suites)
    head = "No worse" if code == 0 else "Worse" if worse or code == 1 else "Not known"
    if code > 1:
        head += f", and not all could be judged (exit code {code})"
    return f"{head}. " + "; ".join(parts)


def prune(out, keep, night):
    """Of all but the newest nights and the last good one, journals and pages go."""
    nights = sorted(path for path in (out / "runs").iterdir() if path.is_dir())
    good = [path for path in nights if (path / "good").exists()][-1:]
    for old in nights[:-keep] if keep > 0 else nights:
        if old == night or old in good:
            continue
        for file in old.glob("*/*.journal"):
            file.unlink()
        for file in [*old.glob("*/report.*"), *old.glob("*/results.csv")]:
            file.unlink()
        for folder in old.glob("*.flips"):
            shutil.rmtree(folder)


def main(night, out, keep):
    steps = [line.rstrip("\n").split("\t") for line in (night / "codes.tsv").open()]
    steps = [(suite, step, int(code), words) for suite, step, code, words in steps]
    suites = [Suite(night, name) for name in dict.fromkeys(step[0] for step in steps)]
    code = max([step[2] for step in steps] + [1 if suite.slower() else 0 for suite in suites])
    page = Page()
    verdict = verdict_of_night(suites, steps, code)
    page.line(verdict, bold=True)
    skipped = [[suite, words] for suite, step, _, words in steps if step == "skipped"]
    for suite in suites:
        if suite.name not in dict(skipped):
            show(page, suite, [step[1:] for step in steps if step[0] == suite.name])
    if skipped:
        page.heading("Not run")
        page.table(["suite", "why"], skipped)
    page.write(night, verdict)
    (night / "good").unlink(missing_ok=True)
    if code == 0:
        (night / "good").touch()
    prune(out, keep, night)
    return code


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])))
