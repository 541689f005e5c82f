"use strict";
const search = document.getElementById("search");
const differing = document.getElementById("differing");
const outcome = document.getElementById("outcome");
const shown = document.getElementById("shown");
const files = [...document.querySelectorAll(".matrix tbody")].map((body) => ({
  body,
  name: body.rows[0].textContent.toLowerCase(),
  rows: [...body.querySelectorAll(".case")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    words: row.dataset.words.split(" "),
    differs: "differs" in row.dataset,
  })),
}));
function filter() {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let number = 0;
  for (const { body, name, rows } of files) {
    let any = false;
    for (const { row, text, words, differs } of rows) {
      const fits = (differs || !differing.checked)
        && (!outcome.value || words.includes(outcome.value))
        && wanted.every((word) => text.includes(word) || name.includes(word));
      row.hidden = !fits;
      any ||= fits;
      number += fits;
    }
    body.hidden = !any;
  }
  shown.textContent = `${number} cases shown`;
}
for (const control of [search, differing, outcome]) control.addEventListener("input", filter);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter();
