"""Asking for the pages of filing by their names."""

from django.urls import reverse


def signed_in(client, person):
    client.force_login(person)
    return client


def page(client, view, /, *args, **query):
    return client.get(reverse(f"filing:{view}", args=args), query)


def post(client, view, /, *args, **data):
    return client.post(reverse(f"filing:{view}", args=args), data)
