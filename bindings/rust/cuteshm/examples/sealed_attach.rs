// SPDX-License-Identifier: MIT
//! Attaches a sealed project by its descriptor, and adds its counts.
//!
//!     sealed_attach /proc/PID/fd/N

use cuteshm::Project;
use std::error::Error;
use std::fs::File;
use std::process::ExitCode;

fn main() -> ExitCode {
    let [path] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        eprintln!("usage: sealed_attach /proc/PID/fd/N");
        return 2.into();
    };
    match sum_of_counts(path) {
        Ok(sum) => {
            println!("sum {sum}");
            0.into()
        }
        Err(error) => {
            eprintln!("sealed_attach: {error}");
            1.into()
        }
    }
}

fn sum_of_counts(path: &str) -> Result<i64, Box<dyn Error>> {
    let file = File::open(path)?; // closed on return: the attachment does not need it
    let project = Project::from_fd(&file)?;
    let counts = project.get("counts")?;
    Ok(counts.view::<i64>()?.sum())
}
