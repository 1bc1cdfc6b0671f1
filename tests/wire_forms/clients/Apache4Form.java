import java.io.File;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.mime.HttpMultipartMode;
import org.apache.http.entity.mime.MultipartEntityBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.VersionInfo;

public class Apache4Form {
    public static void main(String[] args) throws Exception {
        HttpPost post = new HttpPost(System.getenv("URL"));
        post.setHeader("authorization", "Bearer sk-test");
        post.setHeader("accept", "image/*");
        post.setEntity(MultipartEntityBuilder.create().setMode(HttpMultipartMode.RFC6532)
            .addTextBody("prompt", System.getenv("PROMPT"))
            .addTextBody("strength", "0.5")
            .addBinaryBody("image", new File(System.getenv("PICTURE")), ContentType.IMAGE_PNG, System.getenv("FILENAME"))
            .build());
        try (var client = HttpClients.createDefault()) {
            client.execute(post).close();
        }
        System.out.println("Java Apache HttpClient "
            + VersionInfo.loadVersionInfo("org.apache.http.client", Apache4Form.class.getClassLoader()).getRelease());
    }
}
