import client_json.ApiClient;
import client_json.ApiException;
import client_json.api.ModelsApi;
import client_json.api.UtilityApi;
import client_json.model.FluxDevRequest;
import client_json.model.Result;
import client_json.model.ValidationProblem;
import java.util.Map;

/** The tasks of tasks.yaml by a client of openapi-generator (java): FLUX. */
public final class Acceptance {
  /** One attempt; text says why it is not all right. */
  private interface Attempt {
    String run() throws Exception;
  }

  private static ApiClient client(String key) {
    ApiClient made = new ApiClient();
    made.setBasePath(System.getenv("BASE_URL"));
    made.setApiKey(key);
    return made;
  }

  public static void main(String[] args) {
    say("flux-task", Acceptance::task);
    say("flux-refusal", Acceptance::refusal);
    System.exit(0); // OkHttp's threads would wait a minute
  }

  private static String task() throws Exception {
    ApiClient using = client("sk-flux-task");
    String id = new ModelsApi(using).fluxDev(new FluxDevRequest().prompt("a lighthouse").width(512)).execute().getId();
    for (int look = 0; look < 600; look++, Thread.sleep(100)) {
      Result found = new UtilityApi(using).getResult(id).execute();
      if (found.getStatus() == Result.StatusEnum.READY) {
        try (var file = found.getResult().getSample().toURL().openStream()) {
          return file.read() == 0xff && file.read() == 0xd8 ? "" : "no JPEG";
        }
      }
    }
    return "never ready";
  }

  private static String refusal() throws Exception {
    try {
      return "came " + new ModelsApi(client("sk-flux-refusal")).fluxDev(new FluxDevRequest().prompt("a cat").width(100)).execute();
    } catch (ApiException problem) {
      if (problem.getCode() != 422) {
        return problem.toString();
      }
      boolean told = !ValidationProblem.fromJson(problem.getResponseBody()).getDetail().isEmpty();
      return told ? "partly: the exception holds the text; the model is to be read from it by hand" : "says nothing";
    }
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
