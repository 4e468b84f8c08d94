"""Passes connections on to the serving port of another network namespace.

Run inside that namespace as ``nsenter --net ... python -I -S port_relay.py LISTENER PORT``: ``LISTENER`` is the
descriptor of a socket that listens in the namespace of whoever started it. Ends when its standard input does, so with
its starter at the latest.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy until the end, and pass the end on."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def serve(outside: socket.socket, port: int) -> None:
    """Connect one accepted connection with the port; close it at once when nobody listens there."""
    with outside:
        try:
            inside = socket.create_connection(("127.0.0.1", port))
        except OSError:
            return
        with inside:
            answers = threading.Thread(target=pump, args=(inside, outside), daemon=True)
            answers.start()
            pump(outside, inside)
            answers.join()


def end_with_starter() -> None:
    """Wait for the end of standard input, then end the process."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_starter, daemon=True).start()
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0], int(sys.argv[2])), daemon=True).start()
