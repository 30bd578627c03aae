"""Opening an import for an act (打开): locked, in the right state, by somebody who answers for its area."""

from collections.abc import Callable, Iterable

from registry.errors import Refused
from registry.imports.scope import EVERYWHERE, Scope, scope_of
from registry.models import ImportBatch, User

Tell = Callable[[int, int, str], None]


def untold(done: int, total: int, phase: str) -> None:
    """Progress that nobody watches."""


def scope_for(batch: ImportBatch, user: User) -> Scope:
    """Where the person may write with this import. Raises Refused when nowhere."""
    return EVERYWHERE if batch.everywhere else scope_of(user)


def opened(batch_id: int, by: User, *states: str) -> ImportBatch:
    """The locked import. Raises Refused in any other state, and for whoever may import nowhere."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    scope_for(batch, by)
    if batch.state not in states:
        raise Refused(f"这次导入当前是“{batch.get_state_display()}”，这一步没有办理。")
    return batch


def check_within(scope: Scope, divisions: Iterable[int], act: str) -> None:
    """The person who acts answers for every place that is touched, today, also of what another has read in."""
    if scope.divisions is not None and not set(divisions) <= scope.divisions:
        raise Refused(f"表中有您辖区以外的机构，不能由您{act}。")
