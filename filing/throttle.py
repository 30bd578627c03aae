"""A simple limit on how often one address may ask (访问频率限制)."""

from django.core.cache import cache

WINDOW = 60  # seconds
AT_MOST = 20


def too_often(request, what: str, at_most: int = AT_MOST) -> bool:
    """Count this request; True when its address has asked more than `at_most` times within the window."""
    key = f"throttle:{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > at_most
    except ValueError:  # the window ended between the two lines
        return False
