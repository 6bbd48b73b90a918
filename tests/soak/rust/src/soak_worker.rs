// SPDX-License-Identifier: MIT
//! The worker in Rust of the soak: see soak_worker.c, which does the same.
//!
//!     soak_worker ROOT SEED

use cuteshm::{Array, Error, Lifetime, ManifestFormat, Project, Result, Store};
use ndarray::{Array1, Array2};
use std::io::Write;
use std::time::Duration;

const PROJECTS: [&str; 4] = ["steady", "one", "two", "three"];
const LIFETIMES: [Lifetime; 3] = [Lifetime::Persistent, Lifetime::Owner, Lifetime::LastUser];
const HELD: usize = 6;

/// What is held: a project, or an array of one that was let go.
enum Held {
    Project(Project, i64),
    Array(Array, i64),
}

struct Worker {
    random: u64,
    number: i64,
    stores: [Store; 2],
    held: Vec<Held>,
}

/// Whole lines, or nothing where it is killed.
fn say(operation: &str, status: &str, text: &str) {
    let line = format!("{operation} {status} {text}\n");
    if std::io::stdout().write_all(line.as_bytes()).is_err() {
        std::process::exit(1);
    }
}

fn status_of(error: &Error) -> String {
    match error {
        Error::NotFound(_) => "NOT_FOUND".into(),
        Error::Exists(_) => "EXISTS".into(),
        Error::TimedOut(_) => "TIMEOUT".into(),
        other => format!("{other:?}").split('(').next().unwrap_or_default().into(),
    }
}

fn tell(operation: &str, problem: &Option<Error>) {
    match problem {
        None => say(operation, "OK", ""),
        Some(problem) => say(operation, &status_of(problem), &problem.message()),
    }
}

fn publish_tree(store: &Store, name: &str, number: i64, overwrite: bool, lifetime: Lifetime) -> Result<Project> {
    let a = Array1::from_elem(100 + number as usize % 37, number as f64);
    let b = Array2::from_elem((number as usize % 5 + 1, 40), number);
    let c = Array1::from_elem(4096, number as i32);
    let builder = store.create(name).overwrite(overwrite).lifetime(lifetime);
    builder.array("a", &a).array("group/b", &b).array("group/deep/c", &c).attr("", "number", number).publish()
}

/// The number of a generation, or None where anything in it is not of that number.
fn number_of(project: &Project) -> Result<Option<i64>> {
    let number: i64 = project.attr("", "number")?.scalar()?;
    let (a, b, c) = (project.get("a")?, project.get("group/b")?, project.get("group/deep/c")?);
    let shapes =
        a.shape() == [100 + number as usize % 37] && b.shape() == [number as usize % 5 + 1, 40] && c.shape() == [4096];
    let whole = shapes
        && a.view::<f64>()?.iter().all(|&x| x == number as f64)
        && b.view::<i64>()?.iter().all(|&x| x == number)
        && c.view::<i32>()?.iter().all(|&x| x == number as i32);
    Ok(whole.then_some(number))
}

impl Held {
    fn is_whole(&self) -> Result<bool> {
        match self {
            Held::Project(project, number) => Ok(number_of(project)? == Some(*number)),
            Held::Array(array, number) => Ok(array.view::<i64>()?.iter().all(|x| x == number)),
        }
    }
}

impl Worker {
    fn draw(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.random >> 33) as usize % below
    }

    fn let_go(&mut self, index: usize) -> Result<()> {
        let held = self.held.swap_remove(index);
        if !held.is_whole()? {
            say("wrong", "value", "in what was held");
        }
        drop(held);
        say("detach", "OK", "");
        Ok(())
    }

    fn take(&mut self, project: Project, wanted: Option<i64>) -> Result<()> {
        let number = number_of(&project)?.unwrap_or(-1);
        if number < 0 || wanted.is_some_and(|wanted| wanted != number) {
            say("wrong", "value", "in what was attached");
        }
        if self.held.len() == HELD {
            let index = self.draw(HELD);
            self.let_go(index)?;
        }
        let array = self.draw(3) == 0;
        self.held.push(if array {
            Held::Array(project.get("group/b")?, number)
        } else {
            Held::Project(project, number)
        });
        if self.draw(2) == 0 {
            return self.let_go(self.held.len() - 1);
        }
        Ok(())
    }

    fn publish(&mut self, store: &Store, name: &str, overwrite: bool) -> Result<()> {
        self.number += 1;
        let lifetime = if name == "steady" { Lifetime::Persistent } else { LIFETIMES[self.draw(3)] };
        let project = publish_tree(store, name, self.number, overwrite, lifetime)?;
        self.take(project, Some(self.number))
    }

    fn attach(&mut self, store: &Store, name: &str) -> Result<()> {
        let project = if self.draw(2) == 0 { store.attach(name)? } else { store.attach_private(name)? };
        self.take(project, None)
    }

    fn ask(&mut self, wait: bool) -> Result<()> {
        let micros = self.draw(2000) as u64;
        match self.held.first() {
            Some(Held::Project(project, _)) if wait => project.wait_newer(Some(Duration::from_micros(micros))),
            Some(Held::Project(project, _)) => project.is_current().map(|_| ()),
            _ => Ok(()),
        }
    }

    fn look_around(&self, store: &Store) -> Result<()> {
        store.projects()?.iter().for_each(|project| tell("listed", &project.problem));
        Ok(())
    }

    fn collect(&self, store: &Store) -> Result<()> {
        store.collect()?.iter().for_each(|leftover| tell("collected", &leftover.problem));
        Ok(())
    }

    /// What is held is let go only where this returns, and `main` with it.
    fn ends(&mut self) -> bool {
        let way = ["return", "exit", "abort"][self.draw(3)];
        say("end", way, "");
        match way {
            "exit" => std::process::exit(0),
            "abort" => std::process::abort(),
            _ => true,
        }
    }

    /// Does something at random, and tells what it was. False: it ends.
    fn step(&mut self) -> bool {
        let (store, name) = (self.stores[self.draw(2)].clone(), PROJECTS[self.draw(4)]);
        let steady = name == "steady";
        let (operation, result) = match self.draw(1000) {
            0..=2 => return !self.ends(),
            3..=119 => ("create", self.publish(&store, name, false)),
            120..=259 => ("overwrite", self.publish(&store, name, true)),
            260..=559 => (if steady { "attach-steady" } else { "attach" }, self.attach(&store, name)),
            560..=679 if !self.held.is_empty() => {
                let index = self.draw(self.held.len());
                ("release", self.let_go(index))
            }
            680..=719 => ("wait", self.ask(true)),
            720..=759 => ("current", self.ask(false)),
            760..=859 if !steady => ("unlink", store.unlink(name)),
            860..=919 => ("list", self.look_around(&store)),
            920..=959 => ("collect", self.collect(&store)),
            _ => return true,
        };
        tell(operation, &result.err());
        true
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, seed] = &arguments[..] else {
        eprintln!("usage: soak_worker ROOT SEED");
        std::process::exit(2);
    };
    let seed: u64 = seed.parse().expect("a number");
    let open = |format| Store::options().root(root).manifest(format).open();
    let stores = [open(ManifestFormat::Yaml)?, open(ManifestFormat::Toml)?];
    let mut worker = Worker { random: seed, number: seed as i64 * 100_000, stores, held: Vec::new() };
    while worker.step() {}
    Ok(())
}
