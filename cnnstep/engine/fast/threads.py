"""Work on every core: several threads of our own, each with one thread of BLAS, or the other way round.

Two threads that each call a BLAS of two threads fight for two cores, and take several times as long as one.
"""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
SetThreads: TypeAlias = Callable[[int], Any]

SERIAL_WORK = 1 << 20
PREFIXES, SUFFIXES = ("scipy_openblas", "openblas"), ("64_", "")
_lock = Lock()
_inside: list[int] = []
"""How many threads BLAS had, once for each that is inside."""


def run(fill: Callable[[T], None], parts: Sequence[T], work: int, *, blas: bool = False) -> None:
    """Do every part; on every core where there is enough work, unless BLAS has the cores to itself."""
    if len(parts) == 1 or work < SERIAL_WORK or cores() == 1 or (blas and not _openblas()):
        for part in parts:
            fill(part)
    else:
        from concurrent.futures import ThreadPoolExecutor

        with single_blas(), ThreadPoolExecutor(cores()) as pool:
            # the list raises here what a part raised; parts write what is theirs alone, so that no lock is needed
            list(pool.map(fill, parts))


def cores() -> int:
    """How many threads may run: OMP_NUM_THREADS, as everywhere, or the cores that this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isascii() and asked.isdecimal() and int(asked):
        return int(asked)
    # a container or taskset may allow fewer cores than the machine has; only some systems can tell
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def single_blas() -> Iterator[None]:
    """BLAS works on one thread until the last of those who are inside leaves."""
    found = _openblas()
    with _lock:
        _inside.append(found[0]() if found and not _inside else 0)
        if found and len(_inside) == 1:
            found[1](1)
    try:
        yield
    finally:
        with _lock:
            if found and len(_inside) == 1:
                found[1](_inside[0])
            # the first number is what BLAS had before
            _inside.pop()


@cache
def _openblas() -> tuple[Callable[[], int], SetThreads] | None:
    """How the OpenBLAS inside NumPy tells and sets its threads; None where another library, or none, is found."""
    # the libraries that an extension module was linked with are searched with it
    library: Any = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    for prefix in PREFIXES:
        for suffix in SUFFIXES:
            if hasattr(library, f"{prefix}_set_num_threads{suffix}"):
                get, put = (getattr(library, f"{prefix}_{what}_num_threads{suffix}") for what in ("get", "set"))
                return get, put
    return None
