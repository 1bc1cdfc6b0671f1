// The acceptance of capabilities.yaml by two clients of openapi-generator (typescript-fetch): one takes JSON, one bytes.
import { Configuration as BinaryConfiguration, StableImageApi as BytesApi } from "./client_binary";
import { AccountApi, Configuration, GenerationApi, ModelErrorFromJSON, ResponseError, StableImageApi } from "./client_json";
import { SEED, isPng, say } from "./say";

const basePath = process.env.BASE_URL!;
const accept = "application/json" as const;

/** A form without a file goes out as application/x-www-form-urlencoded: made a form again before it is sent. */
const middleware = [
  {
    async pre({ url, init }: { url: string; init: RequestInit }) {
      if (!(init.body instanceof URLSearchParams)) return;
      const body = new FormData();
      init.body.forEach((value, name) => body.append(name, value));
      return { url, init: { ...init, body } };
    },
  },
];
const PARTLY = "partly: forms without a file go out as application/x-www-form-urlencoded; a middleware mends it";

const settings = (accessToken: string) => new Configuration({ basePath, accessToken, middleware });
const images = (key: string) => new StableImageApi(settings(key));

const core = (key: string, prompt: string, seed?: number) => images(key).generateCore({ accept, prompt, seed });

/** Refused with 400 because a picture needs `strength`; with 413 if it is large. */
const ultra = (key: string, image: Blob) => images(key).generateUltra({ accept, prompt: "a lighthouse", image });

async function refused(status: number, call: Promise<unknown>): Promise<true | string> {
  try {
    return `expected ${status}, came ${JSON.stringify(await call)}`;
  } catch (problem) {
    if (!(problem instanceof ResponseError)) throw problem;
    const error = ModelErrorFromJSON(await problem.response.json());
    if (problem.response.status !== status || !error.name || !error.errors[0]) return `${problem.response.status}`;
    return "partly: the exception holds the response; the model is to be read from it by hand";
  }
}

async function main() {
  let picture = new Blob();
  await say("bytes", async () => {
    const api = new BytesApi(new BinaryConfiguration({ basePath, accessToken: "sk-bytes", middleware }));
    const file = await api.generateCore({ prompt: "a lighthouse" }); // a File without a name, which no form takes
    picture = new Blob([await file.arrayBuffer()], { type: "image/png" });
    const found = isPng(new Uint8Array(await picture.arrayBuffer()));
    return found === true ? PARTLY : found;
  });
  await say("json", async () => {
    const { image } = await core("sk-json", "a lighthouse");
    const found = isPng(Buffer.from(image, "base64"));
    return found === true ? PARTLY : found;
  });
  await say("image-to-image", async () => {
    const wanted = { accept, prompt: "a lighthouse", mode: "image-to-image", image: picture, strength: 0.5 } as const;
    return Boolean((await images("sk-image-to-image").generateSd3(wanted)).image) || "no image";
  });
  await say("seed", async () => {
    const { seed } = await core("sk-seed", "a lighthouse", SEED);
    return seed === SEED ? PARTLY : String(seed);
  });
  await say("balance", async () => {
    return (await new AccountApi(settings("sk-balance")).getBalance()).credits > 0 || "no credits";
  });
  await say("v1", async () => {
    const { artifacts } = await new GenerationApi(settings("sk-v1")).textToImage({
      engineId: "stable-diffusion-xl-1024-v1-0",
      textToImageRequest: {
        textPrompts: [{ text: "a lighthouse", weight: 1 }, { text: "fog", weight: -0.5 }],
        samples: 2,
      },
    });
    return artifacts?.length === 2 || String(artifacts?.length);
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
