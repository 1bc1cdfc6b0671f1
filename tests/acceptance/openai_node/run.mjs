// OpenAI's own client for Node against a double of its API: `node run.mjs URL` prints a line for each case.
// OPENAI_NODE is the folder whose node_modules has the packages. Ends with status 1 if any case failed.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.OPENAI_NODE}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { default: OpenAI } = await load('openai');
const { zodResponseFormat, zodTextFormat, zodFunction } = await load('openai/helpers/zod');
const { z } = await load('zod');

const baseURL = `${process.argv[2]}/v1`;
const model = 'gpt-4o-mini';
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const input = messages[0].content;
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const Place = z.object({ city: z.string(), warm: z.boolean(), days: z.array(z.number()) });
const cases = {};

cases['a conversation is answered'] = async (client) => {
  const found = await client.chat.completions.create({ model, messages, n: 2, max_completion_tokens: 7 });
  assert.deepEqual(found.choices.map((each) => each.finish_reason), ['length', 'length']);
  assert.equal(found.usage.completion_tokens, 14);
  assert.ok(found._request_id);
};

cases['a stream says what the plain answer says'] = async (client) => {
  const whole = await client.chat.completions.create({ model, messages });
  const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
  let text = '';
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage ??= chunk.usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.ok(usage.total_tokens > 0);
};

cases['the helper for streams puts them together'] = async (client) => {
  const seen = [];
  const stream = client.chat.completions.stream({ model, messages }).on('content', (delta) => seen.push(delta));
  assert.equal(await stream.finalContent(), seen.join(''));
};

cases['an answer is parsed by a schema of zod'] = async (client) => {
  const response_format = zodResponseFormat(Place, 'place');
  const found = await client.chat.completions.parse({ model, messages, response_format });
  Place.parse(found.choices[0].message.parsed);
};

cases['a runner calls tools until it has an answer'] = async (client) => {
  const asked = [];
  const weather = zodFunction({
    name: 'get_weather',
    parameters: z.object({ city: z.string() }),
    function: async ({ city }) => asked.push(city) && '18 degrees',
  });
  for (const stream of [false, true]) {
    const runner = client.chat.completions.runTools({ model, messages, tools: [weather], stream });
    assert.match(await runner.finalContent(), /18 degrees/);
  }
  assert.deepEqual(asked, ['Paris', 'Paris']);
};

cases['the raw answer has its headers'] = async (client) => {
  const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-request-id'), data._request_id);
};

cases['errors are its own, with their members'] = async (client) => {
  const refused = async (kind, more, call) => assert.rejects(call, (error) => {
    assert.ok(error instanceof kind, `${error}`);
    for (const [name, value] of Object.entries(more)) assert.equal(error[name], value, name);
    return true;
  });
  const ask = (more, options) => client.chat.completions.create({ model, messages, ...more }, { maxRetries: 0, ...options });
  await refused(OpenAI.NotFoundError, { code: 'model_not_found' }, () => ask({ model: 'gpt-9' }));
  await refused(OpenAI.BadRequestError, { param: 'temperature' }, () => ask({ temperature: 3 }));
  await refused(OpenAI.RateLimitError, { code: 'rate_limit_exceeded' }, () => ask({}, { headers: { prefer: 'example=rate_limit_exceeded' } }));
  await refused(OpenAI.AuthenticationError, { code: 'invalid_api_key' }, () => ask({}, { headers: { authorization: 'Bearer sk-mock-unknown-key' } }));
};

cases['it tries again where the service is busy'] = async (client) => {
  const tries = [];
  const counting = client.withOptions({ fetch: (...call) => tries.push(call) && fetch(...call), maxRetries: 2 });
  const forced = { headers: { prefer: 'example=server_error' } };
  await assert.rejects(() => counting.chat.completions.create({ model, messages }, forced), OpenAI.InternalServerError);
  assert.equal(tries.length, 3);
};

cases['a stream that breaks off is an error'] = async (client) => {
  const read = async (pace) => {
    const stream = await client.chat.completions.create({ model, messages, stream: true }, { headers: { 'proofsheet-stream': pace } });
    for await (const _ of stream);
  };
  await assert.rejects(() => read('error=3'), OpenAI.APIError);
  await assert.rejects(() => read('cut=3'));
};

