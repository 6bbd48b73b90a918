// SPDX-License-Identifier: MIT
//! What is declared here is the golden ABI of bindings/abi/: the same names and numbers, none less and none more. The sizes
//! and offsets are those that bindings.rs asserts of its structs when it is compiled.

use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::CStr;
use std::path::Path;

/// One line each, such as `cshm_error.status at 4`.
type Facts = BTreeSet<String>;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().expect("an object").iter()
}

fn golden() -> Facts {
    let golden: Value = serde_json::from_str(&read("../../abi/abi.json")).unwrap();
    let mut facts = Facts::new();
    facts.extend(members(&golden["constants"]).map(|(name, value)| format!("{name} = {value}")));
    for (kind, values) in members(&golden["enums"]) {
        facts.extend(members(values).map(|(name, value)| format!("{kind}::{name} = {value}")));
    }
    for (name, layout) in members(&golden["structs"]) {
        facts.insert(format!("{name} of {}", layout["size"]));
        facts.extend(members(&layout["fields"]).map(|(field, place)| format!("{name}.{field} at {}", place["offset"])));
    }
    facts.extend(members(&golden["callbacks"]).map(|(name, _)| format!("type {name}")));
    for (name, function) in members(&golden["functions"]).flat_map(|(_, functions)| members(functions)) {
        let parameters = function["parameters"].as_array().expect("a list").iter();
        let names: Vec<&str> = parameters.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        facts.insert(format!("fn {name}({})", names.join(", ")));
    }
    facts
}

/// What stands between `before` and `after`, at each `before`.
fn between<'t>(text: &'t str, before: &'t str, after: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(before).skip(1).map(move |rest| rest.split_once(after).map_or(rest, |(found, _)| found))
}

fn declared() -> Facts {
    let text = read("src/bindings.rs") + &read("src/bindings_hdf5.rs");
    let mut facts = Facts::new();
    for constant in between(&text, "pub const ", ";") {
        let (name, rest) = constant.split_once(": ").unwrap();
        let (kind, value) = rest.split_once(" = ").unwrap();
        match value.strip_prefix(kind) {
            Some(value) => facts.insert(format!("{kind}::{name} = {}", value.trim_matches(['(', ')']))),
            None => name.starts_with("CSHM_VERSION_") || facts.insert(format!("{name} = {value}")),
        };
    }
    for assertion in between(&text, "\"Size of ", "usize]") {
        facts.insert(format!("{} of {}", name_in(assertion), number_in(assertion)));
    }
    for assertion in between(&text, "\"Offset of field: ", "usize]") {
        facts.insert(format!("{} at {}", name_in(assertion).replace("::", "."), number_in(assertion)));
    }
    let types = between(&text, "pub type ", " =").filter(|name| name.ends_with("_fn"));
    facts.extend(types.map(|name| format!("type {name}")));
    for function in between(&text, "pub fn ", ";\n}") {
        let (name, rest) = function.split_once('(').unwrap();
        let parameters = rest.split_once(')').unwrap().0;
        let names: Vec<&str> =
            parameters.split(',').filter_map(|parameter| Some(parameter.split_once(':')?.0.trim())).collect();
        facts.insert(format!("fn {name}({})", names.join(", ")));
    }
    facts
}

fn name_in(assertion: &str) -> &str {
    assertion.split_once('"').unwrap().0
}

fn number_in(assertion: &str) -> &str {
    assertion.rsplit_once("- ").unwrap().1
}

#[test]
fn the_declarations_are_the_golden_abi() {
    let (golden, declared) = (golden(), declared());
    let missing: Vec<_> = golden.difference(&declared).collect();
    let added: Vec<_> = declared.difference(&golden).collect();
    assert!(missing.is_empty() && added.is_empty(), "not declared here: {missing:#?}\nnot in bindings/abi: {added:#?}");
    assert!(golden.len() > 100, "{} facts are too few to be the ABI", golden.len());
}

#[test]
fn the_library_is_of_this_abi() {
    // SAFETY: never fails; a static string.
    let (abi, version) = unsafe { (cuteshm_sys::cshm_abi_version(), CStr::from_ptr(cuteshm_sys::cshm_version())) };
    assert_eq!((abi, version), (cuteshm_sys::CSHM_ABI_VERSION, cuteshm_sys::CSHM_VERSION_STRING));
    assert_eq!(version.to_str(), Ok(env!("CARGO_PKG_VERSION")));
}
