"""A strict, hand-written parser of what an IMAP server sends.

It rejects what the formal syntax rejects, and where the ABNF leaves a choice that the prose of the
RFC decides (a TEXT part without its line count, a known response code with wrong arguments, a
number of more than 32 bits) it follows the prose.
"""

from conformance.wire.grammar.dialects import RFC3501, RFC9051, STANDARD, grammar_of
from conformance.wire.grammar.extension_values import (
    AppendUid,
    CopyUid,
    EnabledData,
    ESearchData,
    IdData,
    Namespace,
    NamespaceData,
    UidSet,
    VanishedData,
)
from conformance.wire.grammar.framer import Framer
from conformance.wire.grammar.message_values import (
    Address,
    Body,
    Disposition,
    Envelope,
    Extension,
    FetchData,
    Multipart,
    Part,
    Section,
    item_name,
    moment,
)
from conformance.wire.grammar.response import (
    parse_body,
    parse_envelope,
    parse_greeting,
    parse_response,
)
from conformance.wire.grammar.scanner import GrammarError
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.values import (
    CapabilityData,
    Code,
    Condition,
    Continuation,
    Exists,
    Expunge,
    FlagsData,
    ListData,
    Recent,
    Response,
    SearchData,
    StatusData,
    response_name,
)

__all__ = [
    "RFC3501",
    "RFC9051",
    "STANDARD",
    "Address",
    "AppendUid",
    "Body",
    "CapabilityData",
    "Code",
    "Condition",
    "Continuation",
    "CopyUid",
    "Disposition",
    "ESearchData",
    "EnabledData",
    "Envelope",
    "Exists",
    "Expunge",
    "Extension",
    "FetchData",
    "FlagsData",
    "Framer",
    "Grammar",
    "GrammarError",
    "IdData",
    "ListData",
    "Multipart",
    "Namespace",
    "NamespaceData",
    "Part",
    "Recent",
    "Response",
    "SearchData",
    "Section",
    "StatusData",
    "UidSet",
    "VanishedData",
    "grammar_of",
    "item_name",
    "moment",
    "parse_body",
    "parse_envelope",
    "parse_greeting",
    "parse_response",
    "response_name",
]
