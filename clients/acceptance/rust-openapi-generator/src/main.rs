//! The acceptance of capabilities.yaml by two clients of openapi-generator (rust): one takes JSON, one takes bytes.

use base64::Engine;
use client_json::apis::configuration::Configuration;
use client_json::apis::stable_image_api::{generate_core, generate_sd3, generate_ultra, GenerateCoreError, GenerateUltraError};
use client_json::apis::{account_api, generation_api, Error};
use client_json::models::{self, TextPrompt, TextToImageRequest};
use std::path::{Path, PathBuf};

const JSON: &str = "application/json";
const SEED: i64 = 4294967294;
const WHY: &str = "partly: the error's model is right, its variant is always Status400; the status has to be looked at";

type Found = Result<(), String>;

fn url() -> String {
    std::env::var("BASE_URL").expect("BASE_URL")
}

fn client(key: &str) -> Configuration {
    Configuration { base_path: url(), bearer_access_token: Some(key.into()), ..Configuration::new() }
}

async fn core(key: &str, prompt: &str, seed: Option<i64>) -> Result<models::Picture, Error<GenerateCoreError>> {
    generate_core(&client(key), JSON, prompt, None, None, None, None, None, seed, None, None).await
}

/// Refused with 400 because a picture needs a strength; with 413 if it is large.
async fn ultra(key: &str, image: PathBuf) -> Result<models::Picture, Error<GenerateUltraError>> {
    let image = Some(image);
    generate_ultra(&client(key), JSON, "a lighthouse", None, None, None, None, None, None, None, None, image, None).await
}

async fn as_bytes(picture: &Path) -> Found {
    use client_binary::apis::{configuration::Configuration, stable_image_api::generate_core};
    let client = Configuration { base_path: url(), bearer_access_token: Some("sk-bytes".into()), ..Configuration::new() };
    let answer = generate_core(&client, "a lighthouse", None, None, None, None, None, None, None, None).await.map_err(text)?;
    let bytes = answer.bytes().await.map_err(text)?;
    std::fs::write(picture, &bytes).map_err(text)?;
    png(&bytes)
}

async fn as_json() -> Found {
    let answer = core("sk-json", "a lighthouse", None).await.map_err(text)?;
    png(&base64::engine::general_purpose::STANDARD.decode(answer.image).map_err(text)?)
}

async fn image_to_image(picture: &Path) -> Found {
    let (mode, image) = (Some("image-to-image"), Some(picture.to_path_buf()));
    let client = client("sk-image-to-image");
    let answer = generate_sd3(
        &client, JSON, "a lighthouse", None, None, None, mode, image, Some(0.5), None, None, None, None, None, None, None,
    );
    (!answer.await.map_err(text)?.image.is_empty()).then_some(()).ok_or("no image".into())
}

async fn seed() -> Found {
    let answer = core("sk-seed", "a lighthouse", Some(SEED)).await.map_err(text)?;
    (answer.seed == Some(SEED)).then_some(()).ok_or(format!("came {:?}", answer.seed))
}

async fn balance() -> Found {
    let answer = account_api::get_balance(&client("sk-balance"), None, None, None).await.map_err(text)?;
    (answer.credits > 0.0).then_some(()).ok_or(format!("came {}", answer.credits))
}

async fn v1() -> Found {
    let prompts = vec![
        TextPrompt { text: "a lighthouse".into(), weight: Some(1.0) },
        TextPrompt { text: "fog".into(), weight: Some(-0.5) },
    ];
    let body = TextToImageRequest { samples: Some(2), ..TextToImageRequest::new(prompts) };
    let client = client("sk-v1");
    let answer = generation_api::text_to_image(&client, "stable-diffusion-xl-1024-v1-0", body, None, None, None);
    let count = answer.await.map_err(text)?.artifacts.unwrap_or_default().len();
    (count == 2).then_some(()).ok_or(format!("came {count}"))
}

/// Errors of the three operations have the same variants, of types of their own.
macro_rules! refused {
    ($status:expr, $kind:ident, $answer:expr) => {
        match $answer.await {
            Err(Error::ResponseError(problem)) if problem.status.as_u16() == $status => match problem.entity {
                Some($kind::Status400(error)) if !error.name.is_empty() && !error.errors.is_empty() => {
                    if $status == 400 { Ok(()) } else { Err(WHY.to_string()) }
                }
                other => Err(format!("{other:?} {}", problem.content)),
            },
            Err(problem) => Err(text(problem)),
            Ok(_) => Err("no error".to_string()),
        }
    };
}

fn png(bytes: &[u8]) -> Found {
    bytes.starts_with(b"\x89PNG").then_some(()).ok_or(format!("no PNG: {:?}", &bytes[..bytes.len().min(20)]))
}

fn text(problem: impl std::fmt::Display) -> String {
    problem.to_string()
}

fn say(capability: &str, found: Found) {
    let (result, why) = match found {
        Ok(()) => ("ok", String::new()),
        Err(why) => match why.strip_prefix("partly: ") {
            Some(after) => ("partly", after.to_string()),
            None => ("no", why.chars().take(300).collect()),
        },
    };
    println!("{}", serde_json::json!({"capability": capability, "result": result, "why": why}));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::env::temp_dir().join(format!("acceptance-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for uploads");
    let (picture, large) = (folder.join("start.png"), folder.join("large.png"));
    std::fs::write(&large, vec![0; 11 << 20]).expect("a large upload");
    say("bytes", as_bytes(&picture).await);
    say("json", as_json().await);
    say("image-to-image", image_to_image(&picture).await);
    say("seed", seed().await);
    say("balance", balance().await);
    say("v1", v1().await);
    say("error-400", refused!(400, GenerateUltraError, ultra("sk-error-400", picture.clone())));
    say("error-401", refused!(401, GenerateCoreError, core("sk-mock-unknown", "a cat", None)));
    say("error-403", refused!(403, GenerateCoreError, core("sk-error-403", "mock:flagged", None)));
    say("error-413", refused!(413, GenerateUltraError, ultra("sk-error-413", large)));
    say("error-422", refused!(422, GenerateCoreError, core("sk-error-422", "mock:language", None)));
    say("error-429", refused!(429, GenerateCoreError, core("sk-error-429", "a cat", None)));
    say("error-500", refused!(500, GenerateCoreError, core("sk-error-500", "mock:error", None)));
    std::fs::remove_dir_all(&folder).expect("the folder for uploads, removed");
}
