import type { PostClock, PostSchedule, PostVerify, PutTasksPace } from "./bodies.js";

/** What calls are to match, and how many. */
export type Expected = Omit<PostVerify, "key">;
/** What is to happen to the next calls. */
export type Wish = Omit<PostSchedule, "key">;
export type Clock = PostClock;
export type Pace = PutTasksPace["pace"];

export interface Entry {
  seq: number;
  operation: string;
  method: string;
  path: string;
  status: number;
  outcome: string | null;
  fields: Record<string, unknown>;
  credits: number;
  [member: string]: unknown;
}

export interface Task {
  id: string;
  state: string;
  final: boolean;
  ways: string[];
  ends: string[];
  progress: number;
  cost: number;
  credits: "held" | "paid" | "returned" | "free";
  links: string[];
  [member: string]: unknown;
}

export interface Report {
  ok: boolean;
  expected: string;
  matched: number;
  seqs: number[];
  message?: string;
  closest?: { why: string[]; entry: Entry } | null;
}

export declare class ProofsheetError extends Error {}

export interface StartOptions {
  /** Families, variants or vendors; all families if none. */
  names?: string[];
  /** Further options of `proofsheet serve`. */
  args?: string[];
  /** How to run it; PROOFSHEET_COMMAND, else ["proofsheet"]. */
  command?: string[];
  /** Seconds until it has to be ready. */
  timeout?: number;
}

export interface JoinOptions {
  /** PROOFSHEET_ADMIN_KEY, unless it is given. */
  adminKey?: string;
}

/** Joins the server at `url` or PROOFSHEET_URL, or starts one. */
export declare function proofsheet(options?: StartOptions & JoinOptions & { url?: string }): Promise<Server>;
export declare function join(url: string, options?: JoinOptions): Promise<Server>;
export declare function start(options?: StartOptions): Promise<Server>;

export declare class Server {
  readonly url: string;
  mock(key?: string): Mock;
  stop(): Promise<void>;
  ask(method: string, path: string, options?: { key?: string; body?: unknown }): Promise<any>;
  bytes(method: string, path: string, options?: { key?: string; body?: unknown }): Promise<ArrayBuffer>;
}

/** The double as one key sees it. Everything is the key's own, except for the clock. */
export declare class Mock {
  readonly url: string;
  readonly key: string;
  readonly headers: { authorization: string };
  readonly clock: {
    now(): Promise<number>;
    advance(seconds: number): Promise<number>;
    freeze(): Promise<number>;
    run(): Promise<number>;
  };
  force(wish: Wish): Promise<void>;
  dropForced(): Promise<void>;
  report(expected?: Expected): Promise<Report>;
  verify(expected?: Expected): Promise<void>;
  journal(): Promise<Entry[]>;
  picture(entry: Entry, index?: number): Promise<Uint8Array>;
  balance(): Promise<number | null>;
  setBalance(credits: number | null): Promise<void>;
  tasks(): Promise<Task[]>;
  task(id?: string): Promise<Task>;
  finish(id?: string): Promise<Task>;
  fail(state?: string, id?: string): Promise<Task>;
  hold(state: string, id?: string): Promise<Task>;
  advance(seconds: number, id?: string): Promise<Task>;
  setTaskPace(pace: Pace): Promise<void>;
  reset(): Promise<void>;
}

export declare function explained(report: Report): string;
