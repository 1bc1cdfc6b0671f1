import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const axios = createRequire(process.cwd() + "/")("axios");
const form = new FormData(); // the one of the platform
form.set("prompt", process.env.PROMPT);
form.set("strength", "0.5");
form.set("image", new File([readFileSync(process.env.PICTURE)], process.env.FILENAME, { type: "image/png" }));
const headers = { authorization: "Bearer sk-test", accept: "image/*" };
await axios.post(process.env.URL, form, { headers });
console.log("Node axios", axios.VERSION, "with the platform's FormData");
