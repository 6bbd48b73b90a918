// SPDX-License-Identifier: MIT
//! The rpath of this package's own tests and examples: cargo does not hand on cuteshm-sys's.

fn main() {
    let folders = std::env::var_os("DEP_CUTESHM_LIBDIR").expect("cuteshm-sys says where the library is");
    // None for a library in one of the system's own folders.
    for folder in std::env::split_paths(&folders).filter(|folder| folder.is_absolute()) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}
