// SPDX-License-Identifier: MIT
//! Attaches a project, prints its tree and the CRC-32 of one dataset.
//!
//!     attach PROJECT [DATASET]        DATASET: the largest array, if not given

use cuteshm::{NodeKind, Project, Result, Store};
use std::time::Instant;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (project, dataset) = match &arguments[..] {
        [project] => (project, None),
        [project, dataset] => (project, Some(dataset.as_str())),
        _ => {
            eprintln!("usage: attach PROJECT [DATASET]");
            return 2.into();
        }
    };
    match show(project, dataset) {
        Ok(()) => 0.into(),
        Err(error) => {
            eprintln!("attach: {error}");
            1.into()
        }
    }
}

fn show(project: &str, dataset: Option<&str>) -> Result<()> {
    let start = Instant::now();
    let project = Store::open_default()?.attach(project)?;
    let elapsed = start.elapsed();

    for node in project.nodes().skip(1) {
        match node.kind() {
            NodeKind::Group => println!("{}\tgroup", node.path()),
            NodeKind::Array => {
                let array = node.array()?;
                let shape: Vec<String> = array.shape().iter().map(usize::to_string).collect();
                println!("{}\t{}\t({})", array.path(), array.dtype(), shape.join(", "));
            }
        }
    }
    if let Some(dataset) = dataset.or(largest(&project)?) {
        println!("crc32 {dataset} {:08x}", crc32fast::hash(project.bytes(dataset)?));
    }
    eprintln!("rust: attached in {:.1} us", elapsed.as_secs_f64() * 1e6);
    Ok(())
}

/// The path of the largest array, the first of equals.
fn largest(project: &Project) -> Result<Option<&str>> {
    let mut largest: Option<(usize, &str)> = None;
    for node in project.nodes().filter(|node| node.kind() == NodeKind::Array) {
        let nbytes = node.array()?.nbytes();
        if largest.is_none_or(|(most, _)| nbytes > most) {
            largest = Some((nbytes, node.path()));
        }
    }
    Ok(largest.map(|(_, path)| path))
}
