"use strict";
// The proof sheet: asks for the journal about once a second and shows each call as one frame of film,
// or one for each of its pictures. What the journal holds came from anyone: it only ever becomes text.

const MOST = 500; // frames on the sheet
const PACE = 1000; // milliseconds between two questions
const PATIENCE = 10_000; // milliseconds to wait for an answer
const SLOWEST = 5000;

const $ = (id) => document.getElementById(id);
const sheet = $("sheet");
const calls = []; // {entry, frames, text}, oldest first
const prompts = new Map(); // document and operation to the pointers of its prompts
const successes = new Map(); // and to the name of its success

// Small parts

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((each) => each !== null && each !== undefined));
  return element;
}

// Characters that nobody would see, or that turn the text around, as their code.
function visible(text) {
  return String(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (mark) => `⟨U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "";
}

function bytes(count) {
  if (count < 1000) return `${count} bytes`;
  return count < 1e6 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function amount(number) {
  return String(Math.round(number * 10_000) / 10_000);
}

// Where a credit is a dollar, prices are dollars: their sum and that of other credits are two.
function inDollars(name) {
  return $("total-credits").dataset.dollars.split(" ").includes(name);
}

function price(number, name) {
  return inDollars(name) ? `$${amount(number)}` : `${amount(number)} cr`;
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function ago(time) {
  const seconds = Math.max(0, Date.now() / 1000 - time);
  if (seconds < 2) return "just now";
  if (seconds < 90) return `${Math.floor(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// What stands at a JSON pointer in which `*` means every item.
function at(value, tokens) {
  if (!tokens.length) return [value];
  if (value === null || typeof value !== "object") return [];
  const [token, ...rest] = tokens;
  if (token === "*") return Array.isArray(value) ? value.flatMap((item) => at(item, rest)) : [];
  return Object.hasOwn(value, token) ? at(value[token], rest) : [];
}

// What an entry says

// Documents may have operations of one name.
function kindOf({ document, operation }) {
  return `${document}.${operation}`;
}

function promptOf(entry) {
  const found = (prompts.get(kindOf(entry)) ?? []).flatMap((tokens) => at(entry.fields, tokens));
  return found.filter((each) => typeof each === "string").join(" · ");
}

function errorOf(entry) {
  const body = parsed(entry.response) ?? {};
  const errors = Array.isArray(body.errors) ? body.errors.map(written).join("\n") : "";
  return {
    name: written(entry.outcome ?? body.name ?? body.title ?? "error"),
    message: errors || written(body.message ?? body.detail ?? entry.response ?? ""),
  };
}

function textOf(entry) {
  const { operation, path, outcome, status, key, seed, fields, files, ignored, response } = entry;
  const parts = [operation, path, outcome, status, key, seed, ...Object.entries(fields).flat(), files, ignored];
  return [...parts, response].map(written).join("\n").toLowerCase();
}

function numberOf(entry, index) {
  return index ? `${entry.seq}${String.fromCharCode(64 + index)}` : `${entry.seq}`; // as on film: 8, 8A, 8B
}

function pictureAddress(entry, index, side) {
  // Numbers start again with the server: the time keeps an older picture of the same number apart.
  return `${entry.pictures[index]}?${side ? `side=${side}&` : ""}at=${entry.time}`;
}

// Frames

function picture(entry, index) {
  const image = make("img", {
    src: pictureAddress(entry, index, 256),
    srcset: `${pictureAddress(entry, index, 256)} 1x, ${pictureAddress(entry, index, 512)} 2x`,
    alt: "",
    loading: "lazy",
    decoding: "async",
  });
  image.addEventListener("error", () => image.replaceWith(make("span", { class: "blank" }, "no longer kept")));
  return image;
}

function print(entry, index) {
  const plays = entry.drawn[index].plays;
  return plays ? poster(plays, () => picture(entry, index)) : [picture(entry, index)];
}

function blank(entry) {
  if (entry.status >= 400) {
    const { name, message } = errorOf(entry);
    return make(
      "span",
      { class: "blank error" },
      make("b", {}, String(entry.status)),
      make("strong", {}, visible(name)),
      make("span", { class: "message" }, visible(message)),
    );
  }
  const said = entry.response ?? `${entry.media_type}, ${bytes(entry.response_bytes)}; not kept`;
  return make("span", { class: "blank" }, make("span", { class: "message code" }, visible(said)));
}

function statusOf(entry) {
  const kind = entry.status ? Math.floor(entry.status / 100) : 5; // 0: nobody answered a callback
  return make("span", { class: `s${kind}` }, entry.status ? String(entry.status) : "no answer");
}

function marksOf(entry) {
  const marks = [];
  if (entry.ignored.length) marks.push(`${entry.ignored.length} ignored`);
  if (entry.forced) marks.push("forced");
  if (entry.fault) marks.push("fault");
  if (entry.callback) marks.push(`callback, attempt ${entry.callback.attempt}`);
  return marks.map((mark) => make("em", {}, mark));
}

// How large a picture is; of sound how long, of a video both.
function measure({ width, height, plays }) {
  const size = plays?.levels ? [] : [`${width} × ${height}`];
  return [...size, ...(plays ? [`${plays.seconds} s`] : [])].join(", ");
}

function note(entry, index, title) {
  const drawn = entry.drawn[index];
  const cost = entry.credits && index === 0 ? ` · ${price(entry.credits, entry.document)}` : "";
  // What a look finds is the state of a task, and nothing unusual.
  const unusual = drawn && entry.outcome !== successes.get(kindOf(entry)) ? make(entry.method === "GET" ? "span" : "em", {}, entry.outcome) : null;
  const time = make("time", { datetime: new Date(entry.time * 1000).toISOString() }, ago(entry.time));
  return make(
    "span",
    { class: "note" },
    make("span", { class: "title", dir: "auto" }, title.slice(0, 300)),
    make("span", {}, entry.operation),
    unusual && make("span", {}, unusual),
    drawn ? make("span", {}, `${measure(drawn)}${cost}`) : null,
    drawn && !drawn.plays?.levels ? make("span", {}, `seed ${drawn.seed}`) : null,
    make("span", {}, time, ...marksOf(entry)),
  );
}

function frame(entry, index) {
  const title = visible(promptOf(entry) || `${entry.method} ${entry.path}`);
  const number = numberOf(entry, index);
  const spoken = `Frame ${number}: ${entry.operation}, ${entry.status} ${entry.outcome ?? ""}, ${title.slice(0, 100)}`;
  const button = make(
    "button",
    { type: "button", class: "frame", "aria-label": spoken },
    make(
      "span",
      { class: "film" },
      make("span", { class: "edge" }, make("span", {}, `▸ ${number}`), statusOf(entry)),
      make("span", { class: "print" }, ...(entry.pictures.length ? print(entry, index) : [blank(entry)])),
    ),
    note(entry, index, title),
  );
  const item = make("li", {}, button);
  button.addEventListener("click", () => show(item));
  return item;
}

function add(entries) {
  for (const entry of entries) {
    const frames = Array.from({ length: Math.max(1, entry.pictures.length) }, (_, index) => frame(entry, index));
    const call = { entry, frames, text: textOf(entry) };
    calls.push(call);
    offer($("by-key"), entry.key);
    offer($("by-operation"), entry.operation);
    filter(call);
    sheet.prepend(...frames);
  }
  while (sheet.childElementCount > MOST && calls.length > 1) calls.shift().frames.forEach((each) => each.remove());
  if (entries.length) tally();
}

function forget() {
  calls.length = 0;
  sheet.replaceChildren();
  tally();
}

// Filters and totals

function offer(select, value) {
  if (value && !Array.from(select.options).some((each) => each.value === value)) {
    select.append(make("option", { value }, value));
  }
}

function filter(call) {
  const { entry } = call;
  const [operation, status, key] = ["by-operation", "by-status", "by-key"].map((id) => $(id).value);
  const words = $("by-text").value.toLowerCase().split(/\s+/);
  const fits =
    (!operation || entry.operation === operation) &&
    (!status || String(entry.status)[0] === status) &&
    (!key || (entry.key ?? "none") === key) &&
    words.every((word) => call.text.includes(word));
  call.frames.forEach((each) => { each.hidden = !fits; });
}

function filterAll() {
  calls.forEach(filter);
  tally();
}

function showAll() {
  ["by-operation", "by-status", "by-key", "by-text"].forEach((id) => { $(id).value = ""; });
  filterAll();
}

let paidByTasks = []; // what tasks cost stands in no call: it is settled when they end

function spent() {
  const paid = [...calls.map((call) => [call.entry.document, call.entry.credits]), ...paidByTasks];
  const sum = (dollars) => paid.reduce((total, [name, each]) => total + (inDollars(name) === dollars ? each : 0), 0);
  const [dollars, credits] = [sum(true), sum(false)];
  return dollars ? [...(credits ? [`${amount(credits)} cr`] : []), `$${amount(dollars)}`].join(" + ") : amount(credits);
}

function tally() {
  const sum = (number) => calls.reduce((total, call) => total + number(call.entry), 0);
  $("total-calls").textContent = String(calls.length);
  $("total-artifacts").textContent = String(sum((entry) => entry.pictures.length));
  $("total-errors").textContent = String(sum((entry) => (entry.status >= 400 ? 1 : 0)));
  $("total-credits").textContent = spent();
  const left = calls.filter((call) => !call.frames[0].hidden).length;
  $("shown").hidden = left === calls.length;
  $("shown").firstElementChild.textContent = left
    ? `Showing ${left} of ${plural(calls.length, "call")}.`
    : `None of ${plural(calls.length, "call")} fits the filters.`;
  $("empty").hidden = calls.length > 0;
  $("clear").disabled = !calls.length;
}

// One entry

function table(pairs) {
  const rows = pairs.map(([name, value]) =>
    make("div", {}, make("dt", {}, visible(name)), make("dd", { dir: "auto" }, value instanceof Node ? value : visible(written(value)))),
  );
  return make("dl", { class: "facts" }, ...rows);
}

function section(title, ...content) {
  return make("section", {}, make("h3", {}, title), ...content);
}

function factsOf(entry, index) {
  const drawn = entry.drawn[index];
  const forced = { prefer: "the Prefer header", schedule: "the schedule", header: "the proofsheet-task header" };
  return [
    ["operation", entry.operation],
    entry.callback
      ? ["callback", `of task ${entry.callback.task}, ${entry.callback.state}, attempt ${entry.callback.attempt}`]
      : ["outcome", entry.outcome ?? "none of the document: Proofsheet speaks of itself"],
    ...(entry.forced ? [["forced by", forced[entry.forced] ?? entry.forced]] : []),
    ...(entry.fault ? [["fault", entry.fault]] : []),
    ["key", entry.key ?? "none"],
    ...(drawn ? [[entry.medium, mediumOf(entry.medium, drawn)]] : []),
    [inDollars(entry.document) ? "dollars" : "credits", amount(entry.credits)],
    ["answered", `${new Date(entry.time * 1000).toLocaleString()}, in ${entry.milliseconds.toFixed(1)} ms`],
    ["request", bytes(entry.request_bytes)],
    ["answer", `${entry.media_type ?? "the receiver's"}, ${bytes(entry.response_bytes)}`],
  ];
}

function mediumOf(medium, drawn) {
  const type = drawn.plays?.media_type ?? drawn.media_type;
  return (drawn.plays || medium === "image" ? `${measure(drawn)}, ${type}, ` : "") + `seed ${drawn.seed}`;
}

function answerOf(entry) {
  if (entry.response === null) return make("p", {}, `The bytes of the ${entry.medium ?? "answer"}.`);
  const value = parsed(entry.response);
  return make("pre", { tabindex: "0" }, visible(value === null ? entry.response : JSON.stringify(value, null, 2)));
}

function fullPicture(entry, index) {
  const src = pictureAddress(entry, index);
  const { width, height, plays } = entry.drawn[index];
  if (plays) return make("div", { class: "full" }, player(plays, `${plays.link}?at=${entry.time}`, src));
  const image = make("img", { src, width, height, alt: visible(promptOf(entry)) });
  const link = make("a", { href: src, target: "_blank", rel: "noopener", title: "Open the file" }, image);
  image.addEventListener("error", () => link.replaceWith(make("p", { class: "blank" }, "The journal no longer keeps it.")));
  return make("div", { class: "full" }, link);
}

function errorNote(entry) {
  if (entry.status < 400) return null;
  const { name, message } = errorOf(entry);
  return make("p", { class: "told" }, make("b", {}, visible(name)), "\n", visible(message));
}

function ignoredNote(entry) {
  if (!entry.ignored.length) return null;
  const names = make("code", {}, visible(entry.ignored.join(", ")));
  const why = `. The document has no such ${entry.ignored.length === 1 ? "field" : "fields"} here: a typo?`;
  return make("p", { class: "warning" }, make("b", {}, "Ignored: "), names, why);
}

function fileOf([name, file]) {
  return [name, `${file.filename || "(no name)"}, ${file.type || "no type"}, ${bytes(file.bytes)}`];
}

function details(entry, index) {
  const files = Object.entries(entry.files).map(fileOf);
  const fields = Object.entries(entry.fields);
  const parts = [
    errorNote(entry),
    ignoredNote(entry),
    table(factsOf(entry, index)),
    fields.length ? section("Fields", table(fields)) : null,
    files.length ? section("Files", table(files)) : null,
    section("Answer", answerOf(entry)),
    section("Request headers", table(Object.entries(entry.headers))),
  ];
  return make("div", { class: "told-all" }, ...parts.filter(Boolean));
}

let opened = null; // the frame whose entry the dialog shows

function show(item) {
  const call = calls.find((each) => each.frames.includes(item));
  if (!call) return;
  opened = item;
  const { entry } = call;
  const index = call.frames.indexOf(item);
  $("entry-title").replaceChildren(
    make("span", { class: "number" }, `▸ ${numberOf(entry, index)}`),
    statusOf(entry),
    make("span", { class: "path" }, visible(`${entry.method} ${entry.path}`)),
  );
  const shown = entry.pictures.length ? [fullPicture(entry, index)] : [];
  $("entry-body").replaceChildren(...shown, details(entry, index));
  $("entry-body").classList.toggle("alone", !shown.length);
  $("entry-body").scrollTop = 0;
  if (!$("entry").open) $("entry").showModal();
}

function step(by) {
  const shown = Array.from(sheet.children).filter((each) => !each.hidden);
  const next = shown[shown.indexOf(opened) + by];
  if (next) show(next);
}

function closed() {
  if ($("entry").open) return; // the event comes late: it was opened again
  $("entry-body").replaceChildren();
  opened?.querySelector("button").focus();
  opened = null;
}

// The journal, again and again

let failures = 0;
let asking = false;
let timer = 0;

async function ask(address, options) {
  // Not seen from the document's own address: that may hold a name and a password, and fetch takes none.
  const answer = await fetch(new URL(address, location.origin + location.pathname), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

async function poll() {
  // The newest known call is asked for again: if it does not come back, the journal was cleared, the
  // server was started anew or it is far ahead, and everything is read again.
  const known = calls.at(-1)?.entry;
  let { entries } = await ask(`journal?after=${known ? known.seq - 1 : 0}&limit=${MOST}`);
  if (!known) {
    add(entries);
  } else if (entries[0]?.seq === known.seq && entries[0].time === known.time) {
    add(entries.slice(1));
  } else {
    ({ entries } = await ask(`journal?after=0&limit=${MOST}`));
    forget();
    add(entries);
  }
}

async function tick() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  try {
    await poll();
    failures = 0;
  } catch {
    failures += 1;
  }
  asking = false;
  tell();
  timer = setTimeout(tick, Math.min(PACE * 2 ** failures, SLOWEST));
}

function tell() {
  const state = document.hidden ? "paused" : failures ? "lost" : "live";
  const words = { paused: "paused", lost: "no answer, asking again", live: "live" };
  if ($("state").dataset.state !== state) {
    $("state").dataset.state = state;
    $("state").textContent = words[state];
  }
  for (const { entry, frames } of calls) {
    const text = ago(entry.time);
    for (const each of frames) {
      const time = each.querySelector("time");
      if (time.textContent !== text) time.textContent = text;
    }
  }
  if (!calls.length) tally();
}

async function clear() {
  $("confirm").close();
  try {
    await ask("journal", { method: "DELETE" });
    forget();
    showAll();
  } catch {
    failures += 1;
    tell();
  }
}

// Wiring

async function copy(button) {
  const text = button.dataset.copy ?? $(button.dataset.copyFrom).textContent;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const source = button.dataset.copyFrom ? $(button.dataset.copyFrom) : button;
    getSelection().selectAllChildren(source); // no clipboard here: at least it is marked
    return;
  }
  if (button.classList.contains("copied")) return;
  button.classList.add("copied");
  const children = Array.from(button.childNodes);
  button.textContent = button.dataset.copyFrom ? "Copied" : `Copied  ${before.trim().slice(4)}`;
  setTimeout(() => {
    button.classList.remove("copied");
    button.replaceChildren(...children);
  }, 1200);
}

function wire() {
  document.querySelectorAll("[data-origin]").forEach((each) => { each.textContent = location.origin; });
  document.querySelectorAll("[data-operation]").forEach(({ dataset }) => {
    const pointers = dataset.prompts.split(" ").filter(Boolean);
    const tokens = (pointer) => pointer.slice(1).split("/").map((each) => each.replaceAll("~1", "/").replaceAll("~0", "~"));
    prompts.set(kindOf(dataset), pointers.map(tokens));
    successes.set(kindOf(dataset), dataset.success);
  });
  document.querySelectorAll("[data-copy], [data-copy-from]").forEach((each) => {
    each.addEventListener("click", () => copy(each));
  });
  ["by-operation", "by-status", "by-key"].forEach((id) => $(id).addEventListener("change", filterAll));
  $("by-text").addEventListener("input", filterAll);
  $("all").addEventListener("click", showAll);
  $("clear").addEventListener("click", () => {
    $("confirm-text").textContent = `All ${plural(calls.length, "call")} and what they made go, of every key. Credits and limits stay as they are.`;
    $("confirm").showModal();
  });
  $("confirm-yes").addEventListener("click", clear);
  document.querySelectorAll("dialog").forEach((dialog) => {
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  });
  $("entry").addEventListener("close", closed);
  $("entry").addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && !event.target.closest("pre")) step(by);
  });
  document.querySelectorAll("[data-step]").forEach((each) => each.addEventListener("click", () => step(Number(each.dataset.step))));
  document.addEventListener("visibilitychange", () => { tell(); tick(); });
  tell();
  tick();
}

wire();
