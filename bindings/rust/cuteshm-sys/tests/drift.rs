// SPDX-License-Identifier: MIT
//! The declarations that are checked in are those that the headers give today.

#[path = "../build/generate.rs"]
mod generate;

use std::path::Path;

/// `CUTESHM_UPDATE_BINDINGS=1 cargo test -p cuteshm-sys --test drift` writes them anew.
#[test]
fn bindings_are_those_of_the_headers() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let include = crate_dir.join("../../../core/include");
    for unit in generate::UNITS {
        let fresh = generate::generate(unit, &include);
        let path = crate_dir.join("src").join(unit.file);
        if std::env::var_os("CUTESHM_UPDATE_BINDINGS").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let line = fresh.lines().zip(kept.lines()).position(|(fresh, kept)| fresh != kept);
        let line = line.unwrap_or(fresh.lines().count().min(kept.lines().count())) + 1;
        assert!(
            fresh == kept,
            "src/{} differs from {} in line {line}: CUTESHM_UPDATE_BINDINGS=1 cargo test -p cuteshm-sys --test drift",
            unit.file,
            unit.header,
        );
    }
}
