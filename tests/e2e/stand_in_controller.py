"""A stand-in for ACK's SageMaker controller. What passes with it has not been shown to work with the real one.

It takes the real one's place where that cannot be built, and behaves to its clients as recordings of version 1.9.1 show: the
same finalizers, late initialization, conditions and messages, requeues and retries. It says what it is: the tag
``services.k8s.aws/controller-version`` of what it creates is ``stand-in``, and so is its user agent.

Here is the program: what is to be looked at, and when. One look is in :mod:`.stand_in_resource`.

    python -m e2e.stand_in_controller --kubeconfig FILE --aws-endpoint-url URL [--requeue-seconds 30]
        [--reconcile-resource-resync-seconds LabelingJob=60]
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
import traceback
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config

from .cluster import GROUP_PATH, Caller, Refused, definitions, path_of, plurals, tls_context
from .stand_in_kinds import KINDS, NEVER, Kind
from .stand_in_queue import Key, Queue
from .stand_in_resource import Resource, TryAgain

WORKERS = 8
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.1, 960.0
"""Seconds until what failed is looked at again: twice as long each time."""


class Controller:
    """Reconciles the custom resources of all kinds. ``resync`` are seconds that replace a kind's ``again``."""

    def __init__(
        self, caller: Caller, endpoint_url: str, region: str, requeue: float, resync: Mapping[str, float]
    ) -> None:
        self.caller, self.region, self.requeue, self.resync = caller, region, requeue, resync
        session: Any = boto3.Session(aws_access_key_id="stand-in", aws_secret_access_key="stand-in", region_name=region)
        settings = Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=WORKERS,
                          user_agent_extra="stand-in-controller")
        self.aws: Any = session.client("sagemaker", endpoint_url=endpoint_url, config=settings)
        self.account: str = session.client("sts", endpoint_url=endpoint_url, config=settings).get_caller_identity()["Account"]
        self.methods = {operation: method for method, operation in self.aws.meta.method_to_api_mapping.items()}
        self.schemas = {item["spec"]["names"]["kind"]: item["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
                        for item in definitions()}
        self.queue, self.failures = Queue(), dict[Key, int]()

    def run(self) -> None:
        for kind in plurals():
            threading.Thread(target=self._watch, args=(kind,), name=f"watch-{kind}", daemon=True).start()
        for number in range(WORKERS):
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True).start()
        threading.Event().wait()

    def again(self, kind: Kind, status: str | None) -> float:
        """Seconds after which what has been looked at, and is in that status, is looked at once more."""
        return self.requeue if status in kind.busy else self.resync.get(kind.name, kind.again)

    def _watch(self, kind: str) -> None:
        path = f"{GROUP_PATH}/{plurals()[kind]}"
        while True:
            try:
                listed = self.caller.request("GET", path)
                for item in listed["items"]:
                    self.queue.add(_key(kind, item))
                url = f"{self.caller.server}{path}?watch=1&resourceVersion={listed['metadata']['resourceVersion']}"
                asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.caller.token}"})
                generations: dict[str, Any] = {}
                with urllib.request.urlopen(asked, context=tls_context(self.caller.authority)) as events:
                    for line in events:
                        event = json.loads(line)
                        if event["type"] == "ERROR":
                            break
                        metadata = event["object"]["metadata"]
                        seen = (metadata["generation"], metadata.get("deletionTimestamp"))
                        if generations.get(metadata["uid"]) != seen:  # a change of labels or status is none for ACK
                            generations[metadata["uid"]] = seen
                            self.queue.add(_key(kind, event["object"]))
            except (Refused, OSError, ValueError, http.client.HTTPException) as error:
                print(f"watch {kind}: {error}", flush=True)
                time.sleep(1)

    def _work(self) -> None:
        while True:
            key = self.queue.take()
            longest = LONGEST_BACK_OFF
            try:
                after = self._reconcile(key)
                self.failures.pop(key, None)
                if after != NEVER:
                    self.queue.add(key, after)
                continue
            except TryAgain:
                pass
            except Exception:
                traceback.print_exc()
                longest = self.requeue  # an API server that is away comes back, and nothing else tells of it
            finally:
                self.queue.done(key)
            count = self.failures[key] = self.failures.get(key, 0) + 1
            self.queue.add(key, min(FIRST_BACK_OFF * 2 ** (count - 1), longest))

    def _reconcile(self, key: Key) -> float:
        """One look at a resource; the seconds until the next one."""
        found = self.caller.get(path_of(*key))
        try:
            return NEVER if found is None else Resource(self, KINDS[key[0]], found).look()
        except Refused as error:
            if error.status == 404:  # it was deleted meanwhile
                return NEVER
            if error.status == 409:  # it was changed meanwhile
                raise TryAgain from error
            raise


def _key(kind: str, found: Mapping[str, Any]) -> Key:
    return kind, found["metadata"]["namespace"], found["metadata"]["name"]


def _resync(text: str) -> tuple[str, float]:
    kind, _, seconds = text.partition("=")
    if kind not in KINDS:
        raise ValueError(text)
    return kind, float(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--aws-endpoint-url", required=True)
    parser.add_argument("--aws-region", default="us-east-1")
    parser.add_argument("--requeue-seconds", type=float, default=30.0, help="ACK's are a constant of 30")
    parser.add_argument("--reconcile-resource-resync-seconds", type=_resync, action="append", default=[],
                        metavar="KIND=SECONDS",
                        help="look again at what is synced of that kind after so long (ACK has the same option)")
    given = parser.parse_args()
    config = yaml.safe_load(given.kubeconfig.read_text())
    server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    caller = Caller(server["server"], Path(server["certificate-authority"]), user["token"])
    Controller(caller, given.aws_endpoint_url, given.aws_region, given.requeue_seconds,
               dict(given.reconcile_resource_resync_seconds)).run()


if __name__ == "__main__":
    main()
