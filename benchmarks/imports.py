"""Loading another system's month: 40 facilities, 300 coordinators, 538 credentials, 1,200 needs."""

import time
from importlib import import_module
from pathlib import Path

from marketplace.db import SYSTEM, bind_actor, session

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "data" / "sample"
MOST_SECONDS = 20


def measure() -> list[str]:
    """Seconds for each file, first and second time; the bar is for the needs."""
    lines = [f"import (bar: 1,200 needs under {MOST_SECONDS} s)"]
    for kind in ("facilities", "coordinators", "credentials", "needs"):
        first, again = _load(kind), _load(kind)
        over = "  over" if kind == "needs" and first > MOST_SECONDS else ""
        lines.append(f"  {kind:14} {first:5.1f} s, again {again:5.1f} s{over}")
    return lines


def _load(kind: str) -> float:
    bind_actor(SYSTEM)
    start = time.perf_counter()
    import_module(f"marketplace.{kind}.importing").load((SAMPLE / f"{kind}.csv").read_bytes())
    session.commit()
    took = time.perf_counter() - start
    session.remove()
    return took
