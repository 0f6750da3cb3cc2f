"""The broker made of files never shows half a message."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty

from kombu import Connection

from ace_portal.lib import filebroker


def connect(folder: Path) -> Connection:
    filebroker.register()
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    messages = str(folder / "messages")
    options = {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(folder / "control"),
    }
    return Connection("acefiles://localhost", transport_options=options)


def test_every_message_of_four_writers_is_read_once(tmp_path: Path) -> None:
    count, writers = 100, 4
    body = "x" * 20_000

    def write(writer: int) -> None:
        with connect(tmp_path) as connection, connection.SimpleQueue("work") as queue:
            for number in range(count):
                queue.put({"id": f"{writer}-{number}", "body": body})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    seen: list[str] = []
    with connect(tmp_path) as connection, connection.SimpleQueue("work") as queue:
        for thread in threads:
            thread.start()
        while len(seen) < count * writers:
            try:
                message = queue.get(timeout=5)
            except Empty:
                break
            seen.append(message.payload["id"])
            message.ack()
    for thread in threads:
        thread.join()

    assert sorted(seen) == sorted(f"{w}-{n}" for w in range(writers) for n in range(count))


def test_a_part_that_was_never_finished_is_no_message(tmp_path: Path) -> None:
    # kombu remembers per process what is bound, so each folder needs a queue of its own
    with connect(tmp_path) as connection, connection.SimpleQueue("parts") as queue:
        (tmp_path / "messages" / ".1_a.parts.msg.part").write_bytes(b'{"half')
        queue.put("whole")

        assert [queue.get(timeout=5).payload, len(list(tmp_path.glob("messages/*.msg")))] == [
            "whole",
            0,
        ]
