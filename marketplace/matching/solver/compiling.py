"""Inner loops run as machine code: compiled when first called, and kept on disk for the next start."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function of numbers and arrays. With NUMBA_DISABLE_JIT=1 it stays Python and answers the same.

    Floating point is never reordered (no `fastmath`), so that one seed gives one plan on every machine.
    """
    return cast(Function, numba.njit(cache=True)(function))


def compiled_in_place(function: Function) -> Function:
    """The same for the smallest functions, which are written into their callers: a call that hands over a whole market costs
    more than a comparison or two.
    """
    return cast(Function, numba.njit(cache=True, inline="always")(function))
