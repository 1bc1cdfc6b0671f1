import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
const require = createRequire(process.cwd() + "/");
const FormData = require("form-data");
// A stream of unknown length: the body goes out in chunks.
const form = new FormData();
form.append("prompt", process.env.PROMPT);
form.append("strength", "0.5");
form.append("image", createReadStream(process.env.PICTURE), { filename: process.env.FILENAME, contentType: "image/png" });
const headers = { authorization: "Bearer sk-test", accept: "image/*", ...form.getHeaders() };
await new Promise((done) => form.pipe(http.request(process.env.URL, { method: "POST", headers }, (answer) => answer.resume().on("end", done))));
console.log("Node form-data", require("form-data/package.json").version, "piped to node:http");
