import client_json.ApiClient;
import client_json.ApiException;
import client_json.api.AccountApi;
import client_json.api.GenerationApi;
import client_json.api.StableImageApi;
import client_json.model.Error;
import client_json.model.TextPrompt;
import client_json.model.TextToImageRequest;
import java.io.File;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import okhttp3.OkHttpClient;

/** The acceptance of capabilities.yaml by two clients of openapi-generator (java): one takes JSON, one takes bytes. */
public final class Acceptance {
  private static final String URL = System.getenv("BASE_URL");
  private static final String JSON = "application/json";
  private static final long SEED = 4294967294L;

  /** One attempt; text says why it is not all right. */
  private interface Attempt {
    String run() throws Exception;
  }

  private static ApiClient client(String key) {
    ApiClient made = new ApiClient();
    made.setBasePath(URL);
    made.setBearerToken(key);
    return made;
  }

  private static StableImageApi images(String key) {
    return new StableImageApi(client(key));
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("acceptance");
    File picture = folder.resolve("start.png").toFile();
    File large = Files.write(folder.resolve("large.png"), new byte[11 << 20]).toFile();
    say("bytes", () -> asBytes(picture));
    say("json", () -> png(Base64.getDecoder().decode(images("sk-json").generateCore(JSON, "a lighthouse").execute().getImage())));
    say("image-to-image", () -> imageToImage(picture));
    say("seed", Acceptance::seed);
    say("balance", () -> new AccountApi(client("sk-balance")).getBalance().execute().getCredits() > 0 ? "" : "no credits");
    say("v1", Acceptance::v1);
    say("error-400", () -> refused(400, () -> ultra("sk-error-400", picture)));
    say("error-401", () -> refused(401, () -> core("sk-mock-unknown", "a cat")));
    say("error-403", () -> refused(403, () -> core("sk-error-403", "mock:flagged")));
    say("error-413", () -> refused(413, () -> ultra("sk-error-413", large)));
    say("error-422", () -> refused(422, () -> core("sk-error-422", "mock:language")));
    say("error-429", () -> refused(429, () -> core("sk-error-429", "a cat")));
    say("error-500", () -> refused(500, () -> core("sk-error-500", "mock:error")));
    System.exit(0); // OkHttp's threads would wait a minute
  }

  /** The client of bytes prefers JSON when it picks its Accept header; an interceptor puts it right. */
  private static String asBytes(File picture) throws Exception {
    client_binary.ApiClient client = new client_binary.ApiClient();
    client.setBasePath(URL);
    client.setBearerToken("sk-bytes");
    OkHttpClient asking = client.getHttpClient().newBuilder()
        .addInterceptor(chain -> chain.proceed(chain.request().newBuilder().header("Accept", "image/*").build()))
        .build();
    client.setHttpClient(asking);
    File made = new client_binary.api.StableImageApi(client).generateCore("a lighthouse").execute();
    Files.copy(made.toPath(), picture.toPath());
    String wrong = png(Files.readAllBytes(picture.toPath()));
    return wrong.isEmpty() ? "partly: it asks for JSON unless an interceptor sets the Accept header" : wrong;
  }

  private static String imageToImage(File picture) throws Exception {
    var answer = images("sk-image-to-image").generateSd3(JSON, "a lighthouse")
        .mode("image-to-image").image(picture).strength(new BigDecimal("0.5")).execute();
    return answer.getImage().isEmpty() ? "no image" : "";
  }

  private static String seed() throws Exception {
    Long seed = images("sk-seed").generateCore(JSON, "a lighthouse").seed(SEED).execute().getSeed();
    return seed != null && seed == SEED ? "" : "came " + seed;
  }

  private static String v1() throws Exception {
    TextToImageRequest body = new TextToImageRequest().samples(2)
        .addTextPromptsItem(new TextPrompt().text("a lighthouse").weight(1f))
        .addTextPromptsItem(new TextPrompt().text("fog").weight(-0.5f));
    var answer = new GenerationApi(client("sk-v1")).textToImage("stable-diffusion-xl-1024-v1-0", body).execute();
    return answer.getArtifacts().size() == 2 ? "" : "came " + answer;
  }

  private static String core(String key, String prompt) throws Exception {
    return "came " + images(key).generateCore(JSON, prompt).execute().getFinishReason();
  }

  /** Refused with 400 because a picture needs a strength; with 413 if it is large. */
  private static String ultra(String key, File picture) throws Exception {
    return "came " + images(key).generateUltra(JSON, "a lighthouse").image(picture).execute().getFinishReason();
  }

  private static String refused(int status, Attempt attempt) throws Exception {
    try {
      return attempt.run();
    } catch (ApiException problem) {
      if (problem.getCode() != status) {
        return problem.toString();
      }
      Error error = Error.fromJson(problem.getResponseBody());
      boolean told = !error.getName().isEmpty() && !error.getErrors().get(0).isEmpty();
      return told ? "partly: the exception holds the text; the model is to be read from it by hand" : "says nothing";
    }
  }

  private static String png(byte[] bytes) {
    boolean is = bytes.length > 4 && bytes[0] == (byte) 0x89 && bytes[1] == 'P' && bytes[2] == 'N' && bytes[3] == 'G';
    return is ? "" : "no PNG: " + new String(bytes, 0, Math.min(40, bytes.length));
  }

  private static void say(String capability, Attempt attempt) {
    String why;
    try {
      why = attempt.run();
    } catch (Exception | LinkageError problem) { // whatever a client throws is its answer here
      why = problem.toString();
    }
    String result = why.isEmpty() ? "ok" : why.startsWith("partly: ") ? "partly" : "no";
    String text = result.equals("partly") ? why.substring(8) : why.substring(0, Math.min(300, why.length()));
    System.out.println(new com.google.gson.Gson().toJson(Map.of("capability", capability, "result", result, "why", text)));
  }
}
