"""A simple limit on how often one address may ask (访问频率限制)."""

from django.conf import settings
from django.core.cache import cache

WINDOW = 60  # seconds
AT_MOST = 20


def address_of(request) -> str:
    """The visitor's address: behind the trusted proxy the last one that it has written down."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER:
        return forwarded.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")


def too_often(request, what: str, at_most: int = AT_MOST) -> bool:
    """Count this request; True when its address has asked more than `at_most` times within the window."""
    key = f"throttle:{what}:{address_of(request)}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > at_most
    except ValueError:  # the window ended between the two lines
        return False
