"""Long texts on their way out: literals whose octets are read while they are sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from reference_server.session.channel import Disconnected, Ending
from reference_server.storage import StorageFailure

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024
"""So many octets of texts are held for one response; what goes beyond is a stream."""

SMALL = 64
"""A text of fewer octets than this is never one: the stream would be larger."""


def certain(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, or the end of the connection.

    The client counts the octets of a literal: when one cannot be finished, nothing else can be
    said any more.
    """
    try:
        yield from chunks
    except Ending:
        raise
    except StorageFailure as error:  # the session reports it
        raise Disconnected from error
    except Exception as error:
        logger.exception("a message could not be read to its end")
        raise Disconnected from error
