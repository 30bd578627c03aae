"""What the product knows before anybody enters anything (参考数据): calendar, code lists, places, bureaus."""

from registry.reference.calendar import load_calendar
from registry.reference.codes import load_codes

__all__ = ["load_calendar", "load_codes"]
