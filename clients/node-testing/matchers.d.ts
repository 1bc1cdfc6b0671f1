import type { Expected } from "./index.js";

export interface ProofsheetMatchers<R = unknown> {
  /** The right number of calls of this key match; without a number, at least one. */
  toHaveBeenAsked(expected?: Expected): Promise<R>;
  /** So many credits are left to this key. */
  toHaveCredits(credits: number | null): Promise<R>;
  /** This key's newest task is in a state. */
  toHaveTask(state: string): Promise<R>;
}

type Result = { pass: boolean; message: () => string };
export declare const matchers: {
  toHaveBeenAsked(mock: unknown, expected?: Expected): Promise<Result>;
  toHaveCredits(mock: unknown, credits: number | null): Promise<Result>;
  toHaveTask(mock: unknown, state: string): Promise<Result>;
};
