"""API tokens: stored hashed, worthless once their person is deactivated."""

from __future__ import annotations

from knox.auth import TokenAuthentication as KnoxAuthentication


class TokenAuthentication(KnoxAuthentication):
    """``Authorization: Token …``; knox refuses inactive people itself."""
