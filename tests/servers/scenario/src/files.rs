//! Serves static files below one folder, with their MIME types.

use std::path::{Component, Path};

use crate::http::percent_decode;
use crate::program::Program;

/// Returns the file at this percent-encoded path below `root`, or 404.
pub fn answer(root: Option<&Path>, path: &str) -> Program {
    root.and_then(|root| read(root, path)).unwrap_or_else(|| Program::document(404, "text/plain", "no such file\n"))
}

fn read(root: &Path, path: &str) -> Option<Program> {
    let path = String::from_utf8(percent_decode(path)).ok()?;
    let path = Path::new(&path);
    if !path.components().all(|component| matches!(component, Component::Normal(_))) {
        return None;
    }
    let body = std::fs::read(root.join(path)).ok()?;
    Some(Program::document(200, mime_type(path), body))
}

fn mime_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("html") => "text/html; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_the_root_are_served_with_their_mime_type_and_files_above_it_are_not() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let status = |path: &str| answer(Some(&source), path).status;
        assert_eq!(status("%6Dain.rs"), 200);
        for path in
            ["../Cargo.toml", "%2e%2e/Cargo.toml", "..%2FCargo.toml", "/etc/passwd", "./../Cargo.toml", "", "no.rs"]
        {
            assert_eq!(status(path), 404, "{path}");
        }
        assert_eq!(answer(None, "main.rs").status, 404);
        assert_eq!(mime_type(Path::new("a/headwater_bg.wasm")), "application/wasm");
        assert_eq!(mime_type(Path::new("index.js.map")), "application/json");
    }
}
