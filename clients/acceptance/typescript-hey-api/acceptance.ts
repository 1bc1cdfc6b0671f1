// The acceptance of capabilities.yaml by two clients of hey-api: one takes JSON, one takes bytes.
import { createClient as createBinaryClient } from "./client_binary/client";
import { generateCore as coreAsBytes } from "./client_binary";
import { createClient } from "./client_json/client";
import { generateCore, generateSd3, generateUltra, getBalance, textToImage, type Error as Refusal } from "./client_json";
import { SEED, isPng, say } from "./say";

const URL = process.env.BASE_URL!;
const accept = "application/json" as const;

function client(key: string) {
  return createClient({ baseUrl: URL, auth: key });
}

function core(key: string, prompt: string, seed?: number) {
  return generateCore({ client: client(key), headers: { accept }, body: { prompt, seed } });
}

/** Refused with 400 because a picture needs `strength`; with 413 if it is large. */
function ultra(key: string, image: Blob) {
  return generateUltra({ client: client(key), headers: { accept }, body: { prompt: "a lighthouse", image } });
}

type Answer = { error?: Refusal; response?: Response };

async function refused(status: number, call: Promise<Answer>): Promise<true | string> {
  const { error, response } = await call;
  const typed = response?.status === status && error && error.name && error.errors[0];
  return Boolean(typed) || `${response?.status}: ${JSON.stringify(error)}`;
}

async function main() {
  let picture = new Blob();
  await say("bytes", async () => {
    const client = createBinaryClient({ baseUrl: URL, auth: "sk-bytes" });
    const { data, error } = await coreAsBytes({ client, body: { prompt: "a lighthouse" } });
    if (!data) return JSON.stringify(error);
    picture = data;
    return isPng(new Uint8Array(await data.arrayBuffer()));
  });
  await say("json", async () => {
    const { data, error } = await core("sk-json", "a lighthouse");
    return data ? isPng(Buffer.from(data.image, "base64")) : JSON.stringify(error);
  });
  await say("image-to-image", async () => {
    const body = { prompt: "a lighthouse", mode: "image-to-image", image: picture, strength: 0.5 } as const;
    const { data, error } = await generateSd3({ client: client("sk-image-to-image"), headers: { accept }, body });
    return Boolean(data?.image) || JSON.stringify(error);
  });
  await say("seed", async () => {
    const { data, error } = await core("sk-seed", "a lighthouse", SEED);
    return data?.seed === SEED || JSON.stringify(error ?? data?.seed);
  });
  await say("balance", async () => {
    const { data, error } = await getBalance({ client: client("sk-balance") });
    return (data && data.credits > 0) || JSON.stringify(error);
  });
  await say("v1", async () => {
    const { data, error } = await textToImage({
      client: client("sk-v1"),
      path: { engine_id: "stable-diffusion-xl-1024-v1-0" },
      body: { text_prompts: [{ text: "a lighthouse", weight: 1 }, { text: "fog", weight: -0.5 }], samples: 2 },
    });
    return data?.artifacts?.length === 2 || JSON.stringify(error);
  });
  await say("error-400", () => refused(400, ultra("sk-error-400", picture)));
  await say("error-401", () => refused(401, core("sk-mock-unknown", "a cat")));
  await say("error-403", () => refused(403, core("sk-error-403", "mock:flagged")));
  await say("error-413", () => refused(413, ultra("sk-error-413", new Blob([new Uint8Array(11 << 20)]))));
  await say("error-422", () => refused(422, core("sk-error-422", "mock:language")));
  await say("error-429", () => refused(429, core("sk-error-429", "a cat")));
  await say("error-500", () => refused(500, core("sk-error-500", "mock:error")));
}

main();
