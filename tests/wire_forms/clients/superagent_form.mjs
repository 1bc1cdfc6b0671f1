import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const superagent = require("superagent");
await superagent.post(process.env.URL).set("authorization", "Bearer sk-test").accept("image/*")
  .field("prompt", process.env.PROMPT).field("strength", "0.5")
  .attach("image", process.env.PICTURE, { filename: process.env.FILENAME, contentType: "image/png" });
console.log("Node superagent", require("superagent/package.json").version);
