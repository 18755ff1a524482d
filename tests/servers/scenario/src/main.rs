//! The process and its sockets: arguments, accepting, and the life of one connection from its
//! request to its close or reset.

mod chaos;
mod cors;
mod files;
mod http;
mod log;
mod program;
mod routes;
mod script;

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};

use crate::log::Log;
use crate::program::{Ending, Program};

const USAGE: &str = "usage: headwater-scenario [--port N] [--root DIR] [--until-stdin-closes]";

#[derive(Default)]
struct Arguments {
    port: u16,
    root: Option<PathBuf>,
    until_stdin_closes: bool,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--port" => arguments.port = words.next()?.parse().ok()?,
                "--root" => arguments.root = Some(words.next()?.into()),
                "--until-stdin-closes" => arguments.until_stdin_closes = true,
                _ => return None,
            }
        }
        Some(arguments)
    }
}

/// The state that all connections share.
struct Server {
    log: Arc<Log>,
    chaos: chaos::Runs,
    /// The folder whose files are served, if any.
    root: Option<PathBuf>,
}

fn main() -> io::Result<()> {
    let Some(arguments) = Arguments::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    if arguments.until_stdin_closes {
        std::thread::spawn(|| {
            // If stdin cannot be read, it counts as closed: the parent process has ended.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            std::process::exit(0);
        });
    }
    let server = Arc::new(Server { log: Arc::new(Log::new()), chaos: chaos::Runs::default(), root: arguments.root });
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(listen(arguments.port, server))
}

async fn listen(port: u16, server: Arc<Server>) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("scenario server on http://{}", listener.local_addr()?);
    io::stdout().flush()?;
    loop {
        // A client that disconnects before it is accepted needs no response.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&server)));
        }
    }
}

async fn serve(mut stream: TcpStream, server: Arc<Server>) {
    let Ok(request) = http::read_request(&mut stream).await else { return };
    let request = Arc::new(request);
    let entry = log::record(&server.log, &request);
    let request_number = entry.as_ref().map_or(1, |entry| entry.request_number);
    let program = routes::answer(&server, &request, request_number);
    // An error here means that the client has disconnected, so the connection ends too.
    let _ = converse(stream, &program).await;
    // This happens after the stream is closed, so that the log never reports an open socket as
    // closed.
    drop(entry);
}

/// Runs the program, unless the client disconnects first, and closes the stream.
async fn converse(mut stream: TcpStream, program: &Program) -> io::Result<()> {
    // Each write must be sent at once, as its own segment.
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    tokio::select! {
        performed = program.perform(&mut writer) => performed?,
        () = peer_leaves(&mut reader) => return Ok(()),
    }
    if program.ending == Ending::Reset {
        stream.set_zero_linger()?;
    }
    Ok(())
}

async fn peer_leaves(reader: &mut (impl AsyncRead + Unpin)) {
    let mut ignored = [0; 1024];
    while reader.read(&mut ignored).await.is_ok_and(|length| length > 0) {}
}
