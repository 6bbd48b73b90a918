// SPDX-License-Identifier: MIT
//! From the description to a project.

use crate::cases::{parts, CaseKind, Cases, Elements};
use crate::sample::{visit, Parsed, Sample, Visitor};
use cuteshm::ndarray::{arr0, ArrayD};
use cuteshm::{Builder, Dtype, Kind, Order, Project, Store, Value};
use std::io::Read;
use std::os::fd::AsRawFd;

/// The number of mismatches: none.
pub fn write(root: &str, project: &str, cases: &Cases) -> Parsed<usize> {
    make(root, project, cases, false)?;
    Ok(0)
}

/// Prints the path of the descriptor, which is all that holds the project then, and keeps it until standard input ends.
pub fn seal(root: &str, project: &str, cases: &Cases) -> Parsed<usize> {
    let fd = make(root, project, cases, true)?.export_fd()?;
    println!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(0)
}

fn make(root: &str, project: &str, cases: &Cases, sealed: bool) -> Parsed<Project> {
    // Arrays are borrowed until the project is published, so all of them are made first.
    let mut made = Vec::new();
    for case in &cases.all {
        if let CaseKind::Array { elements, .. } = &case.kind {
            made.push(array(elements)?);
        }
    }
    let mut arrays = made.iter();
    let mut builder = Store::open(root)?.create(project).sealed(sealed);
    for case in &cases.all {
        builder = match &case.kind {
            CaseKind::Group => builder.group(&case.path),
            CaseKind::Array { order, elements } => {
                let array = arrays.next().expect("one for each case");
                array.declare(builder, &case.path, &elements.dtype, *order)
            }
            CaseKind::Attribute { name, elements } => builder.attr(&case.path, name, value(elements)?),
        };
    }
    Ok(builder.publish()?)
}

/// An array of any type.
trait Declare {
    fn declare<'a>(&'a self, builder: Builder<'a>, path: &str, dtype: &str, order: Order) -> Builder<'a>;
}

impl<T: Sample> Declare for ArrayD<T> {
    fn declare<'a>(&'a self, builder: Builder<'a>, path: &str, dtype: &str, order: Order) -> Builder<'a> {
        builder.array_as(path, dtype, order, self)
    }
}

/// Elements of a structured type: their bytes in C order, each element by itself.
struct Records {
    shape: Vec<usize>,
    c_order: Vec<u8>,
    fortran_order: Vec<u8>,
}

impl Declare for Records {
    fn declare<'a>(&'a self, builder: Builder<'a>, path: &str, dtype: &str, order: Order) -> Builder<'a> {
        let bytes = match order {
            Order::C => &self.c_order,
            Order::Fortran => &self.fortran_order,
        };
        builder.array_raw(path, dtype, &self.shape, order, bytes)
    }
}

fn array(elements: &Elements) -> Parsed<Box<dyn Declare>> {
    let dtype = Dtype::parse(&elements.dtype)?;
    if dtype.kind() != Kind::Structured {
        return visit(&elements.dtype, MakeArray(elements));
    }
    let records = encoded(&dtype, &elements.texts)?;
    let records: ArrayD<&[u8]> =
        ArrayD::from_shape_vec(&elements.shape[..], records.iter().map(Vec::as_slice).collect())?;
    Ok(Box::new(Records {
        shape: elements.shape.clone(),
        c_order: records.iter().flat_map(|bytes| bytes.iter().copied()).collect(),
        fortran_order: records.t().iter().flat_map(|bytes| bytes.iter().copied()).collect(),
    }))
}

fn value(elements: &Elements) -> Parsed<Value> {
    let dtype = Dtype::parse(&elements.dtype)?;
    if dtype.kind() != Kind::Structured {
        return visit(&elements.dtype, MakeValue(elements));
    }
    let bytes = encoded(&dtype, &elements.texts)?.concat();
    Ok(Value::raw(&elements.dtype, &elements.shape, &bytes))
}

fn parsed<T: Sample>(elements: &Elements) -> Parsed<ArrayD<T>> {
    let parsed = elements.texts.iter().map(|text| T::parse(text)).collect::<Parsed<_>>()?;
    Ok(ArrayD::from_shape_vec(&elements.shape[..], parsed)?)
}

struct MakeArray<'e>(&'e Elements);

impl Visitor for MakeArray<'_> {
    type Output = Box<dyn Declare>;

    fn visit<T: Sample>(self) -> Parsed<Box<dyn Declare>> {
        Ok(Box::new(parsed::<T>(self.0)?))
    }
}

struct MakeValue<'e>(&'e Elements);

impl Visitor for MakeValue<'_> {
    type Output = Value;

    fn visit<T: Sample>(self) -> Parsed<Value> {
        Ok(Value::array_as(&self.0.dtype, &parsed::<T>(self.0)?)?)
    }
}

/// The bytes of each record.
fn encoded(dtype: &Dtype, texts: &[String]) -> Parsed<Vec<Vec<u8>>> {
    texts.iter().map(|text| encode(dtype, text)).collect()
}

/// The bytes of one element; padding is zero.
fn encode(dtype: &Dtype, text: &str) -> Parsed<Vec<u8>> {
    if dtype.kind() != Kind::Structured {
        return visit(dtype.as_str(), Encode(dtype.as_str(), text));
    }
    let mut bytes = vec![0; dtype.itemsize()];
    let texts = parts(text, '|');
    if texts.len() != dtype.fields().len() {
        return Err(format!("{text}: {} fields for {}", texts.len(), dtype.as_str()).into());
    }
    for (field, text) in dtype.fields().iter().zip(texts) {
        let items = if field.shape().is_empty() { vec![text] } else { parts(text, ',') };
        let items: Vec<Vec<u8>> = items.into_iter().map(|item| encode(field.dtype(), item)).collect::<Parsed<_>>()?;
        bytes[field.offset()..][..field.nbytes()].copy_from_slice(&items.concat());
    }
    Ok(bytes)
}

struct Encode<'e>(&'e str, &'e str);

impl Visitor for Encode<'_> {
    type Output = Vec<u8>;

    fn visit<T: Sample>(self) -> Parsed<Vec<u8>> {
        Ok(Value::array_as(self.0, &arr0(T::parse(self.1)?))?.bytes().to_vec())
    }
}
