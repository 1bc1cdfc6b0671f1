// OpenAI's own client for Java against a double of its API: `java Run URL` prints a line for each case.
// Ends with status 1 if any case failed.

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.audio.AudioResponseFormat;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

public final class Run {
    static final String MODEL = "gpt-4o-mini";
    static final String QUESTION = "What is the weather in Paris?";

    @JsonClassDescription("Tells how the weather is.")
    public static class GetWeather {
        public String city;
    }

    public static class Place {
        public String city;
        public boolean warm;
        public List<Double> days;
    }

    static String url;
    static String key;

    static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder().model(MODEL).addUserMessage(QUESTION);
    }

    static ResponseCreateParams.Builder ask(String text) {
        return ResponseCreateParams.builder().model(MODEL).input(text);
    }

    static void check(boolean holds, Object seen) {
        if (!holds) throw new AssertionError(seen);
    }

    static String text(Response response) {
        StringBuilder found = new StringBuilder();
        response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(part -> part.outputText().stream())
                .forEach(part -> found.append(part.text()));
        return found.toString();
    }

    static <T extends OpenAIServiceException> void refused(Class<T> kind, String code, Runnable call) {
        try {
            call.run();
        } catch (OpenAIServiceException problem) {
            check(kind.isInstance(problem) && problem.code().orElse("").equals(code), problem);
            return;
        }
        throw new AssertionError("no " + kind.getSimpleName());
    }

    static void plain(OpenAIClient client) {
        ChatCompletion found = client.chat().completions().create(chat().n(2).maxCompletionTokens(7).build());
        found.validate();
        check(found.choices().size() == 2, found);
        check(found.choices().get(1).finishReason().equals(ChatCompletion.Choice.FinishReason.LENGTH), found);
        check(found.usage().orElseThrow().completionTokens() == 14, found);
    }

    static ChatCompletion accumulated(OpenAIClient client, ChatCompletionCreateParams params) {
        ChatCompletionAccumulator sum = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions().createStreaming(params)) {
            stream.stream().peek(ChatCompletionChunk::validate).forEach(sum::accumulate);
        }
        return sum.chatCompletion();
    }

    static void streamed(OpenAIClient client) {
        ChatCompletion whole = client.chat().completions().create(chat().build());
        ChatCompletionStreamOptions options = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        ChatCompletion found = accumulated(client, chat().streamOptions(options).build());
        check(found.choices().get(0).message().content().equals(whole.choices().get(0).message().content()), found);
        check(found.usage().orElseThrow().totalTokens() > 0, found);
    }

    static void tools(OpenAIClient client) {
        ChatCompletionCreateParams.Builder params = chat().addTool(GetWeather.class);
        ChatCompletion found = client.chat().completions().create(params.build());
        ChatCompletionMessageFunctionToolCall call =
                found.choices().get(0).message().toolCalls().orElseThrow().get(0).asFunction();
        check(call.function().arguments(GetWeather.class).city.equals("Paris"), call);
        ChatCompletion again = accumulated(client, params.build());
        String pieces = again.choices().get(0).message().toolCalls().orElseThrow().get(0).asFunction().function().arguments();
        check(pieces.equals(call.function().arguments()), pieces);
        ChatCompletionToolMessageParam result =
                ChatCompletionToolMessageParam.builder().toolCallId(call.id()).content("18 degrees").build();
        params.addMessage(found.choices().get(0).message()).addMessage(result);
        String last = client.chat().completions().create(params.build()).choices().get(0).message().content().orElse("");
        check(last.contains("18 degrees"), last);
    }

    static void structured(OpenAIClient client) {
        Place found = client.chat().completions().create(chat().responseFormat(Place.class).build())
                .choices().get(0).message().content().orElseThrow();
        check(found.city != null && found.days != null, found);
        Place other = client.responses().create(ask(QUESTION).text(Place.class).build()).output().get(0)
                .message().orElseThrow().content().get(0).outputText().orElseThrow();
        check(other.city != null && other.days != null, other);
    }

    static void errors(OpenAIClient client) {
        OpenAIClient once = client.withOptions(options -> options.maxRetries(0));
        Consumer<ChatCompletionCreateParams.Builder> create = each -> once.chat().completions().create(each.build());
        refused(NotFoundException.class, "model_not_found", () -> create.accept(chat().model("gpt-9")));
        refused(UnauthorizedException.class, "invalid_api_key", () -> create.accept(
                chat().putAdditionalHeader("authorization", "Bearer sk-mock-unknown-java")));
        refused(RateLimitException.class, "rate_limit_exceeded", () -> create.accept(
                chat().putAdditionalHeader("prefer", "example=rate_limit_exceeded")));
    }

    static void retried(OpenAIClient client) throws Exception {
        HttpRequest once = HttpRequest.newBuilder(URI.create(url + "/_mock/schedule"))
                .header("authorization", "Bearer " + key)
                .POST(BodyPublishers.ofString("{\"outcome\": \"rate_limit_exceeded\", \"times\": 2}")).build();
        check(HttpClient.newHttpClient().send(once, BodyHandlers.ofString()).statusCode() < 300, "not scheduled");
        try {
            client.withOptions(options -> options.maxRetries(0)).chat().completions().create(chat().build());
            throw new AssertionError("no RateLimitException");
        } catch (RateLimitException problem) {
            check(!problem.headers().values("retry-after").isEmpty(), problem.headers());
        }
        client.withOptions(options -> options.maxRetries(1)).chat().completions().create(chat().build());
    }

    static void broken(OpenAIClient client) {
        for (String pace : List.of("error=3", "cut=3")) {
            try {
                accumulated(client, chat().putAdditionalHeader("proofsheet-stream", pace).build());
            } catch (RuntimeException problem) {
                continue;
            }
            throw new AssertionError(pace + " was not noticed");
        }
    }

    static void vectors(OpenAIClient client) {
        EmbeddingCreateParams.Builder params = EmbeddingCreateParams.builder()
                .model("text-embedding-3-small").inputOfArrayOfStrings(List.of("a cat", "a dog")).dimensions(8);
        for (EmbeddingCreateParams.EncodingFormat form : Arrays.asList(
                EmbeddingCreateParams.EncodingFormat.FLOAT, EmbeddingCreateParams.EncodingFormat.BASE64)) {
            client.embeddings().create(params.encodingFormat(form).build()).data().forEach(each -> {
                double length = each.embedding().stream().mapToDouble(number -> number * number).sum();
                check(each.embedding().size() == 8 && Math.abs(length - 1) < 1e-5, length);
            });
        }
    }

    static void pictures(OpenAIClient client) throws Exception {
        String found = client.images().generate(ImageGenerateParams.builder()
                .model("gpt-image-1-mini").prompt("A lighthouse").size(ImageGenerateParams.Size._1024X1024).build())
                .data().orElseThrow().get(0).b64Json().orElseThrow();
        check(ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(found))).getWidth() == 1024, found);
    }

    static void sound(OpenAIClient client) throws Exception {
        String words = "The quick brown fox.";
        byte[] speech = client.audio().speech().create(SpeechCreateParams.builder()
                .model("tts-1").voice(SpeechCreateParams.Voice.UnionMember1.ALLOY).input(words)
                .responseFormat(SpeechCreateParams.ResponseFormat.WAV).build()).body().readAllBytes();
        check(new String(speech, 0, 4, StandardCharsets.US_ASCII).equals("RIFF"), speech.length);
        TranscriptionCreateParams.Builder heard =
                TranscriptionCreateParams.builder().model("whisper-1").file(named("fox.wav", speech));
        check(client.audio().transcriptions().create(heard.build()).asTranscription().text().equals(words), words);
        heard.file(named("fox.wav", speech)).responseFormat(AudioResponseFormat.VERBOSE_JSON);
        check(client.audio().transcriptions().create(heard.build()).asVerbose().segments().orElseThrow().size() == 1, words);
    }

    static MultipartField<InputStream> named(String name, byte[] content) {
        return MultipartField.<InputStream>builder().value(new ByteArrayInputStream(content)).filename(name).build();
    }

    static void responses(OpenAIClient client) {
        Response whole = client.responses().create(ask(QUESTION).build());
        whole.validate();
        ResponseAccumulator sum = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(ask(QUESTION).build())) {
            stream.stream().peek(ResponseStreamEvent::validate).forEach(sum::accumulate);
        }
        check(text(sum.response()).equals(text(whole)) && !text(whole).isEmpty(), sum.response());
        Response next = client.responses().create(ask("And in Rome?").previousResponseId(whole.id()).build());
        check(next.usage().orElseThrow().inputTokens() > whole.usage().orElseThrow().totalTokens(), next);
        check(text(client.responses().retrieve(whole.id())).equals(text(whole)), whole.id());
        client.responses().delete(whole.id());
        refused(NotFoundException.class, "", () -> client.responses().retrieve(whole.id()));
    }

    static void asynchronous(OpenAIClient client) {
        StringBuilder pieces = new StringBuilder();
        client.async().chat().completions().createStreaming(chat().build()).subscribe(chunk -> chunk.choices().stream()
                .flatMap(choice -> choice.delta().content().stream()).forEach(pieces::append))
                .onCompleteFuture().join();
        ChatCompletion whole = client.async().chat().completions().create(chat().build()).join();
        check(pieces.toString().equals(whole.choices().get(0).message().content().orElseThrow()), pieces);
    }

    interface Case {
        void run(OpenAIClient client) throws Exception;
    }

    public static void main(String[] args) {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("a conversation is answered", Run::plain);
        cases.put("chunks of a stream are accumulated", Run::streamed);
        cases.put("a tool is called, answered, and spoken of", Run::tools);
        cases.put("an answer is read into a class", Run::structured);
        cases.put("errors are its own, with their codes", Run::errors);
        cases.put("it tries again after the time that it is given", Run::retried);
        cases.put("a stream that breaks off is an error", Run::broken);
        cases.put("vectors are unpacked", Run::vectors);
        cases.put("a picture is drawn", Run::pictures);
        cases.put("a speech is spoken, and heard", Run::sound);
        cases.put("a response is streamed, kept, gone on from and deleted", Run::responses);
        cases.put("it works asynchronously", Run::asynchronous);
        url = args[0];
        int failed = 0;
        for (Map.Entry<String, Case> each : cases.entrySet()) {
            key = "sk-java-" + each.getKey().hashCode();
            OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey(key).timeout(Duration.ofMinutes(2)).build();
            try {
                each.getValue().run(client);
                System.out.println("passed " + each.getKey());
            } catch (Throwable problem) {
                failed += 1;
                System.out.println("FAILED " + each.getKey());
                problem.printStackTrace(System.out);
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }
}
