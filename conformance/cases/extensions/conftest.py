"""Fixtures of the cases of extensions."""

import pytest

from conformance.cases.extensions._listing import Tree


@pytest.fixture
def tree(authenticated, scratch):
    """An empty tree of mailboxes: tree.create("foo", "foo/bar"), tree.list("%")."""
    return Tree(authenticated, scratch)
