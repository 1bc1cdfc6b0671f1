// A double of generative-media APIs for tests: started or joined, and asked over its control surface.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";

const READY = /^Proofsheet serves on (https?:\/\/\S+)$/m;
const KEPT = 10_000; // characters of the server's output that an error shows

export class ProofsheetError extends Error {
  name = "ProofsheetError";
}

/** Joins the server at PROOFSHEET_URL, or starts one of its own. */
export async function proofsheet(options = {}) {
  const url = options.url ?? process.env.PROOFSHEET_URL;
  return url ? join(url, options) : start(options);
}

/** A server that runs already. */
export async function join(url, { adminKey = process.env.PROOFSHEET_ADMIN_KEY } = {}) {
  const server = new Server(new URL(url).origin, adminKey);
  await server.ask("GET", "/health");
  return server;
}

/** A server in a process of its own, on a free port; it ends with this process at the latest. */
export async function start({ names = [], args = [], command = defaultCommand(), timeout = 120 } = {}) {
  const [program, ...first] = command;
  const given = [...first, "serve", ...names, "--host", "127.0.0.1", "--port", "0", "--no-warm", ...args];
  const child = spawn(program, given, { stdio: ["ignore", "pipe", "pipe"] });
  const end = () => child.kill();
  process.once("exit", end);
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new ProofsheetError(`${why}\n$ ${[program, ...given].join(" ")}\n${said.slice(-KEPT)}`));
    const timer = setTimeout(() => fail(`the server was not ready after ${timeout} seconds`), timeout * 1000);
    const settle = (then) => (value) => { clearTimeout(timer); then(value); };
    const listen = (piece) => {
      said = (said + piece).slice(-2 * KEPT);
      const found = READY.exec(said);
      if (found) settle(resolve)(found[1]);
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    child.once("error", (error) => settle(fail)(error.code === "ENOENT"
      ? `${program} is not installed: pip install proofsheet, or name the command in PROOFSHEET_COMMAND`
      : String(error)));
    child.once("exit", (code) => settle(fail)(`the server ended with exit code ${code} before it was ready`));
  }).catch((problem) => { process.off("exit", end); child.kill(); throw problem; });
  for (const each of [child, child.stdout, child.stderr]) each.unref?.();
  return new Server(url, undefined, async () => {
    process.off("exit", end);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    child.kill();
    await once(child, "exit");
  });
}

function defaultCommand() {
  return (process.env.PROOFSHEET_COMMAND ?? "proofsheet").split(" ").filter(Boolean);
}

export class Server {
  #adminKey;
  #stop;

  constructor(url, adminKey, stop) {
    this.url = url;
    this.#adminKey = adminKey;
    this.#stop = stop;
  }

  /** The double as one key sees it: a new key unless one is given. */
  mock(key = `sk-proofsheet-${randomBytes(12).toString("hex")}`) {
    return new Mock(this, key);
  }

  /** Ends a server of ours; leaves somebody else's alone. */
  async stop() {
    await this.#stop?.();
  }

  async [Symbol.asyncDispose ?? Symbol.for("asyncDispose")]() {
    await this.stop();
  }

  /** One request to the control surface. Throws ProofsheetError with what the server said. */
  async ask(method, path, { key, body } = {}) {
    return JSON.parse(new TextDecoder().decode(await this.bytes(method, path, { key, body })));
  }

