"""Duplicate institutions (重复机构): `search` finds candidates, `merge` joins two records, `undo` takes that back."""
