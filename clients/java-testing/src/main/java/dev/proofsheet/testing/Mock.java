package dev.proofsheet.testing;

import dev.proofsheet.testing.Bodies.PostClock;
import dev.proofsheet.testing.Bodies.PostSchedule;
import dev.proofsheet.testing.Bodies.PostTasksOne;
import dev.proofsheet.testing.Bodies.PostVerify;
import dev.proofsheet.testing.Bodies.PutLedger;
import dev.proofsheet.testing.Bodies.PutTasksPace;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The double as one key sees it. Everything is the key's own, except for the clock. */
public final class Mock {
    private final Proofsheet server;
    private final String key;

    Mock(Proofsheet server, String key) {
        this.server = server;
        this.key = key;
    }

    public String url() {
        return server.url();
    }

    public String key() {
        return key;
    }

    private Map<String, Object> ask(String method, String path, Object body) {
        return server.ask(method, path, key, body);
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> listed(String path, String member) {
        return (List<Map<String, Object>>) ask("GET", path, null).get(member);
    }

    /** What the next calls of this key end in: {@code new PostSchedule().outcome("rate_limit_exceeded")}. */
    public void force(PostSchedule wish) {
        ask("POST", "/schedule", wish);
    }

    public void dropForced() {
        ask("DELETE", "/schedule", null);
    }

    /** Fails the test unless the right number of calls match; without a number, at least one. */
    public void verify(PostVerify expected) {
        var report = ask("POST", "/verify", expected);
        if (report.get("ok").equals(true)) return;
        var closest = report.get("closest") == null ? "" : "\nclosest: " + Json.write(report.get("closest"));
        throw new AssertionError(report.get("message") + closest);
    }

    /** This key's calls, oldest first. */
    public List<Map<String, Object>> journal() {
        return listed("/journal", "entries");
    }

    /** The credits that are left; null if they are unlimited. */
    public Double balance() {
        return (Double) ask("GET", "/ledger", null).get("credits");
    }

    public void setBalance(double credits) {
        ask("PUT", "/ledger", new PutLedger().credits(credits));
    }

    /** Moves the clock on, for every key: rate limits and tasks go by it. */
    public void advance(Duration time) {
        ask("POST", "/clock", new PostClock().advance(time.toMillis() / 1000.0));
    }

    /** This key's newest tasks, newest first. */
    public List<Map<String, Object>> tasks() {
        return listed("/tasks", "tasks");
    }

    /** This key's newest task. */
    public Map<String, Object> task() {
        var tasks = tasks();
        if (tasks.isEmpty()) throw new AssertionError("no task was started with this test's key, " + key);
        return tasks.get(0);
    }

    public Map<String, Object> task(String id) {
        return ask("GET", place(id), null);
    }

    /** Lets a task come to its ordinary end now. */
    public Map<String, Object> finish(String id) {
        return ask("POST", place(id), new PostTasksOne().finish(true));
    }

    /** Lets a task end now in a final state. */
    public Map<String, Object> fail(String id, String state) {
        return ask("POST", place(id), new PostTasksOne().fail(state));
    }

    /** Puts a task into a state in which it stays. */
    public Map<String, Object> hold(String id, String state) {
        return ask("POST", place(id), new PostTasksOne().state(state));
    }

    /** How fast the tasks go that this key starts from now on, such as "looks". */
    public void setTaskPace(String pace) {
        ask("PUT", "/tasks/pace", new PutTasksPace().pace(pace));
    }

    /** Forgets the key's journal, credits, rate windows, tasks and what was forced. */
    public void reset() {
        ask("POST", "/reset", Map.of());
    }

    private static String place(String id) {
        return "/tasks/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
    }
}
