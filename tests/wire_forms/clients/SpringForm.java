import org.springframework.core.SpringVersion;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.*;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestTemplate;

public class SpringForm {
    public static void main(String[] args) throws Exception {
        byte[] data = java.nio.file.Files.readAllBytes(java.nio.file.Path.of(System.getenv("PICTURE")));
        var form = new LinkedMultiValueMap<String, Object>();
        form.add("prompt", System.getenv("PROMPT"));
        form.add("strength", "0.5");
        form.add("image", new ByteArrayResource(data) {
            @Override public String getFilename() { return System.getenv("FILENAME"); }
        });
        var headers = new HttpHeaders();
        headers.set("authorization", "Bearer sk-test");
        headers.setContentType(MediaType.MULTIPART_FORM_DATA);
        headers.set("accept", "image/*");
        new RestTemplate().postForEntity(System.getenv("URL"), new HttpEntity<>(form, headers), byte[].class);
        System.out.println("Java Spring RestTemplate " + SpringVersion.getVersion());
    }
}
