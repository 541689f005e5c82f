import base64

import pytest

from reference_server.accounts import passwords
from reference_server.accounts.passwords import Plain, parse_hash, scrypt_hash


def test_plain_knows_its_password_only():
    verifier = Plain.of("sécret")
    assert verifier.verify("sécret")
    assert not verifier.verify("secret")
    assert not verifier.verify("")


def test_scrypt_hash_is_verified():
    verifier = parse_hash(scrypt_hash("pässword", log_cost=4))
    assert verifier.verify("pässword")
    assert not verifier.verify("password")


def test_scrypt_keeps_the_test_vector_of_rfc_7914_section_12():
    # scrypt (P="password", S="NaCl", N=1024, r=8, p=16, dkLen=64)
    key = bytes.fromhex(
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
    )
    salt = base64.b64encode(b"NaCl").decode().rstrip("=")
    text = f"$scrypt$ln=10,r=8,p=16${salt}${base64.b64encode(key).decode().rstrip('=')}"
    assert parse_hash(text).verify("password")
    assert not parse_hash(text).verify("passwort")


@pytest.mark.parametrize(
    "text",
    [
        "$scrypt$",
        "$scrypt$ln=14,r=8$c2FsdA$a2V5a2V5a2V5a2V5a2V5",
        "$scrypt$ln=14,r=8,p=1$c2FsdA$",
        "$scrypt$ln=14,r=8,p=1$c2FsdA$a2V5",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$a2V5a2V5a2V5a2V5a2V5a2V5",
        "$scrypt$ln=60,r=8,p=1$c2FsdA$a2V5a2V5a2V5a2V5a2V5a2V5",
        "$scrypt$ln=14,r=0,p=1$c2FsdA$a2V5a2V5a2V5a2V5a2V5a2V5",
        "$nosuch$salt$hash",
        "",
    ],
)
def test_what_is_no_hash_is_refused(text):
    with pytest.raises(ValueError, match=r"scrypt|KEY|ln, r, p"):
        parse_hash(text)


@pytest.mark.skipif(passwords.crypt is None, reason="this Python has no crypt module")
def test_crypt_hash_is_verified():
    # The second test vector of the SHA-crypt specification.
    text = (
        "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbH"
        "bbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v."
    )
    verifier = parse_hash(text)
    assert verifier.verify("Hello world!")
    assert not verifier.verify("Hello world")
    assert not verifier.verify("Hello world!\0")


def test_without_crypt_the_error_says_so(monkeypatch):
    monkeypatch.setattr(passwords, "crypt", None)
    with pytest.raises(ValueError, match=r"no crypt\(3\); accepted is \$scrypt"):
        parse_hash("$6$salt$hash")