  async bytes(method, path, { key, body } = {}) {
    const headers = { "content-type": "application/json" };
    if (key !== undefined) headers.authorization = `Bearer ${key}`;
    if (this.#adminKey) headers["proofsheet-admin"] = this.#adminKey;
    let answer;
    try {
      answer = await fetch(`${this.url}/_mock${path}`, {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      throw new ProofsheetError(`${method} ${this.url}/_mock${path}: ${error.cause?.message ?? error.message}`);
    }
    if (!answer.ok) throw new ProofsheetError(`${method} /_mock${path}: ${sentence(await answer.text(), answer.status)}`);
    return answer.arrayBuffer();
  }
}

function sentence(text, status) {
  try {
    return JSON.parse(text).detail ?? `status ${status}`;
  } catch {
    return `status ${status}`;
  }
}

export class Mock {
  #server;

  constructor(server, key) {
    this.#server = server;
    this.url = server.url;
    this.key = key;
  }

  get headers() {
    return { authorization: `Bearer ${this.key}` };
  }

  #ask(method, path, body) {
    return this.#server.ask(method, path, { key: this.key, body });
  }

  /** What the next calls of this key end in: {outcome, code, fault, task, operation, times}. */
  async force(wish) {
    await this.#ask("POST", "/schedule", wish);
  }

  async dropForced() {
    await this.#ask("DELETE", "/schedule");
  }

  /** What verification says, whether it is so or not. */
  report(expected) {
    return this.#ask("POST", "/verify", expected);
  }

  /** Throws unless the right number of calls match; without a number, at least one. */
  async verify(expected) {
    const report = await this.report(expected);
    if (!report.ok) throw new ProofsheetError(explained(report));
  }

  /** This key's calls, oldest first. */
  async journal() {
    return (await this.#ask("GET", "/journal")).entries;
  }

  /** The file of a picture that a call was answered with. */
  async picture(entry, index = 0) {
    return new Uint8Array(await this.#server.bytes("GET", `/pictures/${entry.seq}/${index}`, { key: this.key }));
  }

  /** The credits that are left; null if they are unlimited. */
  async balance() {
    return (await this.#ask("GET", "/ledger")).credits;
  }

  async setBalance(credits) {
    await this.#ask("PUT", "/ledger", { credits });
  }

  /** There is one clock for every key: rate limits and tasks go by it. */
  clock = {
    now: async () => (await this.#ask("GET", "/clock")).now,
    advance: async (seconds) => (await this.#ask("POST", "/clock", { advance: seconds })).now,
    freeze: async () => (await this.#ask("POST", "/clock", { frozen: true })).now,
    run: async () => (await this.#ask("POST", "/clock", { frozen: false })).now,
  };

  /** This key's newest tasks, newest first. */
  async tasks() {
    return (await this.#ask("GET", "/tasks")).tasks;
  }

  /** A task by its id; without one, the newest of this key. */
  async task(id) {
    if (id !== undefined) return this.#ask("GET", `/tasks/${encodeURIComponent(id)}`);
    const [newest] = await this.tasks();
    if (!newest) throw new ProofsheetError(`no task was started with this test's key, ${this.key}`);
    return newest;
  }

  async #move(id, move) {
    return this.#ask("POST", `/tasks/${encodeURIComponent(id ?? (await this.task()).id)}`, move);
  }

  /** Lets a task come to its ordinary end now. */
  finish(id) {
    return this.#move(id, { finish: true });
  }

  /** Lets a task end now in a final state; without one, in the first beside the ordinary end. */
  fail(state, id) {
    return this.#move(id, { fail: state ?? true });
  }

  /** Puts a task into a state in which it stays, until it is finished or failed. */
  hold(state, id) {
    return this.#move(id, { state });
  }

  /** Lets so many seconds pass for one task alone. */
  advance(seconds, id) {
    return this.#move(id, { advance: seconds });
  }

  /** How fast the tasks go that this key starts from now on, such as "looks"; null: as the server's. */
  async setTaskPace(pace) {
    await this.#ask("PUT", "/tasks/pace", { pace });
  }

  /** Forgets the key's journal, credits, rate windows, tasks and what was forced. */
  async reset() {
    await this.#ask("POST", "/reset");
  }
}

/** A report of a verification that failed, for people. */
export function explained(report) {
  const lines = [report.message];
  if (report.closest) {
    const { entry, why } = report.closest;
    lines.push(`closest: #${entry.seq} ${entry.operation}, ${entry.method} ${entry.path} -> ${entry.status} ${entry.outcome}`);
    lines.push(...why.map((each) => `  ${each}`), `  its fields: ${JSON.stringify(entry.fields)}`);
  }
  return lines.join("\n");
}
