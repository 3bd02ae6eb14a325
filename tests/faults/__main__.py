"""What is promised, and what is measured?  `python -m tests.faults [--scale 1.0] [--only NAME ...] [--write-docs]`

docs/reference/faults.md says what each row means.
"""

import asyncio
import sys

import click
import structlog

from adapters.redis_store.connect import connect
from adapters.redis_store.facts import read_facts
from bench.children import ROOT
from bench.machine import machine, versions
from bench.table import write_block
from tests.faults.progress import Progress
from tests.faults.question import Question
from tests.faults.rows import ALL
from tests.faults.table import Row, lines_of, summary
from tests.servers import Server, folder

DOCUMENT = ROOT / "docs" / "reference" / "faults.md"
BLOCK = "tests:faults"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--scale", type=click.FloatRange(0.001, 100), default=1.0, show_default=True, help="So many times the trials of the full figures."
)
@click.option("--only", multiple=True, type=click.Choice([question.name for question in ALL]), help="Only this row; may be given again.")
@click.option("--write-docs", is_flag=True, help="Also put the table into docs/reference/faults.md.")
def main(*, scale: float, only: tuple[str, ...], write_docs: bool) -> None:
    """Break the line, the store, the service and the clock, and count what is lost and what is shown twice."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # the houses in this process; services log as in life
    head = [f"  machine   {machine()}", f"  versions  {versions(asyncio.run(store_name()))}", f"  run       scale {scale:g}"]
    rows = asyncio.run(measure([question for question in ALL if not only or question.name in only], scale))
    lines = ["faults", *head, "", *lines_of(rows), "", summary(rows)]
    click.echo("\n".join(lines))
    if write_docs:
        write_block(DOCUMENT, BLOCK, lines)
    sys.exit(0 if all(row.reached for row in rows) else 1)


async def store_name() -> str:
    """What the server says of itself that all rows start."""
    with folder() as at, Server(at) as server:
        redis = connect(server.url, timeout=20)
        facts = await read_facts(redis)
        await redis.aclose()
    return f"{str(facts.server).capitalize()} {facts.version}"


async def measure(questions: list[Question], scale: float) -> list[Row]:
    """All rows, one after another. A row that cannot be measured is a row missed, and the others still run."""
    rows, progress = [], Progress()
    for question in questions:
        progress.begin(question.name)
        rows.append(await question.ask(scale, progress.tick))
        progress.end(rows[-1].measured)
    return rows


if __name__ == "__main__":
    main()
