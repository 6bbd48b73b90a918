// SPDX-License-Identifier: MIT
//! `Default` of a struct is the header's `_INIT` macro, which bindgen cannot translate.

use cuteshm_sys::*;

/// Each `#define <PREFIX>_INIT {sizeof(<prefix>), ...}` as (struct, what follows the size).
fn init_macros(header: &str) -> Vec<(String, String)> {
    let joined = header.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| line.starts_with("#define CSHM_") && line.contains("_INIT "));
    let parts = lines.map(|line| {
        let body = line.split_once("{sizeof(").expect("an _INIT macro begins with the size").1;
        body.split_once("), ").expect("an _INIT macro has more than the size")
    });
    parts.map(|(name, rest)| (name.to_string(), rest.trim_end_matches('}').to_string() + "}")).collect()
}

fn headers() -> Vec<(String, String)> {
    let include = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../core/include/cuteshm/");
    let read = |file| std::fs::read_to_string(format!("{include}{file}")).unwrap();
    let mut macros = init_macros(&read("cuteshm.h"));
    macros.extend(init_macros(&read("hdf5.h")));
    macros
}

#[test]
fn init_macros_are_zero_but_for_the_size() {
    let zero = [
        "0",
        "NULL",
        "{0}",
        "CSHM_PERSISTENT",
        "CSHM_READ_ONLY",
        "CSHM_MANIFEST_DEFAULT",
        "CSHM_ACCESS_DEFAULT",
        "CSHM_HDF5_OUTSIDE_DATA",
    ];
    assert_eq!(cshm_lifetime::CSHM_PERSISTENT.0, 0);
    assert_eq!(cshm_mode::CSHM_READ_ONLY.0, 0);
    assert_eq!(cshm_manifest_format::CSHM_MANIFEST_DEFAULT.0, 0);
    assert_eq!(cshm_access::CSHM_ACCESS_DEFAULT.0, 0);
    #[cfg(feature = "hdf5")]
    assert_eq!(cshm_hdf5_outside::CSHM_HDF5_OUTSIDE_DATA.0, 0);
    for (name, rest) in headers() {
        let mut values = rest.trim_end_matches('}').split(',').map(str::trim);
        let odd = values.find(|value| !zero.contains(value) && !zero.contains(&format!("{value}}}").as_str()));
        assert_eq!(odd, None, "{name}: Default must set it");
    }
}

macro_rules! sizes {
    ($($name:ident)*) => { vec![$((stringify!($name), $name::default().size as usize, size_of::<$name>())),*] };
}

#[test]
fn every_struct_with_an_init_macro_has_a_default() {
    #[cfg(feature = "hdf5")]
    let hdf5 = sizes! { cshm_hdf5_options cshm_hdf5_save_options };
    #[cfg(not(feature = "hdf5"))]
    let hdf5 = vec![];
    let core = sizes! {
        cshm_error cshm_store_options cshm_project cshm_collect_options cshm_builder_options cshm_attach_options
        cshm_attachment_info cshm_node cshm_attribute cshm_note cshm_array_view cshm_dtype cshm_field
    };
    let sizes = [core, hdf5].concat();
    for (name, set, real) in &sizes {
        assert_eq!(set, real, "{name}");
    }
    let covered = |name: &String| sizes.iter().any(|(known, ..)| known == name);
    let only_hdf5 = |name: &String| cfg!(not(feature = "hdf5")) && name.contains("hdf5");
    let missing: Vec<_> = headers().into_iter().map(|(name, _)| name).filter(|name| !covered(name)).collect();
    assert!(missing.iter().all(only_hdf5), "no Default for {missing:?}");
}
