"""The HTML report in a real browser, from a file."""

import json

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conformance.report.compare_html import matrix_page
from conformance.report.comparison import CaseOutcome, Comparison, Run
from conformance.report.html_report import report_page
from tests.report.sample import hostile, results

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BAD = "assert 'OK' == 'BAD'\n\n- BAD\n+ OK"
RUNS = {  # server: outcomes, case by case
    "one": {
        "selected/fetch/seen[a_b]": "pass",
        "selected/fetch/uid": "fail",
        "selected/store/weak": "warn",
        "extensions/idle/it": "pass",
    },
    "two": {
        "selected/fetch/seen[a_b]": "pass",
        "selected/fetch/uid": "pass",
        "selected/store/weak": "warn",
        "extensions/idle/it": "skip",
    },
    "three": {"selected/fetch/seen[a_b]": "pass", "selected/fetch/uid": "fail"},
}
FAILED = "any_state/noop/answers[a b'c]"


BORDER = "return getComputedStyle(arguments[0]).borderInlineStartStyle"


class Page:
    """A page in the browser. What it loads and what it complains of is collected."""

    def __init__(self, driver, path):
        self.driver = driver
        self.url = path.as_uri()

    def open(self, fragment="", width=1200, scheme="light"):
        """Load the page anew."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        self.driver.get("about:blank")
        self.driver.get(self.url + fragment)
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def shown(self):
        """The names of the cases that are not filtered out, without their folders."""
        return self.run(
            "return Array.from(document.querySelectorAll('.case:not([hidden])'),"
            "  (each) => decodeURIComponent(each.id).split('[')[0].split('/').pop())"
        )

    @property
    def fragment(self):
        return self.run("return location.hash")

    @property
    def status(self):
        return self.one("#status").text


@pytest.fixture(scope="module")
def driver(required_tool, tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = required_tool("chromium", "chromium")
    for word in QUIET:
        options.add_argument(word)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = Service(required_tool("chromedriver", "chromium-driver"))
    driver = webdriver.Chrome(options=options, service=service)
    driver.implicitly_wait(5)  # what opens is completed by an event of its own
    driver.get("about:blank")
    loaded(driver)  # the browser's own first page
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "index.html"
    path.write_text(report_page(results()), encoding="utf-8")
    return path


@pytest.fixture
def page(driver, file):
    yield Page(driver, file)
    assert driver.get_log("browser") == []
    assert loaded(driver) <= {file.as_uri(), "about:blank"}


def loaded(driver):
    """The addresses of all requests since the last call, without what follows #."""
    messages = [json.loads(each["message"])["message"] for each in driver.get_log("performance")]
    return {
        each["params"]["request"]["url"].partition("#")[0]
        for each in messages
        if each["method"] == "Network.requestWillBeSent"
    }


def test_filter_by_outcome_group_and_level(page):
    page.open()
    assert len(page.shown()) == 10
    page.one("[name=outcome][value=fail]").click()
    assert page.shown() == ["answers", "bad"]
    assert page.status == "2 of 10 cases"
    page.one("[name=outcome][value=skip]").click()
    page.one("[name=group]").send_keys("extensions")
    assert page.shown() == ["a", "b", "x"]
    assert page.one("details.fold[open] .reason").is_displayed()
    assert page.fragment == "#outcome=fail,skip&group=extensions"
    page.one("[type=reset]").click()
    page.one("[name=level]").send_keys("SHOULD")
    assert page.shown() == ["weak", "flags"]
    page.one("[type=reset]").click()
    assert len(page.shown()) == 10
    assert page.fragment == ""


def test_search(page):
    page.open()
    field = page.one("[name=q]")
    for words, shown in {
        "Noop answers": ["answers"],  # id
        "weaker": ["weak"],  # title
        "rfc3501-6.4.5-fast": ["flags"],  # requirement
        "equivalent internaldate": ["flags"],  # sentence
        "said nothing": ["bad"],  # message
        "move here": ["a", "b"],  # reason
        "nowhere": [],
        "<b>": [],
    }.items():
        field.clear()
        field.send_keys(words)
        assert page.shown() == shown, words
        assert page.status == f"{len(shown)} of 10 cases"


def test_filtered_view_can_be_linked(page):
    page.open()
    page.one("[name=q]").send_keys("a 100% & b+c, \u00e4/#")
    page.one("[name=outcome][value=skip]").click()
    view = (page.shown(), page.status, page.fragment)
    page.open(page.fragment)
    assert (page.shown(), page.status, page.fragment) == view
    assert page.one("[name=q]").get_attribute("value") == "a 100% & b+c, \u00e4/#"
    page.one("[name=q]").send_keys(Keys.CONTROL, "a", Keys.BACKSPACE)
    page.driver.refresh()
    assert page.shown() == ["a", "b", "x"]
    assert page.one(".fold[open] .number").text == "3 of 3"


