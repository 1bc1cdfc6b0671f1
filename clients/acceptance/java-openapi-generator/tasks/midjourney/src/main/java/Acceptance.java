import client_json.ApiClient;
import client_json.api.SubmitApi;
import client_json.api.TasksApi;
import client_json.model.ImagineRequest;
import client_json.model.Status;
import client_json.model.Submission;
import client_json.model.Task;
import java.net.URI;
import java.util.Map;

/** The tasks of tasks.yaml by a client of openapi-generator (java): Midjourney. */
public final class Acceptance {
  /** One attempt; text says why it is not all right. */
  private interface Attempt {
    String run() throws Exception;
  }

  private static ApiClient client(String key) {
    ApiClient made = new ApiClient();
    made.setBasePath(System.getenv("BASE_URL"));
    made.setBearerToken(key);
    return made;
  }

  public static void main(String[] args) {
    say("midjourney-task", Acceptance::task);
    say("midjourney-refusal", Acceptance::refusal);
    System.exit(0); // OkHttp's threads would wait a minute
  }

  private static String task() throws Exception {
    ApiClient using = client("sk-midjourney-task");
    String id = new SubmitApi(using).submitImagine(new ImagineRequest().prompt("a lighthouse")).execute().getResult();
    for (int look = 0; look < 600; look++, Thread.sleep(100)) {
      Task found = new TasksApi(using).fetchTask(id).execute();
      if (found.getStatus() == Status.SUCCESS) {
        try (var file = URI.create(found.getImageUrl()).toURL().openStream()) {
          return file.read() == 0x89 && file.read() == 'P' ? "" : "no PNG";
        }
      }
    }
    return "never done";
  }

  private static String refusal() throws Exception {
    ImagineRequest body = new ImagineRequest().prompt("a cat mock:flagged");
    Submission answer = new SubmitApi(client("sk-midjourney-refusal")).submitImagine(body).execute();
    return answer.getCode() == 24 ? "" : "came " + answer;
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
