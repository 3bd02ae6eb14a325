"""How does one process run its share of the histories?  `python -m tests.faults.machine --runs 2500 --seed 1`"""

import gc
import json
import sys

import click
import structlog

from tests.faults.machine.shard import run_histories


@click.command()
@click.option("--runs", type=click.IntRange(1), required=True)
@click.option("--seed", type=int, required=True)
def main(*, runs: int, seed: int) -> None:
    """Print how many histories are done, now and then, and at the end what was counted, as JSON."""
    gc.set_threshold(50_000, 50, 50)  # short-lived garbage by the million: looking for cycles each 700 objects takes a tenth of the time
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))

    def tick(done: int) -> None:
        click.echo(str(done))
        sys.stdout.flush()

    click.echo(json.dumps(run_histories(runs, seed, tick=tick).to_json()))


if __name__ == "__main__":
    main()
