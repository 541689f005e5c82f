from types import SimpleNamespace

from conformance.report.skipped import skipped


def result(identifier, message, outcome="skip"):
    return SimpleNamespace(outcome=outcome, message=message, case=SimpleNamespace(id=identifier))


def test_reasons_with_what_the_cases_are_about():
    results = SimpleNamespace(
        cases=[
            result("a/b/one", "first"),
            *(result(f"c/d/case[{number}/x]", "second") for number in range(3)),
            result("c/e/one", "second"),
            result("a/b/two", "", "pass"),
        ]
    )
    second, first = skipped(results)
    assert (second.reason, len(second.cases), second.topics) == ("second", 4, "c/d 3, c/e 1")
    assert (first.reason, len(first.cases), first.topics) == ("first", 1, "a/b 1")


def test_many_topics_are_cut():
    results = SimpleNamespace(cases=[result(f"group/{number}/case", "x") for number in range(9)])
    assert (
        skipped(results)[0].topics == "group/0 1, group/1 1, group/2 1, group/3 1, 5 other topics"
    )
