// Walks through helpers of clients for TypeScript: `program.js ROWS URL`; prints what came of each walk as JSON.
import { readFileSync } from "node:fs";

type Row = { call: string; body: object };

const thrown = (work: Promise<unknown>): Promise<any> => work.then(() => undefined, (problem) => problem);

function walk(family: string, row: Row, url: string) {
  const { createClient } = require(`./${family}/client`);
  const helpers = require(`./${family}/helpers`);
  const options = (auth: string, headers = {}) => ({
    client: createClient({ baseUrl: `${url}/${family}`, auth }),
    body: row.body,
    headers,
  });
  return { helpers, options };
}

async function task(family: string, row: Row, url: string) {
  const { helpers, options } = walk(family, row, url);
  const call = helpers.tasks[row.call];
  const seen: [string, number | undefined][] = [];
  const task = await call(options("sk-test"));
  const done = await task.wait({ every: 0.05, progress: (...each: [string, number | undefined]) => seen.push(each) });
  const again = await call.known(task.id, { client: options("sk-test").client }).wait();
  const file = Buffer.from(await (await done.files())[0].arrayBuffer());
  const failed = await thrown((await call(options("sk-mock-fails"))).wait({ every: 0.05 }));
  const late = await thrown((await call(options("sk-mock-hang"))).wait({ timeout: 0.2, every: 0.05 }));
  const refused = await thrown(call(options("sk-mock-unknown")));
  return {
    state: done.state,
    links: done.links.length,
    begins: file.toString("hex").slice(0, 8),
    seen: seen.at(-1)![0],
    share: seen.at(-1)![1] ?? null,
    again: again.state,
    typed: typeof done.answer === "object",
    told: failed instanceof helpers.Failed && failed.message,
    late: late instanceof helpers.TooLate && late.state !== undefined,
    refused: refused instanceof helpers.Refused && refused.message,
  };
}

async function stream(family: string, row: Row, url: string) {
  const { helpers, options } = walk(family, row, url);
  const call = helpers.streams[row.call];
  const heard = async (key: string, headers = {}) => {
    const found = [];
    for await (const event of call(options(key, headers))) found.push(event);
    return found;
  };
  const failed = await thrown(heard("sk-test", { "proofsheet-stream": "error=2" }));
  const cut = await thrown(heard("sk-test", { "proofsheet-stream": "cut=3" }));
  const refused = await thrown(heard("sk-mock-unknown"));
  return {
    events: (await heard("sk-test")).length,
    told: failed instanceof helpers.StreamError && failed.message,
    cut: cut instanceof helpers.Broken && cut.message.slice(0, 22),
    refused: refused instanceof helpers.Refused && refused.message,
  };
}

async function main(path: string, url: string) {
  const rows = JSON.parse(readFileSync(path, "utf8"));
  const found: Record<string, unknown> = {};
  for (const [family, row] of Object.entries<Row>(rows.tasks)) found[family] = await task(family, row, url);
  for (const [family, row] of Object.entries<Row>(rows.streams)) found[family] = await stream(family, row, url);
  console.log(JSON.stringify(found));
}

main(process.argv[2]!, process.argv[3]!);
