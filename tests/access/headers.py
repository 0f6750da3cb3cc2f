"""What every answer carries, whatever it is (rules 7, 22)."""

from __future__ import annotations

from django.http import HttpResponseBase

POLICY = {
    "default-src 'self'", "script-src 'self'", "style-src 'self'", "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:", "connect-src 'self'", "object-src 'none'", "base-uri 'none'",
    "form-action 'self'", "frame-ancestors 'none'",
}  # fmt: skip
PRIVATE = {"private", "no-store"}


def carried(response: HttpResponseBase) -> tuple[set[str], bool, str, str, str]:
    headers = response.headers
    return (
        {part.strip() for part in headers.get("Content-Security-Policy", "").split(";")},
        {part.strip() for part in headers.get("Cache-Control", "").split(",")} >= PRIVATE,
        headers.get("X-Content-Type-Options", ""),
        headers.get("X-Frame-Options", ""),
        headers.get("Referrer-Policy", ""),
    )


#: as ``carried`` answers for a page of ours
EXPECTED = (POLICY, True, "nosniff", "DENY", "same-origin")
