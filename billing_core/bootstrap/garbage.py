"""How often a process that charges looks for garbage."""

import gc

OBJECTS_BETWEEN = 50_000
COLLECTIONS_BETWEEN = 20


def collect_garbage_seldom() -> None:
    """To be called once a process has loaded what it will keep: that is never looked through again.

    A batch makes many small objects that live as long as it does. With Python's own settings they and everything
    loaded were looked through several times a second: a sixth of the work, and pauses of 0.1 seconds.
    """
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, COLLECTIONS_BETWEEN, COLLECTIONS_BETWEEN)
