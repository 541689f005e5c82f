"""What is always true of a server: the invariant checker on every connection."""

from conformance.oracle.checker import Checker
from conformance.oracle.record import Record
from conformance.oracle.rules import RULES, Rule, Violation

__all__ = ["RULES", "Checker", "Record", "Rule", "Violation"]
