//! Tests the program as it is started: its output, its refusals to start, and its end.
#![cfg(unix)]

use std::process::Stdio;

use headwater_chat::config::TABLE;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::support::within_limit;

pub fn program(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater-chat"));
    for row in TABLE {
        command.env_remove(row.name);
    }
    command.args(["--root", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page")]).envs(variables.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Returns the exit code and the one line on stderr of a program that does not start.
async fn refusal_to_start(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = within_limit("the program to end", program(variables).output()).await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((told.lines().count(), output.stdout.len()), (1, 0), "{told}");
    (output.status.code(), told)
}

pub async fn first_line(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    within_limit("the first line", lines.next_line()).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_server_prints_its_address_and_stops_on_a_signal_even_if_a_stream_is_open() {
    for signal in ["-TERM", "-INT"] {
        let mut child = program(&[("PORT", "0")]).spawn().unwrap();
        let line = first_line(&mut child).await;
        let address =
            line.strip_prefix("headwater chat on ").unwrap().strip_suffix(" (model: headwater-demo)").unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut open = client.get(format!("{address}/message/sse/subscribe?userId=ann")).send().await.unwrap();
        assert!(open.chunk().await.unwrap().is_some());

        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        let status = within_limit("the program to stop", child.wait()).await.unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn the_error_for_a_port_in_use_names_the_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, told) = refusal_to_start(&[("PORT", &port)]).await;
    assert_eq!(code, Some(1));
    assert!(told.contains(&format!("port {port} is in use")) && told.contains("npm start"), "{told}");
}

#[tokio::test]
async fn the_error_for_missing_variables_names_them_and_does_not_contain_the_key() {
    let (code, told) = refusal_to_start(&[("PORT", "0"), ("OPENAI_API_KEY", "sk-secret")]).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("there is no OPENAI_BASE_URL and no MODEL;") && !told.contains("sk-secret"), "{told}");
}

#[tokio::test]
async fn the_error_for_an_invalid_host_quotes_it() {
    let (code, told) = refusal_to_start(&[("PORT", "0"), ("ALLOWED_HOSTS", "chat.example,https://b.example")]).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("ALLOWED_HOSTS") && told.contains("\"https://b.example\""), "{told}");
}

#[tokio::test]
async fn the_program_prints_the_help_and_starts_no_server() {
    let output = within_limit("the help", program(&[("PORT", "taken")]).arg("--help").output()).await.unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), headwater_chat::config::help());
}
