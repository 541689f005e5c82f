"""Results to show: of every kind, hostile ones, and huge ones."""

from conformance.profiles.profile import KnownDeviation, Profile
from conformance.report.outcome import Finding
from conformance.report.results import Results
from conformance.requirements.case import Case

# What a server could say to harm the reader: markup, ends of elements, workflow commands, fences,
# control characters, a turned direction of writing, a lone surrogate.
HOSTILE = (
    "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    "</pre></details>\u2028\x00\x1b[2J\x9b\u202etxt\ud800\n::error::taken\n```\n````\n%0A::x::"
)


def case(identifier, level="MUST", requirements=("RFC3501-6.1.2-OK",), title="A title."):
    return Case(identifier, title, identifier.partition("/")[0], requirements, level)


def entry(seconds, connection, side, text):
    return {"t": seconds, "from": side, "connection": connection, "text": text}


def dialogue(text="* OK ready"):
    return [
        entry(0.001, "A", "S", text),
        entry(0.002, "A", "C", "a1 NOOP"),
        entry(0.003, "B", "C", "b1 LOGOUT"),
        entry(0.004, "B", "S", "* BYE\nb1 OK done"),
        entry(0.005, "A", "S", "a1 BAD no"),
    ]


def deviation(message="assert 'BAD' == 'OK'\n\n- OK\n+ BAD", level="MUST"):
    return [Finding("deviation", message, level, ("RFC3501-6.1.2-OK",))]


def results(**changes):
    profile = Profile(
        "P",
        (
            KnownDeviation("the reason", "a reference", "1", cases=("selected/fetch/known",)),
            KnownDeviation("it failed", "a reference", "1", cases=("selected/fetch/fixed",)),
        ),
    )
    greeting = "* OK <b>ready</b>"
    made = Results(
        "1.0",
        profile,
        target={"name": "mail.example.com", "greeting": greeting, "capabilities": [], "id": {}},
        seconds=12.3,
        command=("gximap-conformance", "run", "target.toml"),
        **changes,
    )
    made.add(case("any_state/noop/answers[a b'c]"), deviation(), 0.1, dialogue())
    made.add(case("selected/fetch/bad"), deviation("the server said nothing"), 0.1, dialogue())
    made.add(
        case("selected/store/weak", "SHOULD", title="Something weaker."),
        deviation("a weak one", "SHOULD"),
        0.1,
        [entry(0.1, "A", "C", "x" * 1500), entry(0.2, "A", "S", "\n".join("abcdefghijklmnopq"))],
    )
    made.add(case("selected/fetch/known"), deviation(), 0.1, dialogue())
    made.add(case("selected/fetch/fixed"), [], 0.1, [])
    made.add(
        case("selected/fetch/flags", "SHOULD", ("RFC3501-6.4.5-FAST",), title="It passes."),
        [],
        0.1,
        [],
    )
    made.add(case("selected/fetch/passes", title="It passes."), [], 0.1, [])
    for name in "ab":
        made.add(case(f"extensions/move/{name}"), [Finding("skip", "no MOVE here")], 0, [])
    made.add(case("extensions/idle/x"), [Finding("skip", "no second account")], 0, [])
    return made


def hostile():
    made = results(faults=[HOSTILE], left_behind=[HOSTILE])
    made.target = {
        "name": HOSTILE, "greeting": HOSTILE, "capabilities": [HOSTILE], "id": {HOSTILE: HOSTILE}
    }  # fmt: skip
    made.add(case(f"any_state/noop/x[{HOSTILE}]", title=HOSTILE), deviation(HOSTILE), 1, [])
    made.add(case("any_state/noop/y"), deviation(HOSTILE), 1, dialogue(HOSTILE))
    made.add(case("any_state/noop/z"), [Finding("error", HOSTILE)], 1, dialogue(HOSTILE))
    made.add(case("any_state/noop/s"), [Finding("skip", HOSTILE)], 1, [])
    return made


def huge(number=1900):
    """Every case fails, with as long a dialogue and message as the suite keeps."""
    made = results()
    long = [entry(n / 10, "A", "CS"[n % 2], f"{n} " + "x" * 1990) for n in range(300)]
    for n in range(number):
        made.add(case(f"selected/fetch/number_{n}"), deviation("y" * 20_000), 0.1, long)
    return made
