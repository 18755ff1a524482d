//! Compares the guide's page about this server with the table of settings, from which the program
//! reads them and prints `--help`.

use std::path::Path;

use headwater_chat::config::{Row, TABLE, help};

const PAGE: &str = include_str!("../../../../docs/guide/running-the-server.md");

fn line(row: &Row) -> String {
    let default = if row.default.is_empty() { "none".into() } else { format!("`{}`", row.default) };
    format!("| `{}` | {default} | {} | {} |", row.name, row.shape, row.purpose)
}

#[test]
fn the_page_has_the_line_of_each_setting_and_no_other() {
    let table = PAGE.split_once("| setting |").unwrap().1.split_once("\n\n").unwrap().0;
    let lines: Vec<&str> = table.lines().skip(2).collect();
    let expected: Vec<String> = TABLE.iter().map(line).collect();
    assert_eq!(lines, expected, "the table should be:\n{}\n", expected.join("\n"));
}

/// Returns the texts of all source files of the program.
fn sources(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts =
        entries.map(|path| if path.is_dir() { sources(&path) } else { vec![std::fs::read_to_string(path).unwrap()] });
    texts.flatten().collect()
}

#[test]
fn no_variable_is_read_that_the_table_does_not_have() {
    let all = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).concat();
    // The program reads the environment in one place, by the names of the table.
    assert_eq!((all.matches("env::var").count(), all.matches("env::var_os(name)").count()), (1, 1));
}

#[test]
fn each_setting_and_argument_is_in_help_and_on_the_page() {
    let help = help();
    for row in TABLE {
        assert!(help.contains(&format!("\n  {}\n", row.name)), "{}", row.name);
    }
    for argument in ["--root DIR", "--help"] {
        assert!(
            help.contains(&format!("\n  {argument} ")) && PAGE.contains(&format!("| `{argument}` |")),
            "{argument}"
        );
    }
}
