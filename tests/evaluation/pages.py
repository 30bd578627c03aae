"""Asking for the pages of evaluation by their names."""

from django.urls import reverse


def page(client, name, *args, **query):
    """The text of a page that must answer."""
    response = client.get(reverse(f"evaluation:{name}", args=args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()
