// Filter, folding, the arrow keys, and a cell's page in a dialog. Without this script every link still leads there.

const dialog = document.getElementById("dialog");
const rows = [...document.querySelectorAll("tr.row")];
const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

function fits(row, want) {
  return (
    (!want.rows || want.rows in row.dataset) &&
    (!want.level || row.dataset.level === want.level) &&
    hasWords(texts.get(row), want.text)
  );
}

function filter() {
  const want = wanted();
  const isFiltered = Object.values(want).some(Boolean);
  for (const row of rows) row.hidden = !fits(row, want);
  for (const body of document.querySelectorAll("tbody.rows")) {
    const own = [...body.querySelectorAll("tr.row")];
    const left = own.filter((row) => !row.hidden).length;
    const head = body.previousElementSibling;
    head.hidden = !left;
    head.querySelector("[data-count]").textContent = left === own.length ? left : `${left} of ${own.length}`;
    fold(body, left && (isFiltered || !("quiet" in body.dataset)));
    for (const group of body.querySelectorAll(".group-head")) group.hidden = !hasRows(group);
  }
  const left = rows.filter((row) => !row.hidden).length;
  document.getElementById("shown").textContent = isFiltered ? `${left} of ${rows.length} requirements` : "";
}

function hasRows(group) {
  for (let row = group.nextElementSibling; row?.matches(".row"); row = row.nextElementSibling) {
    if (!row.hidden) return true;
  }
  return false;
}

function fold(body, isOpen) {
  body.hidden = !isOpen;
  body.previousElementSibling.querySelector(".fold").setAttribute("aria-expanded", String(Boolean(isOpen)));
}

function show(link) {
  const frame = document.getElementById("frame");
  document.getElementById("whole").href = link.href;
  frame.replaceWith(Object.assign(frame.cloneNode(), { src: link.href })); // no entry in the history
  dialog.showModal();
}

function move(link, key) {
  const cell = link.closest("td");
  const row = cell.closest("tr");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step) return [...row.cells][cell.cellIndex + step]?.querySelector("a.state");
  const visible = rows.filter((each) => each.offsetParent);
  const next = visible[visible.indexOf(row) + (key === "ArrowDown" ? 1 : -1)];
  return next?.cells[cell.cellIndex]?.querySelector("a.state");
}

if (window.top !== window) {
  document.documentElement.classList.add("framed");
  addEventListener("keydown", (event) => { if (event.key === "Escape") parent.postMessage("close", "*"); });
}
addEventListener("message", (event) => {
  if (dialog && event.source === document.getElementById("frame").contentWindow) dialog.close();
});
if (tools) {
  for (const button of document.querySelectorAll(".fold")) {
    button.disabled = false;
    const body = button.closest("tbody").nextElementSibling;
    button.addEventListener("click", () => fold(body, body.hidden));
  }
  filterBy(filter);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.state");
  if (!dialog || !link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("a.state");
  const next = link && /^Arrow/.test(event.key) && move(link, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
});
