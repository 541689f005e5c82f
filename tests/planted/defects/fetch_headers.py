"""FETCH of header fields."""

from reference_server.message.header import Header
from tests.planted.defects import found_by

_subset = Header.subset


@found_by(
    "selected/fetch_header_fields/header_fields[any-letter-case]",
    "selected/fetch_header_fields/field_name_as_a_quoted_string",
)
def header_fields_are_all_absent():
    """FETCH BODY[HEADER.FIELDS (...)] finds none of the fields."""

    def subset(self, _names, *, matching):
        return _subset(self, (), matching=matching)

    Header.subset = subset


@found_by("selected/fetch_header_fields/header_fields[absent]")
def header_fields_leave_out_the_blank_line():
    """A subset without any field lacks the line between header and body."""

    def subset(self, names, *, matching):
        return _subset(self, names, matching=matching).removesuffix(b"\r\n")

    Header.subset = subset
