use reqwest::blocking::{multipart, Client};
fn main() {
    let url = std::env::var("URL").unwrap();
    let data = std::fs::read(std::env::var("PICTURE").unwrap()).unwrap();
    let image = multipart::Part::bytes(data).file_name(std::env::var("FILENAME").unwrap()).mime_str("image/png").unwrap();
    let form = multipart::Form::new().text("prompt", std::env::var("PROMPT").unwrap()).text("strength", "0.5").part("image", image);
    let answer = Client::new().post(url).header("authorization", "Bearer sk-test").header("accept", "image/*").multipart(form).send().unwrap();
    println!("{}", answer.status());
}
