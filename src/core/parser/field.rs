//! Splits a line into the name of a field and its value.

/// [spec] 9.2.6: the field names that mean something.
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

/// [spec] 9.2.6: the name is what precedes the first colon, one space after the colon is not part
/// of the value, and a line without a colon is a name with an empty value.
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
