"""`make bench`: everything; `python -m benchmarks pages claims`: only these; `--leads 10000 50000`: other sizes."""

import argparse

from benchmarks import claims, duplicates, floors, imports, likenesses, live, pages, pdf, quotes, recycling, server
from benchmarks.places import Place, application
from benchmarks.report import Report
from domain import schema

TOPICS = {  # the last ones write
    "likenesses": likenesses.measure, "pages": pages.measure, "floors": floors.measure, "pdf": pdf.measure, "printing": pdf.measure_pages,
    "quotes": quotes.measure,
    "server": server.measure,
    "live": live.measure, "claims": claims.measure, "imports": imports.measure, "duplicates": duplicates.measure, "recycling": recycling.measure,
}


def main():
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("topics", nargs="*", choices=[*TOPICS, []], help="all when none is named")
    asked.add_argument("--leads", nargs=2, type=int, default=(10_000, 1_000_000), metavar=("FEW", "MANY"))
    asked = asked.parse_args()
    report, app = Report(), application()
    places = [Place(app, leads, report.say) for leads in asked.leads]
    places[0].enter()
    report.machine(schema.engine())
    for topic in asked.topics or TOPICS:
        TOPICS[topic](places, report)
    for place in places:
        place.discard()


if __name__ == "__main__":
    main()
