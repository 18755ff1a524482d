//! Compares the guide's page about this server with the table of settings. The program reads its
//! settings and prints `--help` from that table.

use std::path::Path;

use headwater_chat::config::{Row, TABLE, help};

const PAGE: &str = include_str!("../../../../docs/guide/running-the-server.md");

fn line(row: &Row) -> String {
    let default = if row.default.is_empty() { "none".into() } else { format!("`{}`", row.default) };
    format!("| `{}` | {default} | {} | {} |", row.name, row.shape, row.purpose)
}

#[test]
fn the_guide_page_lists_exactly_the_settings_of_the_program() {
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
fn only_the_environment_variables_of_the_table_are_read() {
    let all = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).concat();
    // The program reads the environment in one place, and only the variables in the table.
    assert_eq!((all.matches("env::var").count(), all.matches("env::var_os(name)").count()), (1, 1));
}

#[test]
fn help_lists_each_setting_and_argument_and_the_guide_page_each_argument() {
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
