"use strict";
// What pages of reports have in common: a form that filters, and buttons that copy. Each page's own script follows.
// What a report holds came from anyone: it is only ever read as text, and never written.

const tools = document.getElementById("tools");

function wanted() {
  return Object.fromEntries(
    [...tools.querySelectorAll("[data-by]")].map((each) => [each.dataset.by, each.value.trim()]),
  );
}

function hasWords(text, words) {
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function filterBy(filter) {
  tools.hidden = false;
  for (const name of ["input", "change"]) tools.addEventListener(name, filter);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", () => setTimeout(filter));
  filter(); // a browser that comes back keeps what was typed
}

async function copy(button) {
  const source = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source); // no clipboard here: at least it is marked
    button.textContent = "Marked";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

for (const each of document.querySelectorAll("[data-copy]")) {
  each.hidden = false;
  each.addEventListener("click", () => copy(each));
}
