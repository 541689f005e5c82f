"""TLS handshakes without a network."""

import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor


def shake_hands(server, client):
    """Connect two TLS contexts: (the version agreed on, the server's certificate in DER).

    Raises ssl.SSLError as the client sees it.
    """
    near, far = socket.socketpair()
    near.settimeout(20)
    far.settimeout(20)

    def serve():
        with far, contextlib.suppress(OSError):
            server.wrap_socket(far, server_side=True).close()

    with near, ThreadPoolExecutor() as threads:
        threads.submit(serve)
        try:
            secured = client.wrap_socket(near, server_hostname="localhost")
        finally:
            near.close()
        with secured:
            return secured.version(), secured.getpeercert(binary_form=True)
