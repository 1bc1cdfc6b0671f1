// Written by `python -m clients.testing_bodies` from mockserver/control/request_bodies.yaml.

export interface PostVerify {
  /** the name of a document */
  document?: string;
  /** the id of an operation */
  operation?: string;
  /** a status such as 200 */
  status?: number;
  /** the name of an outcome */
  outcome?: string;
  /** a method such as POST */
  method?: string;
  /** the path that was requested */
  path?: string;
  /** the media type of the answer */
  media_type?: string;
  /** an object of fields and the values they had, such as {"seed": 42}; null matches nothing */
  fields?: Record<string, unknown>;
  /** a whole number of calls */
  count?: number | null;
  /** a whole number of calls */
  at_least?: number | null;
  /** a whole number of calls */
  at_most?: number | null;
  /** true or false: whether no call may have failed */
  no_errors?: boolean;
}

export interface PutLedger {
  /** a number of credits, or null for unlimited */
  credits: number | null;
  /** the name of a family */
  family?: string | null;
}

export interface PostClock {
  /** a number of seconds from 0 on, for time does not run back */
  advance?: number;
  /** true or false */
  frozen?: boolean | null;
}

export interface PostSchedule {
  /** a whole number of calls from 1 to 1000000 */
  times?: number | null;
  /** the id of an operation */
  operation?: string | null;
  /** the name of an outcome */
  outcome?: string | null;
  /** a status such as 429 */
  code?: number | null;
  /** a fault such as latency=0.5 */
  fault?: string | null;
  /** what becomes of the task, such as end=failed, late=5 */
  task?: string | null;
  /** what is written in reply, such as {text: Hello}: docs/streams.md */
  answer?: Record<string, unknown> | null;
}

export interface PutTasksPace {
  /** a pace such as looks or 2.5, or null for the server's own */
  pace: string | null;
}

export interface PostTasksOne {
  /** true: the task comes to its ordinary end */
  finish?: boolean;
  /** the final state in which the task ends, or true for the first that is not ordinary */
  fail?: unknown;
  /** the state in which the task stays from now on */
  state?: string;
  /** late, back, callback or file, such as callback=lost */
  force?: string;
  /** a number of seconds (of looks where it goes by them) that pass for the task */
  advance?: number;
}

export interface PostReset {
}
