"""What filing tells others, after commit and by id."""

from django.dispatch import Signal

# filing_moved: sender=Filing, filing_id, action (a key of transitions.MOVES)
filing_moved = Signal()

# desk_changed: sender=Filing, event_id (a FilingEvent of filing/desk.py)
desk_changed = Signal()
# remarked: sender=Filing, remark_id, act: whether it was answered or resolved
remarked = Signal()
# urged: sender=Filing, urge_id, seen: whether it was made or has been acknowledged
urged = Signal()
# deadline_moved: sender=Filing, filing_id, before and after as dates, calendar is the version
deadline_moved = Signal()
# clock_changed: sender=Filing, event_id (a FilingEvent of filing/timing.py)
clock_changed = Signal()
