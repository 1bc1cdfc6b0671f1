// Matchers for vitest and jest: expect.extend(matchers).
import { explained } from "./index.js";

export const matchers = {
  /** await expect(mock).toHaveBeenAsked({ operation: "generateCore", status: 200, count: 1 }) */
  async toHaveBeenAsked(mock, expected = {}) {
    const report = await mock.report(expected);
    const found = () => `expected no such call: ${report.matched} of them match ${JSON.stringify(expected)}`;
    return { pass: report.ok, message: () => (report.ok ? found() : explained(report)) };
  },

  /** await expect(mock).toHaveCredits(997) */
  async toHaveCredits(mock, credits) {
    const left = await mock.balance();
    return { pass: left === credits, message: () => `expected ${credits} credits, ${mock.key} has ${left}` };
  },

  /** await expect(mock).toHaveTask("ready") : this key's newest task is in that state */
  async toHaveTask(mock, state) {
    const task = await mock.task();
    return {
      pass: task.state === state,
      message: () => `expected the newest task, ${task.id}, in ${state}: it is in ${task.state} (ways: ${task.ways.join(", ")})`,
    };
  },
};
