"""The best of several runs, and rows of a table."""

import time
from collections.abc import Callable
from typing import Any

TRIES = 5
LONG = 2.0


def best(call: Callable[[], Any], tries: int = TRIES, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of the fastest run, after one to warm up; a slow one is not repeated."""
    fastest = float("inf")
    for number in range(tries + 1):
        start = clock()
        call()
        took = clock() - start
        if number or took > LONG:
            fastest = min(fastest, took)
        if took > LONG:
            break
    return fastest


def row(*cells: str) -> None:
    """Print one row: the first cell wide, the others right-aligned."""
    print(f"{cells[0]:<34}" + "".join(f"{cell:>18}" for cell in cells[1:]), flush=True)


def ratio(theirs: float, ours: float) -> str:
    """How many times longer theirs takes."""
    return f"{theirs / ours:.2f}×"
