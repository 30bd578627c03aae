"""Telling people what has happened (通知): the inbox first, e-mail and SMS by each person's choice.

Every app declares its kinds once (:func:`declare`) and tells by :func:`tell`. A message is bound to the key of its
event, so telling again after a retry adds nothing.
"""

from registry.inbox.telling import Kind, declare, kinds, tell, told, unread_count

__all__ = ["Kind", "declare", "kinds", "tell", "told", "unread_count"]
