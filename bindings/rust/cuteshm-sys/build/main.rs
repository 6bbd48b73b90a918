// SPDX-License-Identifier: MIT
//! Finds libcuteshm and links it.
//!
//! `CUTESHM_LIB_DIR` (the folder of libcuteshm.so; libcuteshm_hdf5.so lies there or in its subfolder `hdf5`) and
//! `CUTESHM_INCLUDE_DIR` (that of `cuteshm/cuteshm.h`) name a build tree. Without them, pkg-config is asked.

use std::env;
use std::path::{Path, PathBuf};

#[cfg(feature = "bindgen")]
mod generate;

/// Where the libraries and the headers are.
struct Found {
    libs: Vec<PathBuf>,
    // Only the feature `bindgen` reads headers.
    #[cfg_attr(not(feature = "bindgen"), allow(dead_code))]
    includes: Vec<PathBuf>,
}

fn main() {
    println!("cargo:rerun-if-env-changed=CUTESHM_LIB_DIR");
    println!("cargo:rerun-if-env-changed=CUTESHM_INCLUDE_DIR");
    let names: &[&str] = if cfg!(feature = "hdf5") { &["cuteshm", "cuteshm_hdf5"] } else { &["cuteshm"] };
    let found = match env::var_os("CUTESHM_LIB_DIR") {
        Some(dir) => build_tree(Path::new(&dir), names),
        None => installed(names),
    };
    tell_dependents(&found.libs);
    #[cfg(feature = "bindgen")]
    generate_bindings(&found.includes);
}

fn build_tree(dir: &Path, names: &[&str]) -> Found {
    let dir = dir.canonicalize().unwrap_or_else(|error| panic!("CUTESHM_LIB_DIR is {}: {error}", dir.display()));
    let mut libs = Vec::new();
    for name in names {
        let file = format!("lib{name}.so");
        let folder = [dir.clone(), dir.join("hdf5")]
            .into_iter()
            .find(|folder| folder.join(&file).exists())
            .unwrap_or_else(|| panic!("CUTESHM_LIB_DIR is {}: no {file} there, nor in hdf5/", dir.display()));
        println!("cargo:rustc-link-search=native={}", folder.display());
        println!("cargo:rustc-link-lib=dylib={name}");
        libs.push(folder);
    }
    let include = env::var_os("CUTESHM_INCLUDE_DIR").map(PathBuf::from);
    let includes = include.into_iter().collect();
    Found { libs, includes }
}

fn installed(names: &[&str]) -> Found {
    let mut found = Found { libs: Vec::new(), includes: Vec::new() };
    for name in names {
        let library = pkg_config::Config::new()
            .atleast_version(env!("CARGO_PKG_VERSION"))
            .probe(name)
            .unwrap_or_else(|error| {
                panic!("{name} is not known to pkg-config; for a build tree set CUTESHM_LIB_DIR and CUTESHM_INCLUDE_DIR\n{error}")
            });
        found.libs.extend(library.link_paths);
        found.includes.extend(library.include_paths);
    }
    found
}

/// `cargo test` and `cargo run` find the libraries by an rpath. It cannot reach the crates that depend on this one, so
/// they get the folders as `DEP_CUTESHM_LIBDIR` (joined by `:`) for a build script of their own.
fn tell_dependents(libs: &[PathBuf]) {
    let mut libs = libs.to_vec();
    libs.dedup();
    for lib in &libs {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    }
    let joined = env::join_paths(&libs).expect("a library folder whose name holds a colon");
    println!("cargo:libdir={}", joined.to_string_lossy());
}

#[cfg(feature = "bindgen")]
fn generate_bindings(includes: &[PathBuf]) {
    let include = includes
        .iter()
        .find(|dir| dir.join("cuteshm/cuteshm.h").exists())
        .unwrap_or_else(|| panic!("no cuteshm/cuteshm.h in {includes:?}: set CUTESHM_INCLUDE_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for unit in generate::UNITS {
        println!("cargo:rerun-if-changed={}", include.join(unit.header).display());
        std::fs::write(out.join(unit.file), generate::generate(unit, include)).expect("OUT_DIR is writable");
    }
}
