// The tasks of tasks.yaml by a client of hey-api: FLUX.
import { createClient } from "./client_json/client";
import { fluxDev, getResult } from "./client_json";
import { say } from "./say";

const client = (auth: string) => createClient({ baseUrl: process.env.BASE_URL!, auth });
const pause = () => new Promise((done) => setTimeout(done, 100));

async function main() {
  await say("flux-task", async () => {
    const using = client("sk-flux-task");
    const { data, error } = await fluxDev({ client: using, body: { prompt: "a lighthouse", width: 512 } });
    if (!data) return JSON.stringify(error);
    for (let look = 0; look < 600; look++, await pause()) {
      const found = await getResult({ client: using, query: { id: data.id } });
      if (found.data?.status !== "Ready") continue;
      const picture = new Uint8Array(await (await fetch(found.data.result!.sample!)).arrayBuffer());
      return (picture[0] === 0xff && picture[1] === 0xd8) || "no JPEG";
    }
    return "never ready";
  });
  await say("flux-refusal", async () => {
    const body = { prompt: "a cat", width: 100 };
    const { error, response } = await fluxDev({ client: client("sk-flux-refusal"), body });
    const typed = error && Array.isArray(error.detail) && error.detail.length > 0;
    return (response?.status === 422 && typed) || `${response?.status}: ${JSON.stringify(error)}`;
  });
}

main();
