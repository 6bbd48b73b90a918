// SPDX-License-Identifier: MIT
//! The worker in Rust of tests/lifetimes: see live_and_end.c there, which does the same.

use cuteshm::ndarray::{arr1, Array1};
use cuteshm::{Lifetime, Project, Result, Store};
use std::process;

fn values() -> Array1<f64> {
    arr1(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
}

fn take_part(words: &[String]) -> Result<Project> {
    let [verb, lifetime, root, project] = words else { panic!("four words a project") };
    let lifetime = match lifetime.as_str() {
        "owner" => Lifetime::Owner,
        "last-user" => Lifetime::LastUser,
        _ => Lifetime::Persistent,
    };
    let store = Store::open(root)?;
    if verb == "publish" {
        return store.create(project).lifetime(lifetime).array("a", &values()).publish();
    }
    let attached = store.attach(project)?;
    assert_eq!(attached.get("a")?.view::<f64>()?.to_owned(), values().into_dyn());
    Ok(attached)
}

fn end(ending: &str) {
    extern "C" {
        fn _exit(status: i32) -> !;
    }
    match ending {
        "return" => (),
        "error" => panic!("as was asked for"),
        "exit" => process::exit(3),
        // SAFETY: POSIX's, which takes any status.
        "_exit" => unsafe { _exit(4) },
        "abort" => process::abort(),
        _ => process::exit(5),
    }
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let kept = words[1..].chunks(4).map(take_part).collect::<Result<Vec<_>>>()?;
    println!("ready");
    let _ = std::io::stdin().read_line(&mut String::new());
    end(&words[0]);
    drop(kept);
    Ok(())
}
