//! Starts and stops the process: reads the configuration, binds the port, prints the page's
//! address, and ends on a signal. Does not depend on any route.

use std::env;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use headwater_chat::config::{self, Config};
use tokio::net::TcpListener;

/// The threads read files, which takes a moment each, and resolve the name of the model's server,
/// which can take much longer.
const MOST_BLOCKING_THREADS: usize = 16;

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("headwater chat: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), String> {
    if env::args_os().skip(1).any(|argument| argument == "--help" || argument == "-h") {
        return write(&config::help());
    }
    let config = Config::read(env::args_os().skip(1), |name| Some(env::var_os(name)?.to_string_lossy().into_owned()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MOST_BLOCKING_THREADS)
        .build()
        .map_err(|error| format!("the asynchronous runtime did not start: {error}."))?;
    let outcome = runtime.block_on(serve_until_stopped(&config));
    // Responses that have not ended in time and pending name look-ups must not delay the end of the
    // process.
    runtime.shutdown_background();
    outcome
}

async fn serve_until_stopped(config: &Config) -> Result<(), String> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, config.settings.port)).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                let port = config.settings.port;
                let other = if port == u16::MAX { port - 1 } else { port + 1 };
                format!("port {port} is in use; choose another: PORT={other} npm start")
            }
            _ => format!("port {} cannot be used: {error}; choose another: PORT=8081 npm start", config.settings.port),
        })?;
    let port = listener
        .local_addr()
        .map_err(|error| format!("cannot read the address that the server is bound to: {error}."))?
        .port();
    let stopped = stop_signal().map_err(|error| format!("cannot listen for signals: {error}."))?;
    let router = headwater_chat::router(config, port)?;

    if !config.root.join("index.html").is_file() {
        eprintln!("headwater chat: {} has no built page yet; `npm start` builds it.", config.root.display());
    }
    let ready = format!("headwater chat on http://127.0.0.1:{port} (model: {})\n", config.model());
    // If the process that started the server has closed its end of the pipe, the server runs
    // anyway.
    let _ = write(&ready);

    headwater_chat::serve(listener, router, &config.settings, stopped).await;
    Ok(())
}

fn write(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| format!("cannot write to the standard output: {error}."))
}

/// Listens for signals from the moment of the call, so that a signal right after the first line of
/// output is not lost.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
