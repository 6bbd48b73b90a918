// SPDX-License-Identifier: MIT
//! Puts a small project of many types into the default store, for others to attach.
//!
//!     produce PROJECT

use cuteshm::half::f16;
use cuteshm::ndarray::{arr1, Array2, Array3, ShapeBuilder};
use cuteshm::num_complex::Complex;
use cuteshm::{record, Be, Bytes, Datetime64, Order, Project, Result, Store};

record! {
    /// A hit in the detector.
    #[repr(C)]
    struct Hit {
        time: f64,
        wire: u16,
        flags: [u8; 2],
        charge: Be<f32>,
    }
}

const HIT: &str = r#"[["time","<f8"],["wire","<u2"],["flags","|u1",[2]],["charge",">f4"]]"#;

fn main() -> std::process::ExitCode {
    let [project] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        eprintln!("usage: produce PROJECT");
        return 2.into();
    };
    match Store::open_default().and_then(|store| produce(&store, project)) {
        Ok(project) => {
            let arrays = project.info().map_or(0, |info| info.array_count);
            println!("{arrays} arrays; give the memory back with: cute-shm unlink");
            0.into()
        }
        Err(error) => {
            eprintln!("produce: {error}");
            1.into()
        }
    }
}

fn produce(store: &Store, project: &str) -> Result<Project> {
    // Arrays that are in memory already are borrowed until `publish`, and copied once.
    let image = Array2::from_shape_fn((48, 64), |(y, x)| (x * y) as f32);
    let volume = Array3::from_shape_fn((4, 5, 6).f(), |(x, y, z)| (x + 10 * y + 100 * z) as i16);
    let spectrum = arr1(&[Complex::new(1.0, -0.5), Complex::new(0.0, 2.0)]);
    let weights = arr1(&[f16::from_f32(0.5), f16::from_f32(0.25)]);
    let mask = arr1(&[true, false, true]);
    let hits = arr1(&[Hit { time: 0.5, wire: 7, flags: [1, 0], charge: 1.25.into() }]);
    let started = arr1(&[Datetime64(1_700_000_000_000), Datetime64::NAT]);
    let codes = arr1(&[Bytes(*b"ok\0\0"), Bytes(*b"late")]);

    let reserved = store
        .create(project)
        .overwrite(true)
        .attr("", "title", "made by the Rust example")
        .array("camera/image", &image)
        .attr("camera/image", "unit", "counts")
        .attr("camera/image", "range", [0.0, 2961.0])
        .array("camera/volume", &volume) // Fortran order, as it lies
        .array("spectrum", &spectrum)
        .array("weights", &weights)
        .array("mask", &mask)
        .array("codes", &codes)
        .strings("names", &arr1(&["Ada", "Zoë", "日本"]))
        .array_as("hits", HIT, Order::C, &hits)
        .array_as("started", "<M8[ms]", Order::C, &started)
        .alias("latest image", "camera/image")
        .group("nothing yet")
        // What is computed, or larger than this process's memory, is filled piece by piece.
        .reserve("computed", "<i8", &[1 << 16], Order::C)
        .allocate()?;
    let piece: Vec<u8> = (0..4096i64).flat_map(i64::to_le_bytes).collect();
    for offset in (0..8 << 16).step_by(piece.len()) {
        reserved.write("computed", offset, &piece)?;
    }
    reserved.publish()
}