cases['vectors are unpacked'] = async (client) => {
  const found = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['a cat', 'a dog'], dimensions: 8 });
  for (const { embedding } of found.data) assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-5);
};

cases['a picture is drawn'] = async (client) => {
  const found = await client.images.generate({ model: 'gpt-image-1-mini', prompt: 'A lighthouse', size: '1024x1024' });
  assert.equal(Buffer.from(found.data[0].b64_json, 'base64').subarray(1, 4).toString(), 'PNG');
};

cases['a response has its text'] = async (client) => {
  const found = await client.responses.create({ model, input, instructions: 'You are brief.' });
  assert.ok(found.output_text.length > 10);
  assert.equal(found.status, 'completed');
  assert.equal(found.usage.total_tokens, found.usage.input_tokens + found.usage.output_tokens);
};

cases['a response is parsed by a schema of zod'] = async (client) => {
  const found = await client.responses.parse({ model, input, text: { format: zodTextFormat(Place, 'place') } });
  Place.parse(found.output_parsed);
};

cases['a stream of a response is put together'] = async (client) => {
  const numbers = [];
  const stream = client.responses.stream({ model, input }).on('event', (event) => numbers.push(event.sequence_number));
  const found = await stream.finalResponse();
  const plain = await client.responses.create({ model, input });
  assert.equal(found.output_text, plain.output_text);
  assert.deepEqual(numbers, numbers.map((_, index) => index));
};

cases['tools of a response are called and answered'] = async (client) => {
  const tools = [{ type: 'function', name: 'get_weather', parameters, strict: true }];
  const stream = client.responses.stream({ model, input, tools });
  const [call] = (await stream.finalResponse()).output;
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
  const answered = [{ role: 'user', content: input }, call, { type: 'function_call_output', call_id: call.call_id, output: '18 degrees' }];
  assert.match((await client.responses.create({ model, input: answered, tools })).output_text, /18 degrees/);
};

cases['a response is kept, gone on from and deleted'] = async (client) => {
  const first = await client.responses.stream({ model, input: 'My name is Ann.' }).finalResponse();
  assert.equal((await client.responses.retrieve(first.id)).output_text, first.output_text);
  const next = await client.responses.create({ model, input: 'Say this is a test', previous_response_id: first.id });
  assert.ok(next.usage.input_tokens > first.usage.total_tokens);
  await client.responses.delete(first.id);
  await assert.rejects(() => client.responses.retrieve(first.id), OpenAI.NotFoundError);
  await assert.rejects(() => client.responses.create({ model, input, previous_response_id: first.id }), OpenAI.BadRequestError);
};

cases['a response that was cut says so'] = async (client) => {
  const found = await client.responses.stream({ model, input, max_output_tokens: 16 }).finalResponse();
  assert.deepEqual([found.status, found.incomplete_details.reason], ['incomplete', 'max_output_tokens']);
};

cases['a video is made, polled and fetched'] = async (client) => {
  let video = await client.videos.create({ model: 'sora-2', prompt: 'A paper boat', seconds: '4' });
  for (let looks = 0; video.status !== 'completed' && looks < 600; looks += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    video = await client.videos.retrieve(video.id);
  }
  assert.deepEqual([video.status, video.progress], ['completed', 100]);
  const file = Buffer.from(await (await client.videos.downloadContent(video.id)).arrayBuffer());
  assert.equal(file.subarray(4, 8).toString(), 'ftyp');
  const remix = await client.videos.remix(video.id, { prompt: 'In the rain' });
  assert.equal(remix.remixed_from_video_id, video.id);
  assert.equal((await client.videos.list({ limit: 1 })).data[0].id, remix.id);
  assert.ok((await client.videos.delete(video.id)).deleted);
};

let failed = 0;
for (const [number, [name, run]] of Object.entries(cases).entries()) {
  try {
    await run(new OpenAI({ baseURL, apiKey: `sk-node-${number}` }));
    console.log(`passed ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
}
process.exit(failed ? 1 : 0);
