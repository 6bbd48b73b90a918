// SPDX-License-Identifier: MIT
//! From a project to what is different from the description.

use crate::cases::{parts, Case, CaseKind, Cases, Elements};
use crate::sample::{visit, Parsed, Sample, Visitor};
use cuteshm::ndarray::ArrayViewD;
use cuteshm::{Array, Attribute, Dtype, Kind, NodeKind, Project, Record, Records, Store};
use std::fmt::Display;
use std::fs::File;

/// Prints the mismatches; their number.
pub fn read(root: &str, project: &str, cases: &Cases) -> Parsed<usize> {
    compare(&Store::open(root)?.attach(project)?, cases)
}

/// As [`read`], from an inherited descriptor.
pub fn attach(fd: &str, name: &str, cases: &Cases) -> Parsed<usize> {
    let project = Project::from_fd(File::open(format!("/proc/self/fd/{fd}"))?)?;
    let mismatches = compare(&project, cases)?;
    let info = project.info()?;
    if !info.sealed || info.project != name {
        println!("wanted a sealed {name}, found {info:?}");
        return Ok(mismatches + 1);
    }
    Ok(mismatches)
}

fn compare(project: &Project, cases: &Cases) -> Parsed<usize> {
    let mut reading = Reading { mismatches: 0 };
    for case in &cases.all {
        let done = match &case.kind {
            CaseKind::Group => reading.group(project, &case.path),
            CaseKind::Array { elements, .. } => reading.array(project, case, elements),
            CaseKind::Attribute { name, elements } => reading.attribute(project, &case.path, name, elements),
        };
        if let Err(error) = done {
            reading.mismatch(&title(case), "it", error);
        }
    }
    reading.extra(project, cases);
    Ok(reading.mismatches)
}

/// What a case is called in a message.
fn title(case: &Case) -> String {
    match &case.kind {
        CaseKind::Attribute { name, .. } => format!("{} @{name}", case.path),
        _ => case.path.clone(),
    }
}

struct Reading {
    mismatches: usize,
}

impl Reading {
    fn mismatch(&mut self, title: &str, wanted: impl Display, found: impl Display) {
        println!("{title}: wanted {wanted}, found {found}");
        self.mismatches += 1;
    }

