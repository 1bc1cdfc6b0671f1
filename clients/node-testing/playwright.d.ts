export interface WebServer {
  name: string;
  command: string;
  url: string;
  reuseExistingServer: boolean;
  gracefulShutdown: { signal: "SIGTERM"; timeout: number };
}

/** For `webServer` in playwright.config.ts. */
export declare function webServer(options?: { names?: string[]; args?: string[]; port?: number; command?: string }): WebServer;
