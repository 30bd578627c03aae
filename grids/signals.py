"""What the grids announce after commit; higher apps listen, the grids know none of them."""

from django.dispatch import Signal

# Sent with `grid_id` whenever townships or responsibility of a grid have changed.
grid_changed = Signal()
