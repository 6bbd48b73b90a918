// SPDX-License-Identifier: MIT
//! What the crate toml makes of a document on standard input.
//!
//!     toml_crate json     its data as JSON; integers and floats as {"i": "digits"} and {"f": "bits"}, other values as they are
//!     toml_crate toml     written anew
use std::fmt::Write;
use std::io::Read;
use toml::{Table, Value};

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("UTF-8");
    let table: Table = text.parse().expect("TOML");
    match std::env::args().nth(1).as_deref() {
        Some("json") => {
            let mut out = String::new();
            add(&mut out, &Value::Table(table));
            println!("{out}");
        }
        Some("toml") => print!("{}", toml::to_string(&table).expect("a table")),
        _ => panic!("usage: toml_crate json|toml"),
    }
}

fn add(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => add_string(out, text),
        Value::Integer(number) => write!(out, "{{\"i\": \"{number}\"}}").unwrap(),
        Value::Float(number) => write!(out, "{{\"f\": \"{:016x}\"}}", number.to_bits()).unwrap(),
        Value::Boolean(truth) => write!(out, "{truth}").unwrap(),
        Value::Datetime(_) => panic!("a date, where none is written"),
        Value::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                add(out, item);
            }
            out.push(']');
        }
        Value::Table(table) => {
            out.push('{');
            for (number, (key, item)) in table.iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                add_string(out, key);
                out.push_str(": ");
                add(out, item);
            }
            out.push('}');
        }
    }
}

fn add_string(out: &mut String, text: &str) {
    out.push('"');
    for unit in text.encode_utf16() {
        write!(out, "\\u{unit:04x}").unwrap();
    }
    out.push('"');
}