def test_section_links_filter(page):
    page.open()
    page.run("document.querySelectorAll('.document').forEach((each) => each.open = true)")
    page.one('a[href="#section=RFC3501/6.4.5"]').click()
    assert page.shown() == ["flags"]
    page.one("#section").click()
    assert len(page.shown()) == 10
    page.one('a[href="#section=RFC3501/6.1.2&outcome=pass"]').click()
    assert page.shown() == ["passes"]
    page.driver.back()
    assert len(page.shown()) == 10
    page.open("#section=RFC3501/6.4")
    assert page.shown() == ["flags"]


def test_link_to_a_case(page):
    page.open()
    fragment = page.run("return '#' + document.querySelector('.case[data-outcome=fail]').id")
    page.open(fragment)
    case = page.one(".case.target")
    assert case.get_attribute("open")
    assert FAILED in case.text
    top = page.run("return arguments[0].getBoundingClientRect().top", case)
    assert 0 <= top < 900
    # in a part that is folded, by an address that a person typed
    page.open("#case=extensions/idle/x")
    assert page.one(".case.target").is_displayed()
    assert "no second account" in page.one("details.fold[open]").text


def test_details_of_a_failed_case(page):
    page.open().one(".case[data-outcome=fail] > summary").click()
    case = page.one(".case[open]")
    for words in (
        "expected: OK", "RFC3501-6.1.2-OK", "The NOOP command always succeeds.", "0.002 A C",
        "a1 BAD no", "gximap-conformance run target.toml --select ",
    ):  # fmt: skip
        assert words in case.text
    lines = case.find_elements(By.CSS_SELECTOR, ".body > .wire > li")
    assert [line.text.split()[-2] for line in lines] == ["a1", "BAD"]
    case.find_element(By.CSS_SELECTOR, ".more:has(.wire) > summary").click()
    lines = case.find_elements(By.CSS_SELECTOR, ".more .wire > li")
    assert [line.text.split()[1:3] for line in lines] == [
        ["A", "S"], ["A", "C"], ["B", "C"], ["B", "S"], ["A", "S"]
    ]  # fmt: skip
    borders = {line.get_attribute("data-c"): page.run(BORDER, line) for line in lines}
    assert borders["A"] != borders["B"]  # not by their colours alone


def test_details_of_a_passed_case_are_made_when_it_opens(page):
    page.open("#outcome=pass")
    page.one(".case[data-outcome=pass] > summary").click()
    text = page.one(".case[open] .body").text
    assert "FAST is equivalent to" in text
    assert "target.toml --select selected/fetch/flags" in text


def test_long_texts_are_folded(page):
    page.open("#outcome=warn").one(".case[data-outcome=warn] > summary").click()
    more = page.one(".wire details")
    assert page.run("return arguments[0].innerText", more).strip() == "1000 more characters"
    page.one(".wire details > summary").click()
    assert more.text.count("x") == 1000


def test_copy(page):
    page.open().one(".case[data-outcome=fail] > summary").click()
    command = page.one(".case[open] .command pre").text
    button = page.one(".case[open] .copy")
    button.click()
    page.driver.find_element(
        By.XPATH, "//button[text()='Copied' or starts-with(text(),'Selected')]"
    )
    assert page.run("return getSelection().toString()") in ("", command)
    if button.text == "Copied":
        field = page.run("return document.body.appendChild(document.createElement('textarea'))")
        field.send_keys(Keys.CONTROL, "v")
        assert field.get_attribute("value") == command
    # where the clipboard is closed to the page the command is selected at least
    page.run(
        "navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false"
    )
    button.click()
    assert page.run("return getSelection().toString()") == command


# What has the focus, and whether that is to be seen.
FOCUSED = """
const focused = document.activeElement;
const outline = getComputedStyle(focused.closest('.chip') || focused).outlineStyle;
return [focused.className || focused.name || focused.id || focused.localName, outline];
"""


def test_keyboard_reaches_everything(page):
    page.open("#outcome=fail")
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    reached = []
    for _ in range(60):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        name, outline = page.run(FOCUSED)
        if name == "body":
            break
        assert outline == "solid", name
        reached.append(name)
    assert reached[0] == "skip-link"
    order = [
        reached.index(name) for name in ("outcome", "q", "group", "level", "button", "summary")
    ]
    assert order == sorted(order)
    assert reached.count("summary") >= 2


def test_enter_opens_a_case(page):
    page.open()
    page.one(".case[data-outcome=fail] > summary").send_keys(Keys.ENTER)
    assert page.one(".case[data-outcome=fail]").get_attribute("open")


@pytest.mark.parametrize("fragment", ["", "#case=selected/store/weak", "#outcome=skip", "#q=a"])
def test_no_horizontal_scrolling_on_a_phone(page, fragment):
    page.open(fragment, width=400)
    page.run("document.querySelectorAll('details').forEach((each) => each.open = true)")
    wide, seen = page.run(
        "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
    )
    assert wide == seen <= 400


