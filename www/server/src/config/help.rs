//! Writes the text of `--help`.

use std::fmt::Write;

use super::DEFAULT_ROOT;
use super::settings::TABLE;

/// Returns the text of `--help`: the arguments, and each setting with its accepted values and its
/// default.
pub fn help() -> String {
    let mut text = format!(
        "Serves headwater's chat page, the tutorials and the benchmark on 127.0.0.1.\n\n\
         Usage: headwater-chat [--root DIR] [--help]\n\n  \
         --root DIR  the folder of the built page (default: {DEFAULT_ROOT})\n  \
         --help      prints this text\n\n\
         Environment variables (an empty one counts as unset):\n"
    );
    for row in TABLE {
        let default = if row.default.is_empty() { "none" } else { row.default };
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {}\n      {}\n      {} (default: {default})\n", row.name, row.purpose, row.shape);
    }
    text
}
