import { readFileSync } from "node:fs";
const form = new FormData();
form.set("prompt", process.env.PROMPT);
form.set("strength", "0.5");
form.set("image", new File([readFileSync(process.env.PICTURE)], process.env.FILENAME, { type: "image/png" }));
const headers = { authorization: "Bearer sk-test", accept: "image/*" };
await fetch(process.env.URL, { method: "POST", headers, body: form });
console.log("Node fetch (undici)", process.versions.undici, "in Node", process.versions.node);
