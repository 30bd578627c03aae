"""Finding the checks of every app (判定方法的登记)."""

from functools import cache

from django.utils.module_loading import autodiscover_modules


@cache
def discover() -> None:
    """Import the ``checks`` module or package of each installed app; each registers its checks and facts."""
    autodiscover_modules("checks")
