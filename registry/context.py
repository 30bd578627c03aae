"""What every page's frame needs."""


def frame(request) -> dict:
    return {}
