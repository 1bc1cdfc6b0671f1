// The acceptance of capabilities.yaml by openapi-fetch with the types of openapi-typescript, all answers in one client.
// `createClient<paths, "application/json">` chooses among the types of an answer; a form is put together by a serializer.
import createClient from "openapi-fetch";
import type { components, paths } from "./client_full/schema";
import { SEED, isPng, say } from "./say";

const FORM = "partly: a form needs a bodySerializer of a few lines";
const baseUrl = process.env.BASE_URL!;

function headers(key: string, accept: string) {
  return { authorization: `Bearer ${key}`, accept };
}

function client(key: string) {
  return createClient<paths, "application/json">({ baseUrl, headers: headers(key, "application/json") });
}

function form(body: Record<string, unknown>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined) made.append(name, value instanceof Blob ? value : String(value));
  }
  return made;
}

const mine = (found: true | string) => (found === true ? FORM : found);

/** Files are typed as string (openapi-typescript issue 1214), so a Blob has to be cast. */
const file = (blob: Blob) => blob as unknown as string;

function core(key: string, prompt: string, seed?: number) {
  const body = { prompt, seed };
  return client(key).POST("/v2beta/stable-image/generate/core", { body, bodySerializer: form });
}

/** Refused with 400 because a picture needs `strength`; with 413 if it is large. */
function ultra(key: string, image: Blob) {
  const body = { prompt: "a lighthouse", image: file(image) };
  return client(key).POST("/v2beta/stable-image/generate/ultra", { body, bodySerializer: form });
}

type Answer = { error?: components["schemas"]["Error"]; response: Response };

async function refused(status: number, call: Promise<Answer>): Promise<true | string> {
  const { error, response } = await call;
  const typed = response.status === status && error && error.name && error.errors[0];
  return Boolean(typed) || `${response.status}: ${JSON.stringify(error)}`;
}

async function main() {
  let picture = new Blob();
  await say("bytes", async () => {
    const client = createClient<paths>({ baseUrl, headers: headers("sk-bytes", "image/*") });
    const { data, error } = await client.POST("/v2beta/stable-image/generate/core", {
      body: { prompt: "a lighthouse" },
      bodySerializer: form,
      parseAs: "blob",
    });
    if (!data) return JSON.stringify(error);
    picture = data;
    return mine(isPng(new Uint8Array(await data.arrayBuffer())));
  });
  await say("json", async () => {
    const { data, error } = await core("sk-json", "a lighthouse");
    return data ? mine(isPng(Buffer.from(data.image, "base64"))) : JSON.stringify(error);
  });
  await say("image-to-image", async () => {
    const body = { prompt: "a lighthouse", mode: "image-to-image", image: file(picture), strength: 0.5 } as const;
    const { data, error } = await client("sk-image-to-image").POST("/v2beta/stable-image/generate/sd3", {
      body,
      bodySerializer: form,
    });
    return data?.image ? `${FORM}, and files are typed as string, so a Blob has to be cast` : JSON.stringify(error);
  });
  await say("seed", async () => {
    const { data, error } = await core("sk-seed", "a lighthouse", SEED);
    return data?.seed === SEED ? FORM : JSON.stringify(error ?? data?.seed);
  });
  await say("balance", async () => {
    const { data, error } = await client("sk-balance").GET("/v1/user/balance");
    return (data && data.credits > 0) || JSON.stringify(error);
  });
  await say("v1", async () => {
    const { data, error } = await client("sk-v1").POST("/v1/generation/{engine_id}/text-to-image", {
      params: { path: { engine_id: "stable-diffusion-xl-1024-v1-0" } },
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
