import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ProofsheetError, join, proofsheet, start } from "proofsheet-testing";
import { matchers } from "proofsheet-testing/matchers";
import { webServer } from "proofsheet-testing/playwright";

const HOME = new URL("../../../tests/miniature", import.meta.url).pathname;
const NAMES = ["miniature", "tasks"];
let server;

before(async () => { server = await start({ names: NAMES, args: ["--spec", HOME, "--task-pace", "60"] }); });
after(() => server.stop());

const draw = (mock, path = "/draw") => fetch(mock.url + path, {
  method: "POST",
  headers: { "x-key": mock.key, "x-task-key": mock.key, "content-type": "application/json" },
  body: JSON.stringify({ prompt: "a cat" }),
});

test("a key for each test: calls are verified, and of the right test", async () => {
  const [mine, other] = [server.mock(), server.mock()];
  assert.equal((await draw(mine)).status, 200);
  await mine.verify({ operation: "draw", status: 200, count: 1 });
  await other.verify({ count: 0 });
  await assert.rejects(mine.verify({ operation: "draw", status: 400 }), /closest: #\d+ draw, POST \/draw -> 200/);
  assert.equal((await mine.journal())[0].fields.prompt, "a cat");
});

test("what is forced happens, and costs nothing", async () => {
  const mock = server.mock();
  await mock.setBalance(50);
  await mock.force({ code: 400, operation: "draw" });
  assert.equal((await draw(mock)).status, 400);
  assert.equal(await mock.balance(), 50);
  await mock.force({ code: 400 });
  await mock.dropForced();
  assert.equal((await draw(mock)).status, 200);
  await mock.reset();
  assert.deepEqual(await mock.journal(), []);
});

test("tasks are finished, failed and held, and the clock moves", async () => {
  const mock = server.mock();
  await assert.rejects(mock.task(), /no task was started/);
  await draw(mock);
  const task = await mock.task();
  assert.equal(task.final, false);
  assert.equal((await mock.hold(task.state)).state, task.state);
  assert.equal((await mock.finish()).final, true);
  await draw(mock);
  assert.ok((await mock.fail()).final);
  assert.equal((await mock.tasks()).length, 2);
  const now = await mock.clock.freeze();
  assert.equal(await mock.clock.advance(61), now + 61);
  await mock.clock.run();
  await mock.setTaskPace("instant");
  await draw(mock);
  assert.ok((await mock.task()).final);
});

test("matchers say what was asked", async () => {
  const mock = server.mock();
  await draw(mock);
  const asked = await matchers.toHaveBeenAsked(mock, { operation: "draw" });
  assert.equal(asked.pass, true);
  const never = await matchers.toHaveBeenAsked(mock, { operation: "draw", status: 400 });
  assert.equal(never.pass, false);
  assert.match(never.message(), /status: expected 400, was 200/);
  assert.equal((await matchers.toHaveCredits(mock, 1)).pass, false);
  assert.equal((await matchers.toHaveTask(mock, "no such")).pass, false);
});

test("one that runs already is joined", async () => {
  const joined = await proofsheet({ url: server.url });
  assert.equal(joined.url, server.url);
  await joined.stop();
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200, "it is somebody else's");
  await assert.rejects(join("http://127.0.0.1:9"), ProofsheetError);
});

test("what is wrong is said", async () => {
  await assert.rejects(start({ command: ["no-such-command"] }), /no-such-command is not installed: pip install/);
  await assert.rejects(start({ names: ["stabilty"] }), /did you mean 'stability'/);
  await assert.rejects(server.mock().force({ outcome: "nonsense", operation: "draw" }), /draw has no outcome nonsense/);
});

test("an entry for Playwright's webServer", () => {
  const made = webServer({ names: ["stability"], port: 4011 });
  assert.match(made.command, /serve stability --port 4011/);
  assert.equal(made.url, "http://127.0.0.1:4011/readyz");
});
