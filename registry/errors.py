"""Errors whose message a person may read as it stands."""


class Refused(Exception):
    """A business rule does not allow the act; the message is Chinese, names the place and the remedy."""


class Stale(Refused):
    """Somebody else has saved a newer version; `current` is the object as it stands now."""

    def __init__(self, message: str, current=None):
        super().__init__(message)
        self.current = current
