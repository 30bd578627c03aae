"""What the rules say about a county and about grids right now (网格条款的判定), for the pages that show them."""

import datetime as dt

from grids.facts.divisions import division_facts
from grids.facts.grids import grid_facts
from registry.facts.waivers import with_waivers
from registry.policy.engine import Judgement, judge
from registry.policy.library import book_on
from registry.policy.verdict import Outcome

_ORDER = [Outcome.FAIL, Outcome.DEVIATION, Outcome.INSUFFICIENT, Outcome.REVIEW, Outcome.PASS]


def judgements(
    day: dt.date, *, division: int | None = None, grids: list[int] | tuple = ()
) -> list[Judgement]:
    """Verdicts that count, what needs a person first; notes and what does not apply are left out."""
    places = [division] if division else []
    drawn = ((one.id, one) for one in grid_facts(grids, day))
    planned = ((one.id, one) for one in division_facts(places, day))
    lifted = (*with_waivers("grid", drawn, grids, day), *with_waivers("division", planned, places, day))
    subjects = [facts for _, facts in lifted]
    found = [j for j in judge(subjects, book_on(day), day) if j.verdict.outcome in _ORDER]
    return sorted(found, key=lambda j: (_ORDER.index(j.verdict.outcome), j.rule.id))
