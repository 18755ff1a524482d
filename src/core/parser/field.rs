//! Splits a line into a field's name and value.

/// [spec] 9.2.6: the field names that have a meaning.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Data,
    Event,
    Id,
    Retry,
    Unknown,
}

/// [spec] 9.2.6: a field `id` with U+0000 in its value is ignored.
#[inline(always)]
pub(super) fn is_id(value: &[u8]) -> bool {
    value.iter().all(|&byte| byte != 0)
}

/// [spec] 9.2.6: the name ends at the first colon. One space after the colon is not part of the
/// value. A line without a colon is a name with an empty value.
#[inline(always)]
pub(super) fn split_field(line: &[u8]) -> (Field, &[u8]) {
    let (field, rest) = match line {
        [b'd', b'a', b't', b'a', rest @ ..] => (Field::Data, rest),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Field::Event, rest),
        [b'i', b'd', rest @ ..] => (Field::Id, rest),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Field::Retry, rest),
        _ => (Field::Unknown, line),
    };
    match rest {
        [b':', b' ', value @ ..] | [b':', value @ ..] => (field, value),
        [] => (field, rest),
        _ => (Field::Unknown, rest),
    }
}