    /// Whether both are the same.
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, title: &str, what: &str, wanted: T, found: T) -> bool {
        let same = wanted == found;
        if !same {
            self.mismatch(title, format!("{what} {wanted:?}"), format!("{found:?}"));
        }
        same
    }

    fn group(&mut self, project: &Project, path: &str) -> Parsed<()> {
        let kind = project.node(path)?.kind();
        self.same(path, "kind", NodeKind::Group, kind);
        Ok(())
    }

    fn array(&mut self, project: &Project, case: &Case, elements: &Elements) -> Parsed<()> {
        let array = project.get(&case.path)?;
        if let CaseKind::Array { order, .. } = case.kind {
            self.same(&case.path, "order", order, array.order());
        }
        self.elements(&case.path, elements, Found::Array(&array))
    }

    fn attribute(&mut self, project: &Project, path: &str, name: &str, elements: &Elements) -> Parsed<()> {
        let attribute = project.attr(path, name)?;
        let title = format!("{path} @{name}");
        if elements.shape.is_empty() && attribute.dtype().starts_with("<U") {
            // A plain string.
            let found = crate::cases::percent_decoded(elements.texts[0].trim_start_matches('='))?;
            self.same(&title, "text", String::from_utf8(found)?, attribute.text()?);
        }
        self.elements(&title, elements, Found::Attribute(&attribute))
    }

    fn elements(&mut self, title: &str, wanted: &Elements, found: Found<'_>) -> Parsed<()> {
        let same_type = self.same(title, "dtype", wanted.dtype.as_str(), found.dtype());
        let same_shape = self.same(title, "shape", &wanted.shape[..], found.shape());
        if !(same_type && same_shape) {
            return Ok(());
        }
        if Dtype::parse(&wanted.dtype)?.kind() != Kind::Structured {
            return visit(&wanted.dtype, Compare { reading: self, title, texts: &wanted.texts, found });
        }
        let records = found.records()?;
        self.same(title, "number of records", wanted.texts.len(), records.iter().count());
        for (index, (text, record)) in wanted.texts.iter().zip(records.iter()).enumerate() {
            self.record(&format!("{title}[{index}]"), text, record)?;
        }
        Ok(())
    }

    fn record(&mut self, title: &str, text: &str, record: Record<'_>) -> Parsed<()> {
        let texts = parts(text, '|');
        self.same(title, "number of fields", texts.len(), record.dtype().fields().len());
        for (field, text) in record.dtype().fields().iter().zip(texts) {
            let title = format!("{title}.{}", field.name());
            let texts = if field.shape().is_empty() { vec![text] } else { parts(text, ',') };
            if field.dtype().kind() == Kind::Structured {
                let records = record.records(field.name())?;
                self.same(&title, "number of records", texts.len(), records.len());
                for (text, record) in texts.into_iter().zip(records) {
                    self.record(&title, text, record)?;
                }
            } else {
                let found = Found::Field(record, field.name());
                let texts: Vec<String> = texts.into_iter().map(str::to_string).collect();
                visit(field.dtype().as_str(), Compare { reading: self, title: &title, texts: &texts, found })?;
            }
        }
        Ok(())
    }

    /// What is there and was not wanted; and whether attributes are in their order.
    fn extra(&mut self, project: &Project, cases: &Cases) {
        for node in project.nodes() {
            let is_this = |case: &&Case| !case.is_attribute() && case.path == node.path();
            if !node.path().is_empty() && !cases.all.iter().any(|case| is_this(&case)) {
                self.mismatch(node.path(), "nothing", format!("{node:?}"));
            }
            let of_this = cases.all.iter().filter(|case| case.path == node.path());
            let wanted: Vec<&str> = of_this
                .filter_map(|case| match &case.kind {
                    CaseKind::Attribute { name, .. } => Some(name.as_str()),
                    _ => None,
                })
                .collect();
            let found: Vec<&str> = node.attrs().map(|attribute| attribute.name()).collect();
            self.same(node.path(), "attributes", wanted, found);
        }
    }
}

/// Where elements were found.
enum Found<'f> {
    Array(&'f Array),
    Attribute(&'f Attribute<'f>),
    Field(Record<'f>, &'f str),
}

impl<'f> Found<'f> {
    fn dtype(&self) -> &'f str {
        match self {
            Found::Array(array) => array.dtype(),
            Found::Attribute(attribute) => attribute.dtype(),
            Found::Field(record, _) => record.dtype().as_str(),
        }
    }

    fn shape(&self) -> &'f [usize] {
        match self {
            Found::Array(array) => array.shape(),
            Found::Attribute(attribute) => attribute.shape(),
            Found::Field(..) => &[],
        }
    }

    fn records(&self) -> cuteshm::Result<Records<'f>> {
        match self {
            Found::Array(array) => array.records(),
            Found::Attribute(attribute) => attribute.records(),
            Found::Field(..) => unreachable!("fields that are records are read by Record::records"),
        }
    }
}

struct Compare<'c> {
    reading: &'c mut Reading,
    title: &'c str,
    texts: &'c [String],
    found: Found<'c>,
}

impl Compare<'_> {
    fn values<T: Sample>(self, found: ArrayViewD<'_, T>) -> Parsed<()> {
        self.reading.same(self.title, "number of elements", self.texts.len(), found.len());
        for (index, (text, found)) in self.texts.iter().zip(&found).enumerate() {
            let wanted = T::parse(text)?;
            if !wanted.same(found) {
                let title = format!("{}[{index}]", self.title);
                self.reading.mismatch(&title, format!("{wanted:?}"), format!("{found:?}"));
            }
        }
        Ok(())
    }
}

impl Visitor for Compare<'_> {
    type Output = ();

    fn visit<T: Sample>(self) -> Parsed<()> {
        match &self.found {
            Found::Array(array) => {
                let view = array.view::<T>()?;
                self.values(view)
            }
            Found::Attribute(attribute) => {
                let view = attribute.view::<T>()?;
                self.values(view)
            }
            Found::Field(record, name) => {
                let array = record.array::<T>(name)?;
                self.values(array.view())
            }
        }
    }
}
