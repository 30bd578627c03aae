"""kill -9 of a real worker in the middle of a round of messages: the next round says what is left, and nothing twice."""

import pytest

from filing import transitions
from filing.tasks import announce_recent
from registry.models import Notification
from tests.config.test_worker import environment  # noqa: F401  the same broker and database
from tests.factories.filing import Case
from tests.killing import workers  # noqa: F401
from tests.servers import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.machine,
    pytest.mark.parametrize("environment", ["folders"], indirect=True),
]


def told() -> list[tuple[str, int]]:
    return list(Notification.objects.order_by("event", "recipient").values_list("title", "recipient"))


def test_a_round_of_messages_broken_off(law, workers):  # noqa: F811
    def a_round() -> None:  # as the schedule sends it
        workers.post(announce_recent.name)

    case = Case().submitted()
    Notification.objects.all().delete()  # the process that submitted died before it could tell
    for act in (transitions.receive, transitions.send_back):
        act(case.filing.pk, by=case.reviewer, **({"note": "请补正"} if act is transitions.send_back else {}))
        Notification.objects.filter(recipient=case.filer).delete()
    workers.killed_at("registry.inbox.tell", a_round, PAUSE_CALL="2")
    name = f"{case.filing}"
    first = [(f"{name}：已提交，等待审查", case.reviewer.pk)]
    assert told() == first  # the second was written and not committed
    with workers.running():
        a_round()
        wait_for(lambda: len(told()) == 3, "the rest was not told")
        a_round()
        everything = [*first, (f"{name}：已受理", case.filer.pk), (f"{name}：退回补正", case.filer.pk)]
        assert sorted(told()) == sorted(everything)
