/** One capability tried, and the line that says what came of it; true is ok, text says why not. */
export async function say(capability: string, attempt: () => Promise<true | string>): Promise<void> {
  let found: true | string;
  try {
    found = await attempt();
  } catch (problem) {
    found = String(problem); // whatever a client throws is its answer here
  }
  const [result, why] = found === true ? ["ok", ""] : found.startsWith("partly: ") ? ["partly", found.slice(8)] : ["no", found];
  console.log(JSON.stringify({ capability, result, why: why.slice(0, 300) }));
}

export const SEED = 4294967294;

export function isPng(bytes: Uint8Array): true | string {
  const head = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  return head === "\x89PNG" || `no PNG: ${head}`;
}
