import pytest

from conformance.requirements.catalogue import CatalogueError, bound_by, catalogue, read

ROW = "RFC1-2-1\t2\tTitle\tMUST\tThe server MUST answer.\n"


@pytest.fixture
def tables(tmp_path):
    def write(normative=ROW, statements="# comment\n\n", binds="# comment\n"):
        (tmp_path / "normative.tsv").write_text(normative)
        (tmp_path / "statements.tsv").write_text(statements)
        (tmp_path / "gromox.tsv").write_text("")
        (tmp_path / "binds.tsv").write_text(binds)
        return tmp_path

    return write


def test_the_suites_own_tables():
    requirement = catalogue()["RFC3501-6.1.1-2"]
    assert (requirement.document, requirement.section) == ("RFC3501", "6.1.1")
    assert (requirement.level, requirement.binds) == ("MUST", "server")
    assert catalogue()["RFC3501-6.4.4-4"].level == "MAY", "OPTIONAL"
    assert sum(each.document == "RFC3501" for each in catalogue().values()) >= 245


def test_level_is_that_of_the_strongest_key_word(tables):
    folder = tables(ROW.replace("\tMUST\t", "\tMAY,SHOULD NOT\t"))
    assert read(folder)["RFC1-2-1"].level == "SHOULD"
    assert catalogue().level(("RFC3501-2.2.2-1", "RFC3501-2.2.2-3")) == "SHOULD"


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("The server MUST send a response to the client.", "server"),
        ("An IMAP client MUST NOT issue LOGIN if the server advertises it.", "client"),
        ("Client and server implementations MUST implement it.", "both"),
        ("Clients SHOULD treat NIL and empty string as identical.", "client"),
        ("The update MUST be recorded by the client.", "client"),
        ("Unique identifiers MUST be strictly ascending.", "server"),
        ("1) Unique identifiers MUST be strictly ascending.", "server"),
        ("87) Clarify UID uniqueness guarantees with the use of MUST.", "nobody"),
    ],
)
def test_bound_by(sentence, who):
    assert bound_by(sentence) == who


def test_binds_overrides_the_rules(tables):
    assert read(tables(binds="RFC1-2-1\tclient\twhy\n"))["RFC1-2-1"].binds == "client"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"normative": ROW + "RFC1-2-2\t2\tTitle\n"}, "normative.tsv, line 2: 3 columns"),
        ({"normative": ROW.replace("\tMUST\t", "\tMIGHT\t")}, "'MIGHT' is not a key word"),
        ({"statements": ROW}, "statements.tsv, line 1: the id RFC1-2-1 is taken"),
        ({"binds": "RFC1-9-9\tclient\twhy\n"}, "no sentence has the id RFC1-9-9"),
        ({"binds": "RFC1-2-1\tnone\twhy\n"}, "binds 'none'"),
    ],
)
def test_faults_of_the_tables(tables, changes, problem):
    with pytest.raises(CatalogueError, match=problem):
        read(tables(**changes))
