"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("filter");
const status = document.getElementById("status");
const sectionButton = document.getElementById("section");

const cases = Array.from(document.querySelectorAll(".case"), (element) => {
  const id = decodeURIComponent(element.id.slice("case=".length));
  return {
    element,
    id,
    group: id.split("/")[0],
    outcome: element.dataset.outcome,
    level: element.dataset.level,
    requirements: element.dataset.ids.split(" ").filter((each) => each in data.requirements),
  };
});
const byId = new Map(cases.map((each) => [each.id, each]));

// What is shown. In the address behind #, so that a view can be linked.
const NOTHING = { outcome: [], group: "", level: "", section: "", q: "" };
let filter = { ...NOTHING };

function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  return {
    outcome: (words.get("outcome") || "").split(",").filter(Boolean),
    group: words.get("group") || "",
    level: words.get("level") || "",
    section: words.get("section") || "",
    q: words.get("q") || "",
  };
}

function writeAddress() {
  const words = [];
  for (const [name, value] of Object.entries(filter)) {
    if (value.length) words.push(`${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%2F/g, "/")}`);
  }
  history.replaceState(null, "", words.length ? `#${words.join("&")}` : location.pathname + location.search);
}

function inSection(identifier, section) {
  const [document, number] = data.requirements[identifier];
  return section === document || `${document}/${number}` === section
    || `${document}/${number}`.startsWith(`${section}.`);
}

function searched(each) {
  if (each.text === undefined) {
    const parts = [each.element.querySelector("summary").textContent];
    for (const message of each.element.querySelectorAll(".message")) parts.push(message.textContent);
    const reason = each.element.closest(".reason");
    if (reason) parts.push(reason.querySelector("h4").textContent);
    for (const identifier of each.requirements) parts.push(identifier, data.requirements[identifier][3]);
    each.text = parts.join("\n").toLowerCase();
  }
  return each.text;
}

function matches(each, words) {
  return (!filter.outcome.length || filter.outcome.includes(each.outcome))
    && (!filter.group || filter.group === each.group)
    && (!filter.level || filter.level === each.level)
    && (!filter.section || each.requirements.some((identifier) => inSection(identifier, filter.section)))
    && words.every((word) => searched(each).includes(word));
}

function apply() {
  const active = Object.values(filter).some((value) => value.length);
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const used = new Map();
  for (const each of cases) {
    const visible = matches(each, words);
    each.element.hidden = !visible;
    if (!visible) continue;
    shown += 1;
    for (let part = each.element.parentElement; part; part = part.parentElement.closest(".outcome, .reason")) {
      used.set(part, (used.get(part) ?? 0) + 1);
    }
  }
  for (const part of document.querySelectorAll(".outcome, .reason")) {
    part.hidden = active && !used.has(part);
    const number = part.querySelector(".number");
    number.dataset.all ??= number.textContent;
    number.textContent = active ? `${used.get(part) ?? 0} of ${number.dataset.all}` : number.dataset.all;
    if (part.matches(".fold")) part.open = active && used.has(part);
  }
  status.textContent = active ? `${shown} of ${cases.length} cases` : `${cases.length} cases`;
  return active;
}

function showFilter() {
  for (const box of form.querySelectorAll("[name=outcome]")) {
    box.checked = filter.outcome.includes(box.value);
  }
  for (const name of ["group", "level", "q"]) form.elements[name].value = filter[name];
  sectionButton.hidden = !filter.section;
  sectionButton.textContent = `Section ${filter.section.replace("/", " ")} \u00d7`;
  sectionButton.setAttribute("aria-label", `Section ${filter.section}: show all sections`);
}

function readForm() {
  filter = {
    outcome: Array.from(form.querySelectorAll("[name=outcome]:checked"), (box) => box.value),
    group: form.elements.group.value,
    level: form.elements.level.value,
    section: filter.section,
    q: form.elements.q.value,
  };
  apply();
  writeAddress();
}

function follow() {
  const hash = location.hash.slice(1);
  if (hash && !hash.includes("=")) return; // a part of the page
  filter = readAddress();
  showFilter();
  const active = apply();
  const wanted = new URLSearchParams(hash.replaceAll("+", "%2B")).get("case");
  document.querySelector(".case.target")?.classList.remove("target");
  if (wanted !== null && byId.has(wanted)) open(byId.get(wanted));
  else if (active) document.getElementById("cases").scrollIntoView();
}

function open(each) {
  each.element.hidden = false;
  for (let part = each.element; part; part = part.parentElement.closest("details, .outcome, .reason")) {
    part.hidden = false;
    if (part.matches("details")) part.open = true;
  }
  each.element.classList.add("target");
  each.element.scrollIntoView();
  each.element.querySelector("summary").focus({ preventScroll: true });
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

// A case that passed, or was not asked, carries only its ids: the rest is made when it is opened.
function complete(details) {
  if (details.dataset.complete) return;
  details.dataset.complete = "yes";
  const each = byId.get(decodeURIComponent(details.id.slice("case=".length)));
  let body = details.querySelector(".body");
  if (!body) {
    const list = element("ul", { class: "requirements" });
    for (const identifier of each.requirements) {
      const [name, section, level, sentence] = data.requirements[identifier];
      list.append(element("li", {},
        element("b", {}, identifier),
        element("span", { class: "soft" }, ` ${level}, ${name} section ${section}`),
        element("br", {}),
        sentence));
    }
    body = element("div", { class: "body" },
      element("h4", {}, each.requirements.length === 1 ? "Sentence" : "Sentences"), list,
      element("h4", {}, "Run just this case again"),
      element("div", { class: "command" }, element("pre", { tabindex: "0" }, `${data.rerun} ${quoted(each.id)}`)));
    details.append(body);
  }
  addCopy(body.querySelector(".command"));
  body.append(element("p", { class: "links screen" },
    element("a", { href: `#${details.id}` }, "Link to this case")));
}

function addCopy(command) {
  const button = element("button", { type: "button", class: "copy screen" }, "Copy");
  button.addEventListener("click", () => copy(command.querySelector("pre"), button));
  command.append(button);
}

async function copy(text, button) {
  let done;
  try {
    await navigator.clipboard.writeText(text.textContent);
    done = true;
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(text);
    done = document.execCommand("copy");
  }
  button.textContent = done ? "Copied" : "Selected: press Ctrl+C";
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", readForm);
form.addEventListener("reset", (event) => {
  event.preventDefault();
  filter = { ...NOTHING };
  showFilter();
  apply();
  writeAddress();
});
sectionButton.addEventListener("click", () => {
  filter.section = "";
  showFilter();
  readForm();
  form.elements.q.focus();
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".case") && event.target.open) complete(event.target);
}, true);
for (const command of document.querySelectorAll("dd.command")) addCopy(command);
addEventListener("hashchange", follow);

// On paper the deviations are open.
let printed = [];
addEventListener("beforeprint", () => {
  printed = Array.from(document.querySelectorAll("section.outcome > .case:not([open], [hidden])"));
  for (const each of printed) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of printed) each.open = false;
});

follow();
})();
