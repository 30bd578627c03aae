"""The register's places, seen from the grids."""

from grids.models.derive import rebuilds_holdings_of_doubles
from registry.models import Division


class UnitOfGrids(Division):
    """行政区划（网格单元）：carries the trigger that follows changes of `physical_unit` into the holdings."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = verbose_name_plural = "网格单元"
        triggers = rebuilds_holdings_of_doubles()
