"""The law and the commission of Chongqing, for the tests that name them."""

from tests.registry.published import commission, published

__all__ = ["commission", "published"]
