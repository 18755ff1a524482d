//! How far a source has come, which decides whether the counting of tries begins again.

/// How far the attempts so far have come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The [`position`] of the furthest last event ID string that a failed attempt has reached.
    furthest: (u64, u64),
    /// How many messages there had been at the last failed attempt.
    dispatched: u64,
}

impl Progress {
    /// Whether the attempt that has failed got further than those before. Of a feed any message
    /// shows that. Any other request may cost something each time, and every answer begins with
    /// some message: only a last event ID that has advanced shows that the server goes on and
    /// does not begin again.
    ///
    /// A server that begins again with IDs that end in a number, as most do, is recognized as long
    /// as it gets no further than before. One that begins again with other IDs each time looks
    /// like one that goes on.
    pub(crate) fn has_advanced(&mut self, last_event_id: &str, dispatched: u64, is_feed: bool) -> bool {
        let (before, before_number) = self.furthest;
        let (text, number) = match last_event_id {
            "" => self.furthest,
            id => position(id),
        };
        let mut has_advanced = text != before || number > before_number;
        if has_advanced {
            self.furthest = (text, number);
        }
        if is_feed {
            has_advanced = dispatched > self.dispatched;
        }
        self.dispatched = dispatched;
        has_advanced
    }
}

/// A hash of the text of a last event ID, and the number at its end: another text, or with the same
/// text a larger number, is further on. Of an immense number only the end is one.
fn position(id: &str) -> (u64, u64) {
    let (mut text, mut number) = (0_u64, 0_u64);
    for byte in id.bytes() {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        if digit < 10 && number >> 60 == 0 {
            // From 1 to 10, so that "0" is further than "".
            number = number * 10 + digit + 1;
        } else {
            text = (text ^ number).wrapping_mul(257).wrapping_add(byte.into());
            number = 0;
        }
    }
    (text, number)
}
