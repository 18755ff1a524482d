//! The language in which a test describes a response: steps separated by `|`, each percent-encoded
//! on its own.
//!
//! Head: `status=N`, `type=TEXT`, `header=NAME:VALUE`, `raw` (the default: the body ends with the
//! connection), `chunked`, `length=N`. Body: `send=BYTES`, `repeat=N,BYTES`, `wait=MS`. Endings, as
//! the last step: `end` (the default), `cut`, `rst`, `half`, `hang`.
//!
//! Only `send`, `repeat` and `end` write the head: `wait=500|send=x` delays the head, and
//! `send=|hang` is a head followed by silence.

use std::time::Duration;

use crate::http::percent_decode;
use crate::program::{Ending, Framing, Program, Step};

/// Parses a program from its percent-encoded text. The error is a sentence.
pub fn parse(text: &str) -> Result<Program, String> {
    let mut program = Program::with_status(200);
    let mut ended = false;
    for step in text.split('|') {
        if ended {
            return Err(format!("the ending must be the last step, but {step:?} follows it"));
        }
        let (name, argument) = step.split_once('=').unwrap_or((step, ""));
        if !program.steps.is_empty() && matches!(name, "status" | "type" | "header" | "raw" | "chunked" | "length") {
            return Err(format!("{step:?} belongs to the head and must come before the body"));
        }
        match name {
            "status" => program.status = number(step, argument)?,
            "type" => program = program.header("Content-Type", percent_decode(argument)),
            "header" => {
                let (name, value) = argument.split_once(':').ok_or_else(|| format!("no colon in {step:?}"))?;
                program = program.header(name, percent_decode(value).trim_ascii());
            }
            "raw" => program.framing = Framing::Raw,
            "chunked" => program.framing = Framing::Chunked,
            "length" => program.framing = Framing::Length(number(step, argument)?),
            "send" => program = program.send(percent_decode(argument)),
            "repeat" => {
                let (times, payload) = argument.split_once(',').ok_or_else(|| format!("no comma in {step:?}"))?;
                program = program.repeat(number(step, times)?, &percent_decode(payload));
            }
            "wait" => program.steps.push(Step::Wait(Duration::from_millis(number(step, argument)?))),
            _ => {
                program.ending = ending(name).ok_or_else(|| format!("{step:?} is not a step"))?;
                ended = true;
            }
        }
    }
    Ok(program)
}

fn ending(name: &str) -> Option<Ending> {
    Some(match name {
        "end" => Ending::Clean,
        "cut" => Ending::Cut,
        "rst" => Ending::Reset,
        "half" => Ending::HalfClosed,
        "hang" => Ending::Hang,
        _ => return None,
    })
}

fn number<N: std::str::FromStr>(step: &str, digits: &str) -> Result<N, String> {
    digits.parse().map_err(|_| format!("{step:?} must have a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_read() {
        let text = "status=503|type=text/html|header=Retry-After: 1|length=9|wait=20|send=a%0A|repeat=2,b,c|rst";
        let mut expected = Program { framing: Framing::Length(9), ..Program::with_status(503) }
            .header("Content-Type", "text/html")
            .header("Retry-After", "1");
        expected.steps.push(Step::Wait(Duration::from_millis(20)));
        assert_eq!(parse(text), Ok(expected.send("a\n").repeat(2, b"b,c").ending(Ending::Reset)));
    }

    #[test]
    fn steps_are_split_before_they_are_decoded() {
        assert_eq!(parse("send=a%7Csend=b|end"), Ok(Program::with_status(200).send("a|send=b")));
        assert_eq!(parse("send=%00%FF|cut"), Ok(Program::with_status(200).send([0x00, 0xFF]).ending(Ending::Cut)));
    }

    #[test]
    fn each_ending_is_parsed_from_its_own_word() {
        for (word, ending) in [
            ("end", Ending::Clean),
            ("cut", Ending::Cut),
            ("rst", Ending::Reset),
            ("half", Ending::HalfClosed),
            ("hang", Ending::Hang),
        ] {
            assert_eq!(parse(word), Ok(Program::with_status(200).ending(ending)));
        }
    }

    #[test]
    fn an_invalid_script_is_an_error() {
        for text in ["", "sned=x", "status=abc", "header=x", "repeat=5", "wait=-1", "end|send=x", "send=x|status=200"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
