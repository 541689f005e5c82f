import pytest

from conformance.targets.configuration import DIRECTIVES, REFERENCE_DIRECTIVES
from conformance.targets.description import Account, Address, Description, TargetError, describe
from reference_server.config.directives import DIRECTIVES as TABLE

FILE = """
name = "mail.example.com"
profile = "gromox"
[endpoint.imap]
host = "mail.example.com"
[endpoint.imaps]
host = "mail.example.com"
port = 1993
[[account]]
role = "primary"
user = "alice@example.com"
password_env = "GX_ALICE"
[[account]]
role = "stranger"
user = "dave@example.com"
password = "test"
[settings]
imap_auth_times = 3
[control]
apply = ["ssh", "mail", "apply"]
"""


def never_ask(prompt):
    raise AssertionError(prompt)


@pytest.mark.parametrize(
    ("url", "kind", "host", "port", "user", "password"),
    [
        ("imap://alice:pw@mail.test", "imap", "mail.test", 143, "alice", "pw"),
        ("imaps://alice:pw@mail.test", "imaps", "mail.test", 993, "alice", "pw"),
        ("IMAP://a%40b.test:p%3A%2F@[::1]:1143/", "imap", "::1", 1143, "a@b.test", "p:/"),
        ("imap://alice:@mail.test", "imap", "mail.test", 143, "alice", ""),
        (
            "imap://%C3%A4:p%C3%A4%20@bücher.test",
            "imap",
            "bücher.test",
            143,
            "ä",
            "pä ",
        ),
    ],
)
def test_url(url, kind, host, port, user, password):
    description = describe(url, never_ask, {})
    assert description.main == Address(kind, host, port)
    assert description.accounts == {"primary": Account("primary", user, password)}
    assert Description.from_data(description.to_data()) == description


def test_password_from_the_environment_or_a_prompt():
    url = "imap://alice@mail.test"
    given = describe(url, never_ask, {"GXIMAP_PASSWORD": "pw"})
    assert given.accounts["primary"].password == "pw"
    asked = describe(url, lambda prompt: f"answer to {prompt}", {})
    assert asked.accounts["primary"].password == "answer to Password of alice on mail.test: "


def test_password_is_not_shown():
    assert "pw" not in repr(Account("primary", "alice", "pw"))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("imap://mail.test", "names no user"),
        ("imap://alice:pw@", "names no host"),
        ("imap://alice:pw@mail.test:port", "not well-formed"),
        ("imap://alice:pw@mail.test/INBOX", "more than"),
        ("imap://alice:pw#2@mail.test", "in user and password / is written %2F"),
        ("imap://alice:pw[2@mail.test", "in user and password / is written %2F"),
        ("imap://alice:pw%0D%0A@mail.test", "the password must not contain NUL"),
        ("imap://ali%00ce:pw@mail.test", "the user must not contain NUL"),
        ("imap://alice:pw%E4@mail.test", "must be UTF-8"),
        ("imap://alice:pw\udce4@mail.test", "the password must be UTF-8"),
        ("imap://alice:pw@..", "cannot be the name of a host"),
        (f"imap://alice:pw@{'x' * 64}.test", "cannot be the name of a host"),
        ("imap://alice:pw@a b", "cannot be the name of a host"),
        ("pop3://alice:pw@mail.test", "neither imap://"),
        ("imap:/alice:pw@mail.test", "neither imap://"),
        ("alice:pw@mail.test", "neither imap://"),
        ("alice:" + "pw" * 3000, "neither imap://"),
        ("no-such-file.toml", "neither imap://"),
    ],
)
def test_wrong_url(url, problem):
    with pytest.raises(TargetError, match=problem) as caught:
        describe(url, never_ask, {})
    assert "pw" not in str(caught.value)


