"""What filing tells others, after commit and by id."""

from django.dispatch import Signal

# filing_moved: sender=Filing, filing_id, action (a key of transitions.MOVES)
filing_moved = Signal()
