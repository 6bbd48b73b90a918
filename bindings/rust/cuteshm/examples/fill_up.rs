// SPDX-License-Identifier: MIT
//! In Rust what tests/memory asks of each language: see fill_up.py there, which does the same.

use cuteshm::ndarray::{Array1, ArrayView1};
use cuteshm::{Error, Result, Store};

fn make(store: &Store, name: &str, values: ArrayView1<u8>) -> Result<()> {
    store.create(name).array("a", &values).publish().map(drop)
}

fn is_refused(store: &Store, name: &str, nbytes: usize) -> Result<bool> {
    match make(store, name, Array1::from_elem(nbytes, 1).view()) {
        Ok(()) => Ok(false),
        Err(error @ Error::NoSpace(_)) => {
            println!("{error}");
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

fn main() -> Result<()> {
    let root = std::env::args().nth(1).expect("the store's root");
    let store = Store::open(root)?;
    for _ in 0..3 {
        assert!(is_refused(&store, "large", 16 << 20)?);
    }
    let mut made = 0;
    while !is_refused(&store, &format!("full-{made}"), 1 << 20)? {
        made += 1;
    }
    assert!(is_refused(&store, "one-more", 1 << 20)?);
    store.unlink("full-0")?;
    let small: Array1<u8> = (0..100).collect();
    make(&store, "small", small.view())?;
    assert_eq!(store.attach("small")?.get("a")?.view::<u8>()?.to_owned(), small.into_dyn());
    println!("made {made}");
    Ok(())
}