def luminance(page, selector, part):
    color = page.run(
        "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]",
        selector,
        part,
    )
    channels = [int(word) / 255 for word in color[color.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page, scheme):
    page.open("#case=selected/fetch/bad", scheme=scheme)
    assert (luminance(page, "body", "backgroundColor") > 0.5) == (scheme == "light")
    for text, ground in (
        ("body", "body"), (".soft", "body"), ("nav a", "body"), (".case .badge", ".case"),
        (".wire .C", ".wire"), (".wire .S", ".wire"),
        (".wire .C", ".proof"), (".wire .S", ".proof"),
        (".counts .bad", ".verdict"), (".counts .weak", ".verdict"), (".counts .good", ".verdict"),
        (".counts .known", ".verdict"), (".counts .quiet", ".verdict"),
    ):  # fmt: skip
        lights = sorted(
            (luminance(page, text, "color"), luminance(page, ground, "backgroundColor"))
        )
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, (text, ground)


def test_hostile_server(driver, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(report_page(hostile()), encoding="utf-8")
    page = Page(driver, path).open()
    page.run("document.querySelectorAll('details').forEach((each) => each.open = true)")
    page.one("[name=q]").send_keys("onerror")
    assert len(page.shown()) == 4
    assert driver.title.startswith("</script>")
    assert page.run("return document.querySelectorAll('img').length") == 0
    assert driver.get_log("browser") == []
    assert loaded(driver) <= {path.as_uri(), "about:blank"}


def test_readable_without_script(page):
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.driver.get("about:blank")
        page.driver.get(page.url)
        assert "2 failed against a MUST" in page.one(".verdict").text
        assert not page.one("#filter").is_displayed()
        assert FAILED in page.one("section.outcome").text
        page.one(".case > summary").click()
        assert "a1 BAD no" in page.one(".case").text
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.fixture
def matrix(driver, tmp_path):
    runs = []
    for name, outcomes in RUNS.items():
        cases = {
            case: CaseOutcome(case, f"About {case}.", word, BAD if word in ("fail", "warn") else "")
            for case, word in outcomes.items()
        }
        path = tmp_path / name / "results.json"
        path.parent.mkdir()
        (path.parent / "index.html").write_text("")
        runs.append(Run(path, name, "1", "2026-01-01", 1.0, cases))
    file = tmp_path / "matrix.html"
    file.write_text(matrix_page(Comparison(runs), tmp_path), encoding="utf-8")
    yield Page(driver, file)
    assert driver.get_log("browser") == []
    assert loaded(driver) <= {file.as_uri(), "about:blank"}


def matrix_shown(page):
    """The cases in the matrix, without their folders, and the heads of files over them."""
    rows = page.driver.find_elements(By.CSS_SELECTOR, ".matrix tbody tr")
    return [row.find_element(By.CSS_SELECTOR, "th").text for row in rows if row.is_displayed()]


def test_matrix_search(matrix):
    matrix.open()
    everything = [
        "extensions/idle", "it", "selected/fetch", "seen[a_b]", "uid", "selected/store", "weak",
    ]  # fmt: skip
    assert matrix_shown(matrix) == everything
    field = matrix.one("#search")
    for words, shown in {
        "UID": ["selected/fetch", "uid"],  # a case
        "store": ["selected/store", "weak"],  # a file
        "about fetch": ["selected/fetch", "seen[a_b]", "uid"],  # title, in any order
        "expected BAD": ["selected/fetch", "uid", "selected/store", "weak"],  # message
        "nowhere": [],
        "<b>": [],
    }.items():
        field.clear()
        field.send_keys(words)
        assert matrix_shown(matrix) == shown, words
        cases = sum("/" not in each for each in shown)
        assert matrix.one("#shown").text == f"{cases} cases shown"
    field.send_keys(Keys.CONTROL, "a", Keys.BACKSPACE)
    assert matrix_shown(matrix) == everything


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        ("fail", ["selected/fetch", "uid"]),
        ("warn", ["selected/store", "weak"]),
        ("skip", ["extensions/idle", "it"]),
        ("missing", ["extensions/idle", "it", "selected/store", "weak"]),
    ],
)
def test_matrix_outcome(matrix, outcome, shown):
    matrix.open().one("#outcome").send_keys(outcome)
    assert matrix_shown(matrix) == shown
    assert matrix.one("#shown").text == f"{len(shown) // 2} cases shown"


def test_matrix_differences(matrix):
    matrix.open().one("#differing").click()
    assert matrix_shown(matrix) == ["extensions/idle", "it", "selected/fetch", "uid"]
    matrix.one("#outcome").send_keys("fail")
    assert matrix_shown(matrix) == ["selected/fetch", "uid"]
    matrix.one("#search").send_keys("idle")
    assert matrix_shown(matrix) == []


def test_matrix_leads_to_the_case_of_a_report(matrix):
    matrix.open()
    links = [
        link.get_attribute("href")
        for link in matrix.driver.find_elements(By.CSS_SELECTOR, ".matrix td a")
        if link.get_attribute("href").endswith("uid")
    ]
    assert [link.rpartition("/two/")[2] for link in links if "/two/" in link] == [
        "index.html#case=selected/fetch/uid"
    ]


def test_matrix_on_a_phone(matrix):
    matrix.open(width=400)
    matrix.run("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert "expected: BAD" in matrix.one(".matrix pre").text
    wide, seen = matrix.run(
        "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
    )
    assert wide == seen <= 400
