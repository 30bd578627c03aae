"""Inviting many people at once from an Excel list (批量邀请)."""
