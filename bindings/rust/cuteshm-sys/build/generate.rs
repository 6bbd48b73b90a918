// SPDX-License-Identifier: MIT
// How the declarations are made from the headers. Shared by the build script (feature `bindgen`) and tests/drift.rs.

use bindgen::callbacks::ParseCallbacks;
use bindgen::{Formatter, RustEdition, RustTarget};
use std::path::Path;

/// A header and the Rust file that is made from it.
pub struct Unit {
    pub header: &'static str,
    pub file: &'static str,
    /// What the header declares itself, not what it includes.
    names: &'static str,
    imports: &'static str,
}

pub const UNITS: &[Unit] = &[
    Unit { header: "cuteshm/cuteshm.h", file: "bindings.rs", names: "(cshm|CSHM)_.*", imports: "" },
    Unit {
        header: "cuteshm/hdf5.h",
        file: "bindings_hdf5.rs",
        names: "(cshm_hdf5|CSHM_HDF5)_.*|cshm_progress_fn",
        imports: "use crate::{cshm_attachment, cshm_error, cshm_status, cshm_store};",
    },
];

/// The text of `unit.file`. Panics where libclang is missing or the header does not parse.
pub fn generate(unit: &Unit, include: &Path) -> String {
    let version_1_82 = RustTarget::stable(82, 0).expect("bindgen knows Rust 1.82");
    let mut builder = bindgen::Builder::default()
        .header(include.join(unit.header).to_string_lossy())
        .clang_arg(format!("-I{}", include.display()))
        .clang_arg("-std=c11")
        .allowlist_item(unit.names)
        .allowlist_recursively(unit.imports.is_empty())
        // Never a Rust enum: a value that a later library adds would be undefined behaviour.
        .newtype_enum(".*")
        .derive_default(false) // `size` must be set: see lib.rs
        .generate_cstr(true)
        .layout_tests(true)
        .use_core()
        // Output that depends on nothing but the header and bindgen's version.
        .rust_target(version_1_82)
        .rust_edition(RustEdition::Edition2021)
        .formatter(Formatter::Prettyplease)
        .parse_callbacks(Box::new(Comments));
    if !unit.imports.is_empty() {
        builder = builder.raw_line(unit.imports);
    }
    builder.generate().expect("bindgen").to_string()
}

/// Doxygen to Markdown, so that rustdoc neither drops words in angle brackets nor takes indented text for a test.
#[derive(Debug)]
struct Comments;

impl ParseCallbacks for Comments {
    fn process_comment(&self, comment: &str) -> Option<String> {
        // `/**< text */` beside what it describes arrives with its `<`.
        let lines = comment.trim_start_matches('<').lines().map(|line| line.trim().trim_start_matches('*').trim());
        Some(lines.map(markdown).collect::<Vec<_>>().join("\n"))
    }
}

fn markdown(line: &str) -> String {
    if let Some((direction, rest)) = line.strip_prefix("@param[").and_then(|rest| rest.split_once("] ")) {
        let (name, text) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
        return format!("- `{name}` ({direction}): {}", escape(text.trim_start()));
    }
    match line.strip_prefix("@return ") {
        Some(text) => format!("\nReturns {}", escape(text)),
        None => escape(line),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut code = false;
    for character in text.chars() {
        code ^= character == '`';
        if !code && matches!(character, '<' | '>' | '[' | ']' | '*' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
