import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;

public class JdkForm {
    // java.net.http has no forms: this is how people write one by hand.
    public static void main(String[] args) throws Exception {
        String border = "----JavaBoundary" + System.currentTimeMillis();
        var body = new ByteArrayOutputStream();
        for (String[] each : new String[][] {{"prompt", System.getenv("PROMPT")}, {"strength", "0.5"}})
            body.write(("--" + border + "\r\nContent-Disposition: form-data; name=\"" + each[0] + "\"\r\n\r\n" + each[1] + "\r\n").getBytes("UTF-8"));
        body.write(("--" + border + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"" + System.getenv("FILENAME")
            + "\"\r\nContent-Type: image/png\r\n\r\n").getBytes("UTF-8"));
        body.write(Files.readAllBytes(Path.of(System.getenv("PICTURE"))));
        body.write(("\r\n--" + border + "--").getBytes("UTF-8"));
        var request = HttpRequest.newBuilder(URI.create(System.getenv("URL")))
            .header("authorization", "Bearer sk-test").header("accept", "image/*")
            .header("content-type", "multipart/form-data; boundary=" + border)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())).build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
        System.out.println("Java java.net.http by hand " + System.getProperty("java.version"));
    }
}
