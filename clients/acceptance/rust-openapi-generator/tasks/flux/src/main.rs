//! The tasks of tasks.yaml by a client of openapi-generator (rust): FLUX.

use client_json::apis::configuration::{ApiKey, Configuration};
use client_json::apis::models_api::{flux_dev, FluxDevError};
use client_json::apis::utility_api::get_result;
use client_json::apis::Error;
use client_json::models::{result::Status, FluxDevRequest};

const WHY: &str = "partly: the error's model is right, its variant is not; the status has to be looked at";

type Found = Result<(), String>;

fn client(key: &str) -> Configuration {
    let base_path = std::env::var("BASE_URL").expect("BASE_URL");
    Configuration { base_path, api_key: Some(ApiKey { prefix: None, key: key.into() }), ..Configuration::new() }
}

fn body(prompt: &str, width: i32) -> FluxDevRequest {
    FluxDevRequest { prompt: Some(Some(prompt.into())), width: Some(width), ..FluxDevRequest::new() }
}

fn text(problem: impl std::fmt::Debug) -> String {
    format!("{problem:?}")
}

async fn task() -> Found {
    let using = client("sk-flux-task");
    let id = flux_dev(&using, body("a lighthouse", 512)).await.map_err(text)?.id;
    for _ in 0..600 {
        let found = get_result(&using, &id).await.map_err(text)?;
        if found.status == Status::Ready {
            let url = found.result.flatten().and_then(|result| result.sample).ok_or("no sample")?;
            let picture = using.client.get(url).send().await.map_err(text)?.bytes().await.map_err(text)?;
            return picture.starts_with(b"\xff\xd8").then_some(()).ok_or("no JPEG".into());
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    Err("never ready".into())
}

async fn refusal() -> Found {
    match flux_dev(&client("sk-flux-refusal"), body("a cat", 100)).await {
        Err(Error::ResponseError(answer)) if answer.status.as_u16() == 422 => match answer.entity {
            Some(FluxDevError::Status422(_)) => Ok(()),
            _ => Err(WHY.into()),
        },
        other => Err(text(other)),
    }
}

fn say(capability: &str, found: Found) {
    let why = found.err().unwrap_or_default();
    let result = if why.is_empty() { "ok" } else if why.starts_with("partly: ") { "partly" } else { "no" };
    let why = why.trim_start_matches("partly: ").chars().take(300).collect::<String>();
    println!("{}", serde_json::json!({"capability": capability, "result": result, "why": why}));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    say("flux-task", task().await);
    say("flux-refusal", refusal().await);
}
