"""Following a custom resource: the watch goes on where it ended, and what it cannot tell is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from kfp_sagemaker.backends.ack.api import GONE, Api
from kfp_sagemaker.backends.ack.changes import UNWATCHED_SECONDS, Told, Watched
from kfp_sagemaker.errors import AccessDenied, Transient
from waiting import PATIENCE, until


def custom(version: int) -> dict[str, Any]:
    return {"metadata": {"name": "it", "resourceVersion": str(version)}}


def modified(version: int) -> dict[str, Any]:
    return {"type": "MODIFIED", "object": custom(version)}


EXPIRED = {"type": "ERROR", "object": {"kind": "Status", "code": GONE}}


class ScriptedApi:
    """Implements what ``Watched`` needs of ``api.Api``: each watch gives the next of ``watches``, which may raise in the end.

    ``versions`` are those from which it was watched. Once they are used up, watching is denied.
    """

    def __init__(self, *watches: list[Any], there: dict[str, Any] | None = None) -> None:
        self.watches, self.there = list(watches), there
        self.versions: list[str] = []

    def get(self, plural: str, namespace: str, name: str) -> dict[str, Any] | None:
        return self.there

    def watch(self, plural: str, namespace: str, name: str, version: str) -> Iterator[Mapping[str, Any]]:
        self.versions.append(version)
        for event in self.watches.pop(0) if self.watches else [AccessDenied("no more of this")]:
            if isinstance(event, Exception):
                raise event
            yield event


def followed(api: ScriptedApi, version: str = "1", again: Callable[[], float | None] = lambda: None) -> Watched:
    return Watched(cast(Api, api), "models", "here", "it", lambda: version, again)


def told(watched: Watched, count: int) -> list[Told]:
    found: list[Told] = []

    def more() -> bool:
        watched.wait(PATIENCE)
        while (one := watched.take()) is not None:
            found.append(one)
        return len(found) >= count

    until(more, f"{count} things are told")
    return found


def test_a_watch_goes_on_from_the_last_version_bookmarks_too() -> None:
    bookmark = {"type": "BOOKMARK", "object": custom(7)}
    api = ScriptedApi([modified(2), modified(3)], [bookmark], [Transient("reset")], [modified(8)])

    assert [one.version for one in told(followed(api), 3)] == ["2", "3", "8"]
    assert api.versions[:4] == ["1", "3", "7", "7"]


def test_a_version_that_the_server_has_forgotten_is_read_anew() -> None:
    api = ScriptedApi([modified(2), EXPIRED], [modified(31)], there=custom(30))

    assert [one.version for one in told(followed(api), 3)] == ["2", "30", "31"]
    assert api.versions[:2] == ["1", "30"]


def test_what_is_gone_is_told() -> None:
    deleted = {"type": "DELETED", "object": custom(5)}

    assert told(followed(ScriptedApi([modified(2), deleted])), 2)[1] == Told("5", None)
    assert told(followed(ScriptedApi([EXPIRED])), 1) == [Told("", None)]


def test_without_the_right_to_watch_one_has_to_look() -> None:
    watched = followed(ScriptedApi([AccessDenied("may not watch")]))

    assert watched.longest() == 60
    assert watched.wait(PATIENCE), "it says at once that there is no more to wait for"
    assert watched.longest() == UNWATCHED_SECONDS


def test_a_look_that_is_due_is_not_put_off() -> None:
    assert followed(ScriptedApi(), again=lambda: 2.5).longest() == 2.5
    assert followed(ScriptedApi(), again=lambda: 500.0).longest() == 60
