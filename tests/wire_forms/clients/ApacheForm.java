import java.io.File;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.util.VersionInfo;

public class ApacheForm {
    public static void main(String[] args) throws Exception {
        HttpPost post = new HttpPost(System.getenv("URL"));
        post.setHeader("authorization", "Bearer sk-test");
        post.setHeader("accept", "image/*");
        post.setEntity(MultipartEntityBuilder.create()
            .addTextBody("prompt", System.getenv("PROMPT"))
            .addTextBody("strength", "0.5")
            .addBinaryBody("image", new File(System.getenv("PICTURE")), ContentType.IMAGE_PNG, System.getenv("FILENAME"))
            .build());
        try (var client = HttpClients.createDefault()) {
            client.execute(post, answer -> null);
        }
        System.out.println("Java Apache HttpClient "
            + VersionInfo.loadVersionInfo("org.apache.hc.client5", ApacheForm.class.getClassLoader()).getRelease());
    }
}
