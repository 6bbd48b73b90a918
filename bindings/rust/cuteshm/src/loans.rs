// SPDX-License-Identifier: MIT
//! Who holds which array of a writable attachment. Handles are taken at run time, so the rule of Rust's references, one
//! writer or many readers, must be kept at run time.

use crate::{Error, Result};
use std::collections::hash_map::{Entry, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What each array is lent for, by its offset in the segment: that is one also where a path is an alias.
#[derive(Debug, Default)]
pub(crate) struct Loans(Mutex<HashMap<u64, Use>>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Use {
    Reading(usize),
    Writing,
}

/// The right to use an array, given back on drop.
#[derive(Debug)]
pub(crate) struct Loan {
    loans: Arc<Loans>,
    array: u64,
}

impl Loans {
    pub fn read(self: &Arc<Self>, array: u64, path: &str) -> Result<Loan> {
        match self.lock().entry(array).or_insert(Use::Reading(0)) {
            Use::Reading(readers) => *readers += 1,
            Use::Writing => return Err(Error::Borrowed { path: path.to_string() }),
        }
        Ok(Loan { loans: self.clone(), array })
    }

    pub fn write(self: &Arc<Self>, array: u64, path: &str) -> Result<Loan> {
        match self.lock().entry(array) {
            Entry::Vacant(entry) => entry.insert(Use::Writing),
            Entry::Occupied(_) => return Err(Error::Borrowed { path: path.to_string() }),
        };
        Ok(Loan { loans: self.clone(), array })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Use>> {
        // No code that can panic runs under the lock, so the map is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let mut loans = self.loans.lock();
        match loans.get_mut(&self.array) {
            Some(Use::Reading(readers)) if *readers > 1 => *readers -= 1,
            _ => drop(loans.remove(&self.array)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_or_many_readers() {
        let loans = Arc::new(Loans::default());
        let readers = [loans.read(64, "x").unwrap(), loans.read(64, "x").unwrap()];
        let other = loans.write(128, "y").unwrap();
        assert!(matches!(loans.write(64, "x"), Err(Error::Borrowed { path }) if path == "x"));
        drop(readers);
        let writer = loans.write(64, "x").unwrap();
        assert!(loans.read(64, "x").is_err() && loans.write(64, "x").is_err());
        drop((writer, other));
        assert!(loans.lock().is_empty());
    }
}
