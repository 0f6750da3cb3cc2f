"""Secrets at rest: authenticated encryption under keys that can be changed.

The first key seals, every key opens. Keys are ``SECRETS_KEYS``, or, where none is given, made of
``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from ace_portal.lib.errors import Conflict

PURPOSE = b"ace-portal.secrets"


def sealed(text: str) -> str:
    """The text as only this portal can read it; an empty one stays empty."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unsealed(token: str) -> str:
    """What was sealed; Conflict where no key of this portal opens it."""
    if not token:
        return ""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Conflict(
            _("The stored password was sealed with a key that this portal no longer has. Enter it "
              "again.")
        ) from error  # fmt: skip


def resealed(token: str) -> str:
    """The same secret under the first key; Conflict where no key opens it."""
    return sealed(unsealed(token))


def _box() -> MultiFernet:
    given = settings.SECRETS_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(text)) for text in given])


def _key(text: str) -> bytes:
    """32 bytes of a long random text, bound to what they are for."""
    return base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + b"\0" + text.encode()).digest())
