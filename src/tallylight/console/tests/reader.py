"""Somebody who reads pages by the test client."""

from __future__ import annotations

from uuid import UUID

from django.test import Client

from tallylight.accounts.models import Person


def signed_in(person: UUID, *, language: str = "en") -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(Person.objects.get(pk=person))
    client.cookies["django_language"] = language
    return client


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()
