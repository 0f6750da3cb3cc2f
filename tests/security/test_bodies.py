"""How much a request may bring, and that nothing beyond it is read or kept (rules 25, 35)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart

from ace_portal.accounts.models import User
from kpis.models import Upload

ClientOf = Callable[[User | None], Client]
NEW = "/kpis/datasets/new/"
TOO_LARGE = "The file is larger than 200.0\xa0MB. Leave out columns or split it by time."
TOO_MUCH = "That is too much at once: at most 2.5\xa0MB."


class Endless:
    """A body that must not be read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def declare(client: Client, path: str, length: int, **more: Any) -> Any:
    """A request that says how much it brings, with a body that nobody may touch."""
    environ = {"CONTENT_LENGTH": str(length), "wsgi.input": Endless(), **more}
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return client.generic("POST", path, b"", kind, **environ)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "path", "sentence"),
    [
        ("owner", NEW, TOO_LARGE),
        ("owner", "/api/v1/uploads/", TOO_LARGE),
        ("owner", "/kpis/new/", TOO_MUCH),
        ("owner", "/api/v1/services/", TOO_MUCH),
        (None, "/account/sign-in/", TOO_MUCH),
        (None, "/api/v1/tokens/", TOO_MUCH),
        (None, NEW, TOO_MUCH),
    ],
)
def test_body_that_says_it_is_too_large_is_not_read(
    person: str | None, path: str, sentence: str, owner: User, client_of: ClientOf
) -> None:
    client = client_of(owner if person else None)
    client.handler.enforce_csrf_checks = True

    response = declare(client, path, 250 * 1024 * 1024)

    assert response.status_code == 413
    if path.startswith("/api/"):
        assert response.json()["detail"] == sentence
    else:
        assert sentence in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [NEW, "/api/v1/uploads/", "/api/v1/tokens/"])
def test_chunks_are_told_to_say_their_length(path: str, owner: User, client_of: ClientOf) -> None:
    response = declare(client_of(owner), path, 0, HTTP_TRANSFER_ENCODING="chunked")

    assert response.status_code == 411
    assert "Say with Content-Length how much is sent" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("length", ["-1", "x", "9" * 5_000, "", "1e9"])
def test_length_that_is_none_is_no_failure(length: str, owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    client.raise_request_exception = False

    response = client.generic("POST", NEW, b"", CONTENT_LENGTH=length)

    assert response.status_code < 500


@pytest.mark.django_db
def test_file_of_a_few_megabytes_is_taken(
    owner: User, client_of: ClientOf, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOADS_DIR = tmp_path
    rows = "".join(f"{n},{'x' * 90}\n" for n in range(30_000))
    file = ("big.csv", f"n,text\n{rows}")

    response = client_of(owner).generic(
        "POST", NEW, multipart(file), f"multipart/form-data; boundary={BOUNDARY}"
    )

    assert response.status_code == 302
    assert Upload.objects.get().bytes > 2_700_000


def multipart(file: tuple[str, str]) -> bytes:
    return encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(file[0], file[1].encode())})


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """A test prints nothing."""


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    """The portal behind a real socket."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_large_body_is_answered_while_it_is_still_coming(
    port: int, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        head = (
            f"POST /account/sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {300 << 20}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        )
        wire.sendall(head.encode() + b"x" * 4096)
        answer = wire.recv(4096).decode()

    assert answer.split()[1] == "413"
    assert time.monotonic() - began < 10
    assert list(tmp_path.iterdir()) == []
