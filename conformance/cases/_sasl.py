"""Messages of SASL mechanisms, as AUTHENTICATE carries them."""

import base64


def encode(text):
    """A client response: text or octets in base64."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text)


def plain(user, password, authorization=""):
    """The message of PLAIN (RFC 4616, section 2) in base64."""
    return encode(f"{authorization}\0{user}\0{password}")
