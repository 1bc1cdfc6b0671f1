import java.io.File;
import okhttp3.*;

public class OkHttpForm {
    public static void main(String[] args) throws Exception {
        RequestBody form = new MultipartBody.Builder().setType(MultipartBody.FORM)
            .addFormDataPart("prompt", System.getenv("PROMPT"))
            .addFormDataPart("strength", "0.5")
            .addFormDataPart("image", System.getenv("FILENAME"),
                RequestBody.create(new File(System.getenv("PICTURE")), MediaType.get("image/png")))
            .build();
        Request request = new Request.Builder().url(System.getenv("URL")).post(form)
            .header("authorization", "Bearer sk-test").header("accept", "image/*").build();
        OkHttpClient client = new OkHttpClient();
        client.newCall(request).execute().close();
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
        System.out.println("Java OkHttp " + OkHttp.VERSION);
    }
}
