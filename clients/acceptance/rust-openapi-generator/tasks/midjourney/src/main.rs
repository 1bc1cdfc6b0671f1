//! The tasks of tasks.yaml by a client of openapi-generator (rust): Midjourney.

use client_json::apis::configuration::Configuration;
use client_json::apis::submit_api::submit_imagine;
use client_json::apis::tasks_api::fetch_task;
use client_json::models::{ImagineRequest, Status};

type Found = Result<(), String>;

fn client(key: &str) -> Configuration {
    let base_path = std::env::var("BASE_URL").expect("BASE_URL");
    Configuration { base_path, bearer_access_token: Some(key.into()), ..Configuration::new() }
}

fn text(problem: impl std::fmt::Debug) -> String {
    format!("{problem:?}")
}

async fn task() -> Found {
    let using = client("sk-midjourney-task");
    let submitted = submit_imagine(&using, ImagineRequest::new("a lighthouse".into())).await.map_err(text)?;
    let id = submitted.result.flatten().ok_or("no id")?;
    for _ in 0..600 {
        let found = fetch_task(&using, &id).await.map_err(text)?;
        if found.status == Status::Success {
            let url = found.image_url.flatten().ok_or("no picture")?;
            let picture = using.client.get(url).send().await.map_err(text)?.bytes().await.map_err(text)?;
            return picture.starts_with(b"\x89PNG").then_some(()).ok_or("no PNG".into());
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    Err("never done".into())
}

async fn refusal() -> Found {
    let body = ImagineRequest::new("a cat mock:flagged".into());
    let answer = submit_imagine(&client("sk-midjourney-refusal"), body).await.map_err(text)?;
    (answer.code == 24).then_some(()).ok_or(format!("came {answer:?}"))
}

fn say(capability: &str, found: Found) {
    let why = found.err().unwrap_or_default();
    let result = if why.is_empty() { "ok" } else { "no" };
    println!("{}", serde_json::json!({"capability": capability, "result": result, "why": why}));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    say("midjourney-task", task().await);
    say("midjourney-refusal", refusal().await);
}
