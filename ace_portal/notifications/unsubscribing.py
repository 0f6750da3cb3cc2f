"""The link at the end of a mail that ends such mails."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from ace_portal.lib.errors import NotVisible
from ace_portal.lib.registries import unsubscribers

SIGNED = "notifications.unsubscribe"


def unsubscribe_headers(purpose: str, pk: int) -> dict[str, str]:
    """The two headers of RFC 8058: one click in the mail program, a POST without a page."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_url(purpose, pk)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def unsubscribe_url(purpose: str, pk: int) -> str:
    token = signing.dumps({"what": purpose, "pk": pk}, salt=SIGNED)
    return f"{settings.BASE_URL}{reverse('notifications:unsubscribe', args=[token])}"


def read_unsubscribe(token: str) -> tuple[str, int]:
    """What the token ends; one that was made for something else is as if there were none."""
    try:
        found = signing.loads(token, salt=SIGNED)
    except signing.BadSignature as error:
        raise NotVisible("") from error
    return str(found["what"]), int(found["pk"])


def end(token: str) -> None:
    """Do what the link says."""
    purpose, pk = read_unsubscribe(token)
    unsubscribers.get(purpose)(pk)
