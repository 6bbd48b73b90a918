// SPDX-License-Identifier: MIT
//! read-scan in Rust: the sum of a shared f64 array of 1 GiB, against that of the same numbers in private memory.
//!
//!     read_scan [--short]

use cuteshm::{Lifetime, Store};
use ndarray::{Array1, ArrayViewD};
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let short = match &arguments[..] {
        [] => false,
        [option] if option == "--short" => true,
        _ => return Err("usage: read_scan [--short]".into()),
    };
    let private = Array1::from_shape_fn(if short { 1 << 17 } else { 1 << 27 }, |i| i as f64);
    let store = Store::open_default()?;
    let project = store.create("cute-shm-bench").lifetime(Lifetime::Owner).array("x", &private).publish()?;
    let array = project.get("x")?;
    let (shared, private) = (array.view::<f64>()?, private.view().into_dyn());
    let (ours, against) = (shared.sum(), private.sum());
    if ours != against {
        return Err(format!("the shared sum is {ours}, the private one {against}").into());
    }
    let (mut ours, mut against) = (Vec::new(), Vec::new());
    for _ in 0..if short { 5 } else { 11 } {
        ours.push(timed_sum(&shared));
        against.push(timed_sum(&private));
    }
    print_figure(if short { "1 MiB" } else { "1 GiB" }, ours, against);
    store.unlink("cute-shm-bench")?;
    Ok(())
}

/// Milliseconds.
fn timed_sum(values: &ArrayViewD<f64>) -> f64 {
    let started = Instant::now();
    black_box(values.sum());
    started.elapsed().as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_figure(work: &str, ours: Vec<f64>, against: Vec<f64>) {
    let pairs = ours.len();
    let (ours, against) = (median(ours), median(against));
    let ratio = ours / against;
    println!(
        r#"{{"row": "read-scan", "language": "Rust", "work": "{work}", "ours": {ours:.3}, "against": {against:.3}, "ratio": {ratio:.4}, "unit": "ms", "pairs": {pairs}, "peers": {{"ndarray": "0.17"}}}}"#
    );
}
