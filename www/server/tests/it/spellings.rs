//! Writes a key in all the ways in which it can appear in a text. Unit tests use this file too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Returns the key in all spellings, itself first.
pub fn of(key: &str) -> Vec<String> {
    let each = |write: fn(u32) -> String| -> String { key.chars().map(|character| write(character.into())).collect() };
    let base64 = |before: &str| STANDARD.encode(format!("{before}{key} and more"));
    vec![
        key.to_owned(),
        key.to_uppercase(),
        key.to_lowercase(),
        key.replace('-', "%2D").replace('_', "%5f"),
        key.replace('-', "\\-").replace('_', "\\_"),
        key.replace('-', "&#45;").replace('_', "&#x5F;"),
        each(|number| format!("%{number:02x}")),
        each(|number| format!("%{number:02X}")),
        each(|number| format!("\\u{number:04x}")),
        each(|number| format!("\\u{number:04X}")),
        each(|number| format!("\\u{{{number:x}}}")),
        each(|number| format!("\\x{number:02x}")),
        each(|number| format!("&#{number};")),
        each(|number| format!("&#x{number:x};")),
        each(|number| format!("&#X{number:06X};")),
        each(|number| format!("{number:02x}")),
        each(|number| format!("{number:02X}")),
        base64(""),
        base64("x"),
        base64("xx"),
        base64("").replace('+', "-").replace('/', "_"),
        base64("Bearer "),
    ]
}
