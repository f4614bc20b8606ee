"""Why an entry cannot be taken back."""

from billing_core.domain.errors import Conflict


class AlreadyReversed(Conflict):
    """The entry was taken back before; an entry is taken back once."""

    code = "already_reversed"


class NotReversible(Conflict):
    """The entry takes another one back; a new entry states what holds instead."""

    code = "not_reversible"
