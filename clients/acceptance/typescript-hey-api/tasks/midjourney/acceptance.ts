// The tasks of tasks.yaml by a client of hey-api: Midjourney.
import { createClient } from "./client_json/client";
import { fetchTask, submitImagine } from "./client_json";
import { isPng, say } from "./say";

const client = (auth: string) => createClient({ baseUrl: process.env.BASE_URL!, auth });
const pause = () => new Promise((done) => setTimeout(done, 100));

async function main() {
  await say("midjourney-task", async () => {
    const using = client("sk-midjourney-task");
    const { data, error } = await submitImagine({ client: using, body: { prompt: "a lighthouse" } });
    if (!data?.result) return JSON.stringify(error ?? data);
    for (let look = 0; look < 600; look++, await pause()) {
      const found = await fetchTask({ client: using, path: { id: data.result } });
      if (found.data?.status !== "SUCCESS") continue;
      return isPng(new Uint8Array(await (await fetch(found.data.imageUrl!)).arrayBuffer()));
    }
    return "never done";
  });
  await say("midjourney-refusal", async () => {
    const body = { prompt: "a cat mock:flagged" };
    const { data, error } = await submitImagine({ client: client("sk-midjourney-refusal"), body });
    return data?.code === 24 || JSON.stringify(error ?? data);
  });
}

main();
