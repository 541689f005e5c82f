"""Fixtures of the cases of extensions."""

import pytest

from conformance.cases.extensions._listing import Tree
from conformance.cases.extensions._results import prepare


@pytest.fixture
def tree(authenticated, scratch):
    """An empty tree of mailboxes: tree.create("foo", "foo/bar"), tree.list("%")."""
    return Tree(authenticated, scratch)


@pytest.fixture
def five(selected):
    r"""A session with five messages whose UIDs are not their numbers; 2, 4 and 5 are \Flagged.

    Their UIDs are its attribute `uids`.
    """
    selected.uids = prepare(selected)
    return selected
