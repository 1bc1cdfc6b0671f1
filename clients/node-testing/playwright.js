// An entry of Playwright's `webServer`: it starts the double before the tests, and joins one that runs already.
export function webServer({ names = [], args = [], port = 4010, command = process.env.PROOFSHEET_COMMAND ?? "proofsheet" } = {}) {
  const url = `http://127.0.0.1:${port}`;
  return {
    name: "proofsheet",
    command: [command, "serve", ...names, "--port", port, "--no-warm", ...args].join(" "),
    url: `${url}/readyz`,
    reuseExistingServer: !process.env.CI,
    gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
  };
}
