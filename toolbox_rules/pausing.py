"""Loading without looking for garbage among what stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """While it lasts Python does not look for circular garbage.

    Loading makes some hundred thousand objects that all stay. Looking through them again and again, each time there are
    a quarter more, takes as long as loading itself. Where collection was off already it stays off.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
