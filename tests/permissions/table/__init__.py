"""The permission matrix as data: each URL and method with the people who are in, and those who see but may not do.

Whoever is not named gets 404, whoever has not signed in is sent to sign in.
"""

from tests.permissions.table import evaluation, filing, grids, people, policy, register
from tests.permissions.table.rows import Row

MATRIX: dict[tuple[str, str], Row] = {
    **people.ROWS,
    **policy.ROWS,
    **register.ROWS,
    **grids.ROWS,
    **filing.ROWS,
    **evaluation.ROWS,
}
