"""Why credits cannot be ended."""

from billing_core.domain.errors import Conflict


class NothingToVoid(Conflict):
    """The grant has no free credits: they are used, ended already, or promised to open holds."""

    code = "nothing_to_void"