def test_file(tmp_path):
    path = tmp_path / "target.toml"
    path.write_text(FILE)
    description = describe(str(path), never_ask, {"GX_ALICE": "pw"})
    assert description.name == "mail.example.com"
    assert description.profile == "gromox"
    assert description.addresses["imap"] == Address("imap", "mail.example.com", 143)
    assert description.addresses["imaps"] == Address("imaps", "mail.example.com", 1993)
    assert description.accounts["primary"] == Account("primary", "alice@example.com", "pw")
    assert description.accounts["stranger"].password == "test"
    assert description.settings == {"imap_auth_times": "3"}
    assert description.control == {"apply": ["ssh", "mail", "apply"]}
    assert Description.from_data(description.to_data()) == description


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[settings]", "[setting]", "the file: unknown key 'setting'"),
        ("[endpoint.imaps]", "[endpoint.pop3]", r"\[endpoint.pop3\]: an endpoint is one of"),
        ('host = "mail.example.com"\n[', 'host = ".."\n[', r"\[endpoint.imap\]: '..' cannot be"),
        ('password = "test"', 'password = "te\\nst"', "'stranger': the password must not"),
        ("port = 1993", "port = 0", r"\[endpoint.imaps\]: port must be"),
        ("port = 1993", "ports = 1", r"\[endpoint.imaps\]: unknown key 'ports'"),
        ('role = "stranger"', 'role = "boss"', "a role is one of"),
        ('role = "stranger"', 'role = "primary"', "is there twice"),
        ('role = "primary"', 'role = "second"', "no .* with role 'primary'"),
        ('password_env = "GX_ALICE"', 'password_env = "GX_BOB"', "GX_BOB is not set"),
        ('password = "test"', 'password = "a"\npassword_env = "B"', "give only one of them"),
        ('user = "dave@example.com"', 'user = "alice@example.com"', "is the primary account"),
        ('password = "test"', 'password_file = "nowhere"', "password_file: .*nowhere"),
        ('user = "dave@example.com"', 'user = ""', "user must be given"),
        ('name = "mail.example.com"', "name = 1", "name must be given"),
        ('["ssh", "mail", "apply"]', '"ssh"', r"\[control\]: apply must be a list"),
        ("[settings]", "[settings", "target.toml: "),
        ("imap_auth_times", "imap_aauth_times", "no directive 'imap_aauth_times'; perhaps imap_au"),
        ("imap_auth_times", "zzz", r"\[settings\]: Gromox has no directive 'zzz'$"),
        ('profile = "gromox"', 'ca_file = "none.pem"', "no CA file"),
    ],
)
def test_wrong_file(tmp_path, old, new, problem):
    assert old in FILE
    path = tmp_path / "target.toml"
    path.write_text(FILE.replace(old, new, 1))
    with pytest.raises(TargetError, match=problem) as caught:
        describe(str(path), never_ask, {"GX_ALICE": "pw"})
    assert str(path) in str(caught.value)


def test_file_without_endpoint(tmp_path):
    path = tmp_path / "target.toml"
    path.write_text('[[account]]\nrole = "primary"\nuser = "a"\npassword = "b"\n')
    with pytest.raises(TargetError, match=r"endpoint\.imap"):
        describe(str(path), never_ask, {})


def test_settings_alone_are_those_of_a_fresh_reference_server(tmp_path):
    path = tmp_path / "target.toml"
    path.write_text('[settings]\nimap_rfc9051 = false\ncontext_num = 7\nhost_id = "here"\n')
    description = describe(str(path), never_ask, {})
    assert description.addresses == {}
    assert description.settings == {"imap_rfc9051": "no", "context_num": "7", "host_id": "here"}
    assert description.name == "reference server with imap_rfc9051=no, context_num=7, host_id=here"


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("[settings]\ncontext_num = [7]\n", r"\[settings\]: context_num must be"),
        ('profile = "gromox"\n[settings]\n', "nothing but"),
        ('name = "it"\n', "nothing but"),
    ],
)
def test_wrong_settings_of_a_reference_server(tmp_path, file, problem):
    path = tmp_path / "target.toml"
    path.write_text(file)
    with pytest.raises(TargetError, match=problem):
        describe(str(path), never_ask, {})


@pytest.fixture
def with_password_file(tmp_path):
    """The target file, with the password of the stranger in the file `secret` beside it."""
    target = tmp_path / "target.toml"
    target.write_text(FILE.replace('password = "test"', 'password_file = "secret"'))
    secret = tmp_path / "secret"
    secret.write_text("p w\nnot this\n")
    secret.chmod(0o600)
    return target


def test_password_from_a_file(with_password_file):
    description = describe(str(with_password_file), never_ask, {"GX_ALICE": "pw"})
    assert description.accounts["stranger"].password == "p w"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_password_file_that_others_may_use(with_password_file, mode):
    (with_password_file.parent / "secret").chmod(mode)
    with pytest.raises(TargetError, match=rf"secret: .*mode {mode:04o}.*chmod 600"):
        describe(str(with_password_file), never_ask, {"GX_ALICE": "pw"})


def test_password_file_without_a_password(with_password_file):
    (with_password_file.parent / "secret").write_text("\nlater\n")
    with pytest.raises(TargetError, match="expected a password in the first line"):
        describe(str(with_password_file), never_ask, {"GX_ALICE": "pw"})


def test_password_that_the_target_file_does_not_name_is_asked_for(tmp_path):
    target = tmp_path / "target.toml"
    target.write_text(FILE.replace('password = "test"\n', ""))
    given = describe(str(target), lambda prompt: f"answer to {prompt}", {"GX_ALICE": "pw"})
    assert given.accounts["stranger"].password == "answer to Password of dave@example.com: "


def test_directives_are_those_of_the_reference_server():
    keys = {key for each in TABLE for key in (each.key, *each.aliases)}
    assert keys == DIRECTIVES | REFERENCE_DIRECTIVES
