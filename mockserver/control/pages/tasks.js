"use strict";
// The tasks, each with its line of states and its pictures, follow-ups under what they go on from, and a
// button for everything that can be made to happen to it. It uses the small parts of page.js.

const shelf = $("tasks-sheet");
const unfolded = new Set(); // ids of the tasks whose buttons are shown
const shown = new WeakMap(); // elements of tasks to what they show
let drawnTasks = "";

function seconds(from, to) {
  return to === null ? "" : `+${amount(Math.round((to - from) * 100) / 100)} s`;
}

function line(task) {
  const passed = task.states.map(({ state, at }, index) =>
    make(
      "li",
      { class: index === task.states.length - 1 ? `now${task.final ? " final" : ""}` : null },
      make("b", {}, visible(state)),
      make("small", {}, index ? seconds(task.created, at) : new Date(task.created * 1000).toLocaleTimeString()),
    ),
  );
  const share = task.progress === null || task.final ? null : make("progress", { max: "1", value: String(task.progress), "aria-label": "progress" });
  return make("div", { class: "line" }, make("ol", { "aria-label": "States" }, ...passed), share);
}

function prints(task) {
  // A link begins as the task's client saw the double: the file is the same under this page's own origin.
  const images = task.files.map(({ link, picture, plays }) => {
    const src = link.slice(link.indexOf("/_files/"));
    if (plays) return playButton(plays, src, `${picture}?side=256`);
    const image = make("img", { src, alt: "", loading: "lazy", decoding: "async" });
    image.addEventListener("error", () => image.replaceWith(make("span", { class: "blank" }, "no picture")));
    return make("a", { href: src, target: "_blank", rel: "noopener", title: "Open the file" }, image);
  });
  return images.length ? make("div", { class: "prints" }, ...images) : null;
}

// What can be made to happen: the button's words and the request's body.
function movesOf(task) {
  const [ordinary, ...failures] = task.ends;
  const going = task.ways.filter((each) => !task.ends.includes(each));
  const files = ["403", "cut", "type"].map((each) => [`file ${each}`, { force: `file=${each}` }]);
  if (task.final) return [...going.map((each) => [`back to ${each}`, { state: each }]), ...files];
  return [
    [`finish: ${ordinary}`, { finish: true }],
    ...failures.map((each) => [each, { fail: each }]),
    ["hang here", { state: task.state }],
    ["ten minutes pass", { advance: 600 }],
    ["5 s late", { force: "late=5" }],
    ["a state back", { force: "back" }],
    ["lose the callback", { force: "callback=lost" }],
    ["callback twice", { force: "callback=twice" }],
    ...files,
  ];
}

async function moveTask(task, body) {
  let told = "";
  try {
    const answer = await fetch(new URL(`tasks/${encodeURIComponent(task.id)}`, location.origin + location.pathname), {
      method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) told = (await answer.json()).detail;
  } catch {
    told = "no answer";
  }
  $("tasks-told").textContent = visible(told);
  await pollTasks();
}

function forcings(task) {
  const buttons = movesOf(task).map(([words, body]) => {
    const button = make("button", { type: "button", class: "chip", "data-task": task.id, "data-move": JSON.stringify(body) }, visible(words));
    button.addEventListener("click", () => moveTask(task, body));
    return button;
  });
  const all = make("details", { class: "forcings", open: unfolded.has(task.id) ? "" : null }, make("summary", {}, "Make it …"), make("div", { class: "outcomes" }, ...buttons));
  all.addEventListener("toggle", () => { unfolded[all.open ? "add" : "delete"](task.id); });
  return all;
}

function facts(task) {
  const money = task.credits === "free" ? "free" : `${price(task.cost, task.document)} ${task.credits}`;
  const parts = [`${task.document} ${task.operation}`, task.kind, money, task.key, task.forcing && `forced: ${task.forcing}`];
  return make("p", { class: "about" }, visible(parts.filter(Boolean).join(" · ")));
}

function branch(task, children) {
  const below = (children.get(task.id) ?? []).map((each) => branch(each, children));
  return make(
    "li",
    { class: "task", "data-id": task.id },
    make(
      "article",
      { "aria-label": visible(`Task ${task.id}: ${task.state}`) },
      prints(task),
      make("div", {}, make("p", { class: "title", dir: "auto" }, visible(task.prompt || task.operation)), line(task), facts(task), forcings(task)),
    ),
    below.length ? make("ul", { "aria-label": "Follow-ups" }, ...below) : null,
  );
}

function family(task, children) {
  return [task, ...(children.get(task.id) ?? []).map((each) => family(each, children))];
}

// A task's element is made anew only if something about it or its follow-ups has changed.
function kept(task, children) {
  const told = JSON.stringify(family(task, children));
  const before = shelf.querySelector(`:scope > [data-id="${CSS.escape(task.id)}"]`);
  if (before && shown.get(before) === told) return before;
  const made = branch(task, children);
  shown.set(made, told);
  return made;
}

// What is in its place is not touched: a player that is moved stops.
function place(elements) {
  const wanted = new Set(elements);
  Array.from(shelf.children).forEach((each) => { if (!wanted.has(each)) each.remove(); });
  elements.forEach((each, index) => { if (shelf.children[index] !== each) shelf.insertBefore(each, shelf.children[index] ?? null); });
}

function showTasks(tasks) {
  $("tasks").hidden = !tasks.length;
  const told = JSON.stringify(tasks);
  if (told === drawnTasks) return;
  drawnTasks = told;
  paidByTasks = tasks.filter((each) => each.credits === "paid").map((each) => [each.document, Number(each.cost)]);
  tally();
  const known = new Set(tasks.map((each) => each.id));
  const children = new Map();
  for (const each of [...tasks].reverse()) {
    if (known.has(each.parent)) children.set(each.parent, [...(children.get(each.parent) ?? []), each]);
  }
  const focused = document.activeElement?.dataset ?? {};
  place(tasks.filter((each) => !known.has(each.parent)).map((each) => kept(each, children)));
  const again = (each) => each.dataset.task === focused.task && each.dataset.move === focused.move;
  if (focused.task) Array.from(shelf.querySelectorAll("[data-task]")).find(again)?.focus();
}

async function pollTasks() {
  showTasks((await ask("tasks?limit=100")).tasks);
}

async function tickTasks() {
  try {
    if (!document.hidden) await pollTasks();
  } catch {
    // the journal says that nobody answers
  }
  setTimeout(tickTasks, PACE);
}

tickTasks();
