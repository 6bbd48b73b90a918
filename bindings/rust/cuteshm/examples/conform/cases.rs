// SPDX-License-Identifier: MIT
//! The description: one record a line. Its form is told at the top of cases.tsv.

use cuteshm::Order;
use std::error::Error;

/// All records of the description.
pub struct Cases {
    pub all: Vec<Case>,
}

/// A record of the description.
pub struct Case {
    /// Of the group or array, also where the record is an attribute of it.
    pub path: String,
    pub kind: CaseKind,
}

pub enum CaseKind {
    Group,
    Array { order: Order, elements: Elements },
    Attribute { name: String, elements: Elements },
}

/// What is in an array or attribute: one text for each element in logical C order.
pub struct Elements {
    pub dtype: String,
    pub shape: Vec<usize>,
    pub texts: Vec<String>,
}

impl Case {
    pub fn is_group(&self) -> bool {
        matches!(self.kind, CaseKind::Group)
    }

    pub fn is_array(&self) -> bool {
        matches!(self.kind, CaseKind::Array { .. })
    }

    pub fn is_attribute(&self) -> bool {
        matches!(self.kind, CaseKind::Attribute { .. })
    }
}

impl Cases {
    pub fn load(file: &str) -> Result<Cases, Box<dyn Error>> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        // `lines` would take a carriage return away; names encode theirs, so there is none.
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let all =
            lines.map(|(index, line)| case(line).map_err(|error| format!("{file}:{}: {error}", index + 1).into()));
        Ok(Cases { all: all.collect::<Result<_, Box<dyn Error>>>()? })
    }
}

fn case(line: &str) -> Result<Case, Box<dyn Error>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let (path, kind) = match fields[..] {
        ["group", path] => (path, CaseKind::Group),
        ["array", path, dtype, shape, order, values] => {
            let order = if order == "F" { Order::Fortran } else { Order::C };
            (path, CaseKind::Array { order, elements: elements(dtype, shape, values)? })
        }
        ["attr", path, name, dtype, shape, values] => {
            let name = String::from_utf8(percent_decoded(name)?)?;
            (path, CaseKind::Attribute { name, elements: elements(dtype, shape, values)? })
        }
        _ => return Err("no record of a known kind".into()),
    };
    Ok(Case { path: String::from_utf8(percent_decoded(path)?)?, kind })
}

fn elements(dtype: &str, shape: &str, values: &str) -> Result<Elements, Box<dyn Error>> {
    let lengths = shape.split(',').filter(|_| shape != "-");
    let shape: Vec<usize> = lengths.map(str::parse).collect::<Result<_, _>>()?;
    let texts: Vec<String> = values.split(' ').filter(|_| values != "-").map(str::to_string).collect();
    if texts.len() != shape.iter().product() {
        return Err(format!("{} values for shape {shape:?}", texts.len()).into());
    }
    Ok(Elements { dtype: dtype.to_string(), shape, texts })
}

/// `%41` is `A`.
pub fn percent_decoded(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).ok_or("a % without two digits")?;
        bytes.push(u8::from_str_radix(code, 16)?);
        bytes.extend(rest.as_bytes());
    }
    Ok(bytes)
}

/// The parts of `{a|{b|c}}` or `[a,[b,c]]`: those between separators that are in no inner bracket.
pub fn parts(text: &str, separator: char) -> Vec<&str> {
    let inner = text.get(1..text.len() - 1).unwrap_or("");
    let mut depth = 0;
    let outermost = |character: char| {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        character == separator && depth == 0
    };
    inner.split(outermost).collect()
}
