package dev.proofsheet.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running double: one of our own ({@link #start}), or somebody else's ({@link #join}). */
public final class Proofsheet implements AutoCloseable {
    private static final String READY = "Proofsheet serves on ";
    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;
    private final String adminKey;
    private final Process process;

    private Proofsheet(String url, String adminKey, Process process) {
        this.url = url;
        this.adminKey = adminKey;
        this.process = process;
    }

    /** Joins the server at PROOFSHEET_URL, or starts one with these names and options of `proofsheet serve`. */
    public static Proofsheet proofsheet(String... args) {
        var url = System.getenv("PROOFSHEET_URL");
        return url == null || url.isEmpty() ? start(args) : join(url);
    }

    /** A server that runs already; its admin key is PROOFSHEET_ADMIN_KEY, if it has one. */
    public static Proofsheet join(String url) {
        var server = new Proofsheet(url.replaceAll("/+$", ""), System.getenv("PROOFSHEET_ADMIN_KEY"), null);
        server.ask("GET", "/health", null, null);
        return server;
    }

    /** A server in a process of its own, on a free port. The command is PROOFSHEET_COMMAND, else proofsheet. */
    public static Proofsheet start(String... args) {
        var named = System.getenv("PROOFSHEET_COMMAND");
        var command = new ArrayList<>(List.of((named == null || named.isBlank() ? "proofsheet" : named).split(" +")));
        command.add("serve");
        command.addAll(List.of(args));
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0", "--no-warm"));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            var output = process.inputReader();
            var line = output.readLine();
            if (line == null || !line.startsWith(READY)) {
                var rest = output.lines().toList();
                throw new ProofsheetException("the server ended before it was ready:\n" + line + "\n" + String.join("\n", rest));
            }
            var reader = new Thread(() -> output.lines().forEach(each -> {}));
            reader.setDaemon(true);
            reader.start();
            return new Proofsheet(line.substring(READY.length()).trim(), null, process);
        } catch (IOException problem) {
            throw new ProofsheetException(problem.getMessage() + ": pip install proofsheet, or name the command in PROOFSHEET_COMMAND");
        }
    }

    public String url() {
        return url;
    }

    /** A key of its own for a test. */
    public Mock mock() {
        var random = new byte[12];
        new SecureRandom().nextBytes(random);
        return new Mock(this, "sk-proofsheet-" + HexFormat.of().formatHex(random));
    }

    /** One request to the control surface. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> ask(String method, String path, String key, Object body) {
        var request = HttpRequest.newBuilder(URI.create(url + "/_mock" + path)).header("content-type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
        if (key != null) request.header("authorization", "Bearer " + key);
        if (adminKey != null) request.header("proofsheet-admin", adminKey);
        try {
            var answer = client.send(request.build(), BodyHandlers.ofString());
            var told = (Map<String, Object>) Json.read(answer.body());
            if (answer.statusCode() >= 400) {
                throw new ProofsheetException(method + " /_mock" + path + ": status " + answer.statusCode() + ": " + told.get("detail"));
            }
            return told;
        } catch (IOException problem) {
            throw new ProofsheetException(method + " " + url + "/_mock" + path + ": " + problem);
        } catch (InterruptedException problem) {
            Thread.currentThread().interrupt();
            throw new ProofsheetException("interrupted");
        }
    }

    /** Ends a server of ours in good order, and leaves somebody else's alone. */
    @Override
    public void close() {
        if (process == null) return;
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException problem) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The control surface refused a request, or there is no server; the message says why. */
    public static final class ProofsheetException extends RuntimeException {
        ProofsheetException(String message) {
            super(message);
        }
    }
}
