"""Who is signed out in the middle of something."""

import pytest
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ACT = "registry:inbox_read"


def test_an_act_leads_back_to_the_page_it_was_made_on_and_says_that_it_was_not_done(client):
    page = f"http://testserver{reverse('registry:inbox')}?view=unread"
    response = client.post(reverse(ACT), headers={"Referer": page})
    back = reverse("registry:inbox", query={"view": "unread"})
    assert response["Location"] == reverse("registry:sign_in", query={"next": back})
    assert "刚才的操作没有完成" in client.get(response["Location"]).text


@pytest.mark.parametrize(
    "referer", ["https://example.org/inbox/", "", "//example.org/", "javascript:alert(1)"]
)
def test_no_foreign_page_is_come_back_to(client, referer):
    response = client.post(reverse(ACT), headers={"Referer": referer} if referer else {})
    assert response["Location"] == reverse("registry:sign_in")


def test_a_page_is_come_back_to_itself(client):
    response = client.get(reverse("registry:inbox"), {"view": "unread"})
    assert response["Location"].endswith("?next=/inbox/%3Fview%3Dunread")


@pytest.mark.parametrize("header", ["HX-Request", "X-Autosave"])
def test_what_a_page_sends_by_itself_leaves_no_message_for_later(client, header):
    client.post(reverse(ACT), headers={header: "true"})
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert "没有完成" not in client.get(reverse("registry:inbox")).text
