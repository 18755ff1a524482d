//! The events that a connection can receive.

use headwater::{Action, Connection, RequestHead, ResponseHead};

use crate::{randomness::with_random, standard::draw, times::ms};

/// An event for a connection.
#[derive(Clone, Debug)]
pub enum Happening {
    Request(RequestHead),
    UnknownRequest,
    RequestError,
    Response { status: u16, content_type: Option<&'static str>, retry_after: Option<u64> },
    Chunk(Vec<u8>),
    EndOfBody,
    NetworkError,
    Probe { answered: bool },
    Silence,
    Interruption,
    Pause,
    WaitIsOver,
    ShortenWait,
    Decide(Option<u64>),
    Close,
}

impl Happening {
    /// Passes the event to the connection.
    pub fn perform(&self, connection: &mut Connection, random: f64) -> Action {
        with_random(random, || self.happen(connection))
    }

    fn happen(&self, connection: &mut Connection) -> Action {
        match *self {
            Happening::Request(request) => connection.handle_request(request),
            Happening::UnknownRequest => return connection.handle_unknown_request(),
            Happening::RequestError => return connection.handle_request_error(),
            Happening::Response { status, content_type, retry_after } => {
                return connection.handle_response(ResponseHead {
                    status,
                    content_type,
                    retry_after: retry_after.map(ms),
                });
            }
            Happening::Chunk(ref chunk) => {
                draw(connection.handle_chunk(chunk));
                return connection.check_limit().unwrap_or(Action::Nothing);
            }
            Happening::EndOfBody => return connection.handle_end_of_body(),
            Happening::NetworkError => return connection.handle_network_error(),
            Happening::Probe { answered } => return connection.handle_probe(answered),
            Happening::Silence => return connection.handle_timeout(),
            Happening::Interruption => return connection.handle_interruption(),
            Happening::Pause => return connection.handle_pause().unwrap_or(Action::Nothing),
            Happening::WaitIsOver => return connection.handle_wait_over(),
            Happening::ShortenWait => {
                connection.shorten_wait();
            }
            Happening::Decide(delay) => return connection.decide(delay.map(ms)),
            Happening::Close => connection.close(),
        }
        Action::Nothing
    }
}
