"""Follows the log streams of a job from their first lines, and prints what is new.

Logs are a help, not a need: when they are denied or missing there is one warning, and the step goes on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from kfp_sagemaker.backends.backend import Backend
from kfp_sagemaker.errors import AccessDenied, CredentialsExpired, StepError, Transient
from kfp_sagemaker.faces.card import logs_link
from kfp_sagemaker.resources.resource import Resource

_logger = logging.getLogger(__name__)

#: Pages read of one stream at one look, so that a chatty job does not keep the step from describing it.
_PAGES_AT_ONCE = 50
_INSTANCE = re.compile(r"/(algo-\d+)")


class LogTail:
    """What has been read of the streams of one job, so that a look goes on where the last one ended.

    ``arn`` is the job's, once it is known: for a link to the logs when they cannot be read here.
    """

    def __init__(self, backend: Backend, resource: Resource, name: str, show: Callable[[str], None], arn: str = "") -> None:
        self._backend, self._resource, self._name, self._show, self.arn = backend, resource, name, show, arn
        self._tokens: dict[str, str | None] = {}
        self._off = False
        self._lines = 0

    def look(self) -> None:
        """Print what is new in all streams."""
        if self._off:
            return
        try:
            for stream in self._backend.log_streams(self._resource, self._name):
                self._tokens.setdefault(stream, None)
            for stream in list(self._tokens):
                self._read(stream)
        except (Transient, CredentialsExpired):
            pass  # The next look reads on from here.
        except StepError as error:
            self._off = True
            reason = error if isinstance(error, AccessDenied) else f"cannot be read: {error}"
            link = logs_link(self._resource, self.arn)
            _logger.warning("logs: %s%s", reason, f" See {link}" if link else "")

    def finish(self) -> None:
        """The last look; says so when the job wrote nothing."""
        self.look()
        if not self._off and not self._lines:
            _logger.info("logs: %s has none in %s", self._name, self._resource.log_group)
            self._off = True

    def _read(self, stream: str) -> None:
        for _ in range(_PAGES_AT_ONCE):
            page = self._backend.log_page(self._resource, stream, self._tokens[stream])
            prefix = self._prefix(stream)
            for line in page.lines:
                self._show(prefix + line)
            self._lines += len(page.lines)
            # CloudWatch Logs returns the same token again at the end of what is there.
            if page.next_token is None or page.next_token == self._tokens[stream]:
                return
            self._tokens[stream] = page.next_token

    def _prefix(self, stream: str) -> str:
        if len(self._tokens) < 2:
            return ""
        instance = _INSTANCE.search(stream)
        return f"{instance[1] if instance else stream.rpartition('/')[2]}| "
