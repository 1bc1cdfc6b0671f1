// AI SDK against a double of FLUX: `node run.mjs URL` prints a line of JSON for each case; no assertion stands here.
// AISDK is the folder whose node_modules has the packages.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.AISDK}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
globalThis.AI_SDK_LOG_WARNINGS = false;
const { generateImage, experimental_generateImage } = await load('ai');
const { createBlackForestLabs } = await load('@ai-sdk/black-forest-labs');
const generate = generateImage ?? experimental_generateImage;
const [url] = process.argv.slice(2);

async function run(name, { key = `sk-${name}`, model = 'flux-pro-1.1', settings = {}, ...call }) {
  const provider = createBlackForestLabs({
    apiKey: key,
    baseURL: `${url}/v1`,
    pollIntervalMillis: 100,
    ...settings,
  });
  const line = { name };
  try {
    const { image, providerMetadata } = await generate({
      model: provider.image(model),
      prompt: 'A lighthouse on a cliff',
      maxRetries: 0,
      ...call,
    });
    Object.assign(line, {
      mediaType: image.mediaType,
      base64: image.base64,
      metadata: providerMetadata.blackForestLabs.images[0],
    });
  } catch (error) {
    Object.assign(line, { error: error.name, message: error.message, status: error.statusCode ?? null });
  }
  console.log(JSON.stringify(line));
}

await run('plain', { seed: 5 });
await run('sides', { providerOptions: { blackForestLabs: { width: 512, height: 768 } } });
await run('ultra', { model: 'flux-pro-1.1-ultra', aspectRatio: '1:1' });
await run('kontext', { model: 'flux-kontext-pro', aspectRatio: '4:3' });
await run('moderated', { prompt: 'mock:flagged', settings: { pollTimeoutMillis: 3000 } });
await run('failed', { headers: { prefer: 'example=error' } });
await run('slow', { headers: { prefer: 'example=pending' }, settings: { pollTimeoutMillis: 1500 } });
await run('wrong-key', { key: 'sk-mock-unknown-aisdk' });
await run('no-credits', { key: 'sk-mock-broke-aisdk' });
