// The filter of one report. Without this script everything is there, only unfiltered.

const items = [...document.querySelectorAll("[data-state]")].map((element) => ({
  element,
  text: (element.textContent + " " + (element.querySelector("code[title]")?.title ?? "")).toLowerCase(),
}));

function fits({ element, text }, want) {
  const { state, level, operation } = element.dataset;
  return (
    (!want.state || state === want.state) &&
    (!want.level || level.split(" ").includes(want.level)) &&
    (!want.operation || operation === want.operation) &&
    hasWords(text, want.text)
  );
}

function itemsIn(holder) {
  return [...holder.querySelectorAll("[data-state]")];
}

function count(all, label) {
  const left = all.filter((each) => !each.hidden).length;
  label.textContent = left === all.length ? String(left) : `${left} of ${all.length}`;
  return left;
}

// The table of pictures has a row for each frame, in the same order: a row goes with its frame.
function filterRows(frames, rows, label) {
  rows.forEach((row, index) => { row.hidden = frames[index].hidden; });
  count(rows, label);
}

function filter() {
  const want = wanted();
  const isFiltered = Object.values(want).some(Boolean);
  for (const item of items) item.element.hidden = !fits(item, want);
  for (const group of document.querySelectorAll(".group")) {
    const left = count(itemsIn(group), group.querySelector("[data-count]"));
    group.hidden = !left;
    group.open = isFiltered && left > 0 && left <= 40;
  }
  for (const section of document.querySelectorAll("main > section[id]")) {
    count(itemsIn(section), section.querySelector("h2 [data-count]"));
  }
  const table = document.querySelector(".judged");
  if (table) {
    const frames = document.querySelectorAll("#sheet .frame");
    filterRows(frames, [...table.querySelectorAll("tbody tr")], table.querySelector("[data-count]"));
  }
  const left = items.filter((item) => !item.element.hidden).length;
  document.getElementById("shown").textContent = isFiltered
    ? left ? `Showing ${left} of ${items.length}.` : `Nothing of ${items.length} fits.`
    : "";
}

// A link from a picture opens its finding, and a finding that the filter hides comes back.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const finding = target?.closest("details");
  if (!finding) return;
  if (finding.closest("[hidden]")) {
    tools.reset();
    filter();
  }
  finding.open = true;
  finding.querySelector("summary").focus({ preventScroll: true });
  finding.scrollIntoView({ block: "start" });
}

addEventListener("hashchange", reveal);
filterBy(filter);
reveal();
