"""A picture on a dashboard: decoded and encoded anew, for whoever may see the page alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from unittest.mock import ANY

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.code import code_of, document_in
from dashboards.content.document import parse, to_json
from dashboards.content.models import Picture, Version
from dashboards.content.pictures import MAX_BYTES, MAX_SIDE, taken
from dashboards.content.services import copies, drafts
from dashboards.content.services.releases import release_version
from dashboards.embedding.links import token_of
from dashboards.embedding.services import make_embed
from tests.fixtures.images import add_picture, picture_file

ClientOf = Callable[[User | None], Client]
PAYLOAD = b"<script>alert(1)</script><?php system(1) ?>"


@pytest.mark.parametrize(("kind", "kept"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "png")])
def test_picture_keeps_its_dots_and_nothing_else(kind: str, kept: str) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = PAYLOAD.decode(), 6  # words of its own, and a quarter turn
    sent = picture_file(kind, (80, 40), exif=exif.tobytes()).read() + PAYLOAD
    found = taken(io.BytesIO(sent))
    again = Image.open(io.BytesIO(found.data))

    assert (found.kind, found.width, found.height) == (kept, 40, 80)
    assert not any(word in found.data for word in (b"script", b"php", b"Exif"))
    assert not again.getexif()
    dot = again.convert("RGB").getpixel((20, 40))
    assert isinstance(dot, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(dot, (200, 30, 60), strict=True))
    assert taken(io.BytesIO(sent)).sha256 == found.sha256


def test_wide_picture_is_made_smaller() -> None:
    found = taken(picture_file(size=(4_000, 1_000)))

    assert (found.width, found.height) == (MAX_SIDE, MAX_SIDE // 4)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<?xml version='1.0'?><svg onload='x()'/>", "An SVG can hold scripts"),
        (b"GIF89a" + bytes(40), "no picture that can be read"),
        (b"<html><script>1</script>", "no picture that can be read"),
        (b"", "no picture that can be read"),
        (picture_file().read()[:40], "no picture that can be read"),
        (bytes(MAX_BYTES + 1), "at most 5 MB"),
        (picture_file(size=(6_000, 5_000)).read(), "at most 24 million dots"),
        (picture_file(size=(20_000, 20_000)).read(), "at most 24 million dots"),
    ],
    ids=["svg", "gif", "html", "nothing", "torn", "bytes", "dots", "bomb"],
)
def test_what_is_no_picture_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        taken(io.BytesIO(data))
    assert caught.value.field == "file"


@given(st.binary(max_size=300), st.integers(0, 60))
def test_any_bytes_are_a_picture_or_refused(noise: bytes, place: int) -> None:
    whole = picture_file().read()
    try:
        found = taken(io.BytesIO(whole[:place] + noise + whole[place + len(noise) :]))
    except Invalid:
        return
    assert found.data.startswith(b"\x89PNG")


@pytest.mark.django_db
def test_picture_is_sent_by_the_form_and_kept_with_the_version(
    client_of: ClientOf, owner: User, draft: Version
) -> None:
    where = reverse("dashboards:tile-new", args=[draft.dashboard.slug]) + "?type=image"
    given = {"revision": draft.revision, "title": "", "width": 6, "alt": "The desk"}
    client = client_of(owner)

    wordless = client.post(
        where, {**given, "alt": " ", "file": SimpleUploadedFile("a.png", picture_file().read())}
    )
    without = client.post(where, given)
    wrong = client.post(where, {**given, "file": SimpleUploadedFile("a.png", b"<svg/>")})
    kept_none = Picture.objects.count()
    sent = client.post(where, {**given, "file": SimpleUploadedFile("a.png", picture_file().read())})

    assert [wordless.status_code, without.status_code, wrong.status_code] == [422] * 3
    assert "Choose a picture." in without.text
    assert "An SVG can hold scripts" in wrong.text
    assert (sent.status_code, kept_none) == (302, 0)
    draft.refresh_from_db()
    document = parse(draft.document)
    tile = document.tiles[-1]
    assert (tile.picture, tile.alt) == (Picture.objects.get().sha256, "The desk")
    assert parse(to_json(document)) == document
    assert document_in(code_of(draft))[1] == document
    key = reverse("dashboards:tile-edit", args=[draft.dashboard.slug, tile.key])
    changed = client.post(key, {**given, "revision": draft.revision, "alt": "Its door"})
    draft.refresh_from_db()
    assert changed.status_code == 302
    assert parse(draft.document).tiles[-1].alt == "Its door"


@pytest.mark.django_db
def test_picture_of_another_dashboard_cannot_be_named(owner: User, draft: Version) -> None:
    with pytest.raises(Invalid, match="has no picture aaaaaaaaaaaa") as caught:
        drafts.add_tile(
            actor=owner, dashboard=draft.dashboard, revision=draft.revision,
            tile={"type": "image", "width": 6, "picture": "a" * 64, "alt": "x"},
        )  # fmt: skip
    assert caught.value.field == "picture"


@pytest.mark.django_db
def test_picture_is_served_as_what_it_is_to_those_who_see_the_page(
    client_of: ClientOf, owner: User, outsider: User, draft: Version
) -> None:
    dashboard = add_picture(owner, draft).dashboard
    release_version(actor=owner, dashboard=dashboard)
    own = dashboard.pictures.get()
    where = reverse("dashboards:picture", args=[dashboard.slug, own.sha256])
    token = token_of(make_embed(actor=owner, dashboard=dashboard, days=3))

    served = client_of(owner).get(where)
    assert served.content == bytes(own.data)
    assert (served["Content-Type"], served["X-Frame-Options"]) == ("image/png", "DENY")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert client_of(outsider).get(where).status_code == 404
    assert where in client_of(owner).get(dashboard.get_absolute_url()).text
    shown = Client().get(reverse("dashboards:embedded", args=[token])).text
    elsewhere = reverse("dashboards:embedded-picture", args=[token, own.sha256])
    assert elsewhere in shown
    assert 'alt="A red field"' in shown
    assert Client().get(elsewhere).content == bytes(own.data)
    hidden = reverse("dashboards:embedded-picture", args=[token, "b" * 64])
    assert Client().get(hidden).status_code == 404
    copied = copies.copy_dashboard(actor=owner, dashboard=dashboard, name="A copy")
    assert bytes(copied.pictures.get().data) == bytes(own.data)


@pytest.mark.django_db
def test_api_takes_a_picture_and_answers_its_hash(
    client_of: ClientOf, owner: User, draft: Version
) -> None:
    where = reverse("api:dashboard-pictures", args=[draft.dashboard.slug])
    file = SimpleUploadedFile("a.jpg", picture_file("JPEG").read())
    answer = client_of(owner).post(where, {"file": file})

    assert answer.status_code == 201
    assert answer.json() == {
        "sha256": draft.dashboard.pictures.get().sha256, "kind": "jpeg", "width": 8, "height": 6,
        "created_at": ANY,
    }  # fmt: skip
