//! Tests a source for a stream that the caller passes in. There is no request that could
//! reestablish it.

use super::*;

fn stream() -> Connection {
    let mut connection =
        Connection::new(Options { reconnect: Reconnect::Never, end: Some(EndOfBody::Fail), ..get() }, drawn);
    assert_eq!(connection.handle_stream(), Action::AnnounceConnection);
    assert_eq!(connection.ready_state(), ReadyState::Open);
    connection
}

// behavior 16.10
#[test]
fn the_end_of_the_stream_is_a_failure_after_all_blocks_were_returned() {
    let mut connection = stream();
    assert_eq!(feed(&mut connection, "id: 1\ndata: a\n\ndata: lost"), [message("a", "1")]);
    let action = connection.handle_end_of_body();
    assert_eq!(failed(&connection, action).reason, Reason::End);
    assert_eq!(connection.last_event_id(), "1");
}

#[test]
fn an_error_of_the_stream_is_a_failure() {
    let mut connection = stream();
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Interrupted);
}

#[test]
fn a_closed_connection_does_not_open_a_stream() {
    let mut connection = stream();
    connection.close();
    assert_eq!(connection.handle_stream(), Action::Nothing);
    assert_eq!(connection.handle_end_of_body(), Action::Nothing);
}
