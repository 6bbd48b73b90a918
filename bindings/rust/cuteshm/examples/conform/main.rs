// SPDX-License-Identifier: MIT
//! The conformance program of Rust:
//!
//!     conform write  ROOT PROJECT CASES    makes the project in the store ROOT from the cases
//!     conform read   ROOT PROJECT CASES    attaches it and compares
//!     conform seal   ROOT PROJECT CASES    makes it sealed, prints the path of its descriptor, holds that until input ends
//!     conform attach FD   PROJECT CASES    attaches the descriptor and compares
//!
//! Exit codes: 0 all right, 1 differences were found, 2 anything else.

mod cases;
mod read;
mod sample;
mod write;

use cases::{Case, Cases};
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, place, project, cases] = &arguments[..] else { return usage() };
    let run = match command.as_str() {
        "write" => write::write,
        "read" => read::read,
        "seal" => write::seal,
        "attach" => read::attach,
        _ => return usage(),
    };
    let done = Cases::load(cases).and_then(|cases| Ok((run(place, project, &cases)?, cases)));
    match done {
        Ok((0, cases)) => {
            let count = |kind: fn(&Case) -> bool| cases.all.iter().filter(|case| kind(case)).count();
            let (arrays, attributes) = (count(|case| case.is_array()), count(|case| case.is_attribute()));
            println!("ok {arrays} arrays, {attributes} attributes, {} groups", count(|case| case.is_group()));
            ExitCode::SUCCESS
        }
        Ok((mismatches, _)) => {
            println!("failed: {mismatches} mismatches");
            1.into()
        }
        Err(error) => fail(error),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: conform write|read|seal ROOT PROJECT CASES\n       conform attach FD PROJECT CASES");
    2.into()
}

fn fail(error: Box<dyn Error>) -> ExitCode {
    eprintln!("conform: {error}");
    2.into()
}
