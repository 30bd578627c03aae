"""Checks over consortia and institutions (医联体、机构的判定方法), one subject a module."""

from registry.checks import (  # noqa: F401 (importing registers them)
    credentials,
    declared,
    documents,
    facilities,
    institutions,
    leads,
    links,
    members,
    named_plans,
    naming,
    notes,
    reach,
)
