"""What the cases of ESEARCH and SEARCHRES share."""

from conformance.cases._mailbox import fill

FLAGGED = (2, 4, 5)


def prepare(connection):
    r"""Five messages whose UIDs are not their numbers; 2, 4 and 5 are \Flagged. Their UIDs."""
    first, *others = fill(connection, 6)
    connection.ok("STORE", "1", "+FLAGS.SILENT", "(\\Deleted)")
    connection.ok("EXPUNGE")
    connection.ok("STORE", ",".join(map(str, FLAGGED)), "+FLAGS.SILENT", "(\\Flagged)")
    assert first not in others
    return others


def esearch(connection, command, *arguments):
    """Send a SEARCH; the ESEARCH response that answers it."""
    answer = connection.ok(command, *arguments)
    result = answer.esearch()
    assert result.tag == answer.tagged.tag, "ESEARCH does not name the command that it answers"
    assert result.uid == command.upper().startswith("UID "), "the UID indicator is wrong"
    return result


def save(connection, *keys, options="SAVE"):
    """Save the result of a SEARCH in the search result variable."""
    return connection.ok("SEARCH", f"RETURN ({options})", *(keys or ("ALL",)))


def saved(connection):
    """The message sequence numbers that ``$`` stands for."""
    return sorted(connection.ok("SEARCH", "RETURN (ALL)", "$").esearch().all or ())
