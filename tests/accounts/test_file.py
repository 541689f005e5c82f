# The hash is that of the test vector in RFC 7914, section 12.
# ruff: noqa: E501
import pytest

from reference_server.accounts import AccountsError, Directory

GOOD = """
[[account]]
address = "alice@example.test"
password = "alicepw"
owners = ["bob@example.test"]
aliases = ["al@example.test"]
lang = "de-AT"
imap = true

[[account]]
address = "bob@example.test"
password_hash = "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"
"""


def load(tmp_path, text):
    path = tmp_path / "accounts.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Directory.load(path)


def test_a_good_file(tmp_path):
    alice, bob = load(tmp_path, GOOD).accounts
    assert alice.address == "alice@example.test"
    assert alice.owners == {"bob@example.test"}
    assert alice.aliases == ("al@example.test",)
    assert alice.lang == "de-AT"
    assert alice.verifier.verify("alicepw")
    assert (bob.lang, bob.imap, bob.owners, bob.aliases) == (None, True, frozenset(), ())
    assert bob.verifier.verify("password")


def entry(**changes):
    keys = {"address": '"a@x.test"', "password": '"p"'} | changes
    return "[[account]]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items() if v is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no account"),
        ("x = 1\n" + GOOD, "unknown key 'x'"),
        ("account = 5", "account is not a list"),
        ("account = [5]", "account is not a list"),
        ("x = 1\n[[account", "not TOML: .*at end of document"),
        (b"# \xff", "not UTF-8: octet 2"),
        (entry(address=None), "account 1: address missing"),
        (entry(address='"alice"'), "address 'alice': accepted is a string local-part@domain"),
        (entry(address='"a!b@x.test"'), "accepted is a string local-part@domain"),
        (entry(address="5"), "account 1: address 5"),
        (entry(password=None), r"account 1 \(a@x.test\): exactly one of password and"),
        (entry(password_hash='"x"'), "exactly one of password and"),
        (entry(password='""'), "password: accepted is a non-empty string"),
        (entry(password=None, password_hash='"junk"'), "password_hash: .*scrypt"),
        (entry(password=None, password_hash="1"), "password_hash: accepted is a string"),
        (entry(pasword='"p"'), "unknown key 'pasword'; accepted: address, password,"),
        (entry(imap='"yes"'), "imap 'yes': accepted is true or false"),
        (entry(lang='""'), "lang '': accepted is a language tag"),
        (entry(owners='"b@x.test"'), "owners 'b@x.test': accepted is a list of addresses"),
        (entry(owners='["b"]'), "accepted is a list of addresses"),
        (entry(owners='["b@x.test"]'), "owners: no account has the address 'b@x.test'"),
        (entry(aliases='["A@x.test"]'), "aliases: 'A@x.test' is taken by account 1"),
        (entry() + entry(address='"A@X.test"'), r"account 2 \(A@X.test\): address: .*is taken"),
    ],
)
def test_every_mistake_is_named(tmp_path, text, expected):
    with pytest.raises(AccountsError, match=expected) as caught:
        load(tmp_path, text)
    assert "accounts.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD + "x = [", 13),
        (GOOD + 'x = "', 13),
        (GOOD + "x = 1\n" + entry(), 10),
        (GOOD.encode() + b"# \xff", 13),
        (GOOD + entry(address=None), 13),
        (GOOD + entry(imap="1"), 13),
        (GOOD + entry(password=None, password_hash='"junk"'), 13),
        (GOOD + " [[ 'account' ]]\naddress = 'bob@example.test'\npassword = 'x'", 13),
        (GOOD + entry(owners='["nobody@x.test"]'), 13),
        (GOOD + "[other]\n", 13),
        ("# A comment\nother = 1\n" + GOOD, 2),
    ],
)
def test_the_line_is_named(tmp_path, text, line):
    """That of the account's header, where it is no mistake in TOML."""
    with pytest.raises(AccountsError, match=rf"accounts\.toml:{line}: "):
        load(tmp_path, text)


def test_without_headers_there_is_no_line(tmp_path):
    good = '{address = "a@x.test", password = "p"}'
    bad = '{address = "b@x.test", password = "p", imap = 1}'
    with pytest.raises(AccountsError, match=r"accounts\.toml: account 2 \(b@x\.test\): imap 1"):
        load(tmp_path, f"account = [{good}, {bad}]")


def test_no_password_in_an_error(tmp_path):
    with pytest.raises(AccountsError) as caught:
        load(tmp_path, entry(password="12345678"))
    assert "12345678" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(AccountsError, match="cannot be read"):
        Directory.load(tmp_path / "none.toml")
