// Written by `python -m clients.testing_bodies` from mockserver/control/request_bodies.yaml.
package dev.proofsheet.testing;

import java.util.LinkedHashMap;

/** Bodies of the control surface; what is not set is not sent. */
public final class Bodies {
    private Bodies() {}

    public static final class PostVerify extends LinkedHashMap<String, Object> {
        /** the name of a document */
        public PostVerify document(String value) {
            put("document", value);
            return this;
        }
        /** the id of an operation */
        public PostVerify operation(String value) {
            put("operation", value);
            return this;
        }
        /** a status such as 200 */
        public PostVerify status(int value) {
            put("status", value);
            return this;
        }
        /** the name of an outcome */
        public PostVerify outcome(String value) {
            put("outcome", value);
            return this;
        }
        /** a method such as POST */
        public PostVerify method(String value) {
            put("method", value);
            return this;
        }
        /** the path that was requested */
        public PostVerify path(String value) {
            put("path", value);
            return this;
        }
        /** the media type of the answer */
        public PostVerify mediaType(String value) {
            put("media_type", value);
            return this;
        }
        /** an object of fields and the values they had, such as {"seed": 42}; null matches nothing */
        public PostVerify fields(java.util.Map<String, ?> value) {
            put("fields", value);
            return this;
        }
        /** a whole number of calls */
        public PostVerify count(int value) {
            put("count", value);
            return this;
        }
        /** a whole number of calls */
        public PostVerify atLeast(int value) {
            put("at_least", value);
            return this;
        }
        /** a whole number of calls */
        public PostVerify atMost(int value) {
            put("at_most", value);
            return this;
        }
        /** true or false: whether no call may have failed */
        public PostVerify noErrors(boolean value) {
            put("no_errors", value);
            return this;
        }
    }

    public static final class PutLedger extends LinkedHashMap<String, Object> {
        /** a number of credits, or null for unlimited */
        public PutLedger credits(Object value) {
            put("credits", value);
            return this;
        }
        /** the name of a family */
        public PutLedger family(String value) {
            put("family", value);
            return this;
        }
    }

    public static final class PostClock extends LinkedHashMap<String, Object> {
        /** a number of seconds from 0 on, for time does not run back */
        public PostClock advance(double value) {
            put("advance", value);
            return this;
        }
        /** true or false */
        public PostClock frozen(boolean value) {
            put("frozen", value);
            return this;
        }
    }

    public static final class PostSchedule extends LinkedHashMap<String, Object> {
        /** a whole number of calls from 1 to 1000000 */
        public PostSchedule times(int value) {
            put("times", value);
            return this;
        }
        /** the id of an operation */
        public PostSchedule operation(String value) {
            put("operation", value);
            return this;
        }
        /** the name of an outcome */
        public PostSchedule outcome(String value) {
            put("outcome", value);
            return this;
        }
        /** a status such as 429 */
        public PostSchedule code(int value) {
            put("code", value);
            return this;
        }
        /** a fault such as latency=0.5 */
        public PostSchedule fault(String value) {
            put("fault", value);
            return this;
        }
        /** what becomes of the task, such as end=failed, late=5 */
        public PostSchedule task(String value) {
            put("task", value);
            return this;
        }
        /** what is written in reply, such as {text: Hello}: docs/streams.md */
        public PostSchedule answer(java.util.Map<String, ?> value) {
            put("answer", value);
            return this;
        }
    }

    public static final class PutTasksPace extends LinkedHashMap<String, Object> {
        /** a pace such as looks or 2.5, or null for the server's own */
        public PutTasksPace pace(String value) {
            put("pace", value);
            return this;
        }
    }

    public static final class PostTasksOne extends LinkedHashMap<String, Object> {
        /** true: the task comes to its ordinary end */
        public PostTasksOne finish(boolean value) {
            put("finish", value);
            return this;
        }
        /** the final state in which the task ends, or true for the first that is not ordinary */
        public PostTasksOne fail(Object value) {
            put("fail", value);
            return this;
        }
        /** the state in which the task stays from now on */
        public PostTasksOne state(String value) {
            put("state", value);
            return this;
        }
        /** late, back, callback or file, such as callback=lost */
        public PostTasksOne force(String value) {
            put("force", value);
            return this;
        }
        /** a number of seconds (of looks where it goes by them) that pass for the task */
        public PostTasksOne advance(double value) {
            put("advance", value);
            return this;
        }
    }

    public static final class PostReset extends LinkedHashMap<String, Object> {
    }
}
