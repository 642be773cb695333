//! A set of very many names, kept one behind the other in the order in which they came.
//!
//! Of each name stay its bytes, where it ends, and one number in a table whose order depends on a
//! random key, so that nobody can choose names that fall into one place.

use std::hash::{BuildHasher, RandomState};

/// Stands in the table where no name is.
const FREE: u32 = u32::MAX;
/// Places of the smallest table; every table has a power of two.
const FEWEST: usize = 16;

/// The names.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Names {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// Number of each name, at its hash or at the next place that was free.
    table: Vec<u32>,
    keys: RandomState,
}

impl Names {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The name that came as the `number`th, from 0.
    pub(super) fn name(&self, number: usize) -> Option<&str> {
        let end = |at: usize| self.ends.get(at).and_then(|end| usize::try_from(*end).ok());
        let start = number.checked_sub(1).map_or(Some(0), end)?;
        self.text.get(start..end(number)?)
    }

    /// The place in the table where `name` is, or where it would be; `None` if there is no table.
    fn place(&self, name: &str) -> Option<usize> {
        let last = self.table.len().checked_sub(1)?;
        let hash = self.keys.hash_one(name) & u64::try_from(last).unwrap_or(u64::MAX);
        let mut place = usize::try_from(hash).ok()?;
        // A table is never full, so this ends.
        while let Some(number) = self.table.get(place).filter(|number| **number != FREE) {
            let number = usize::try_from(*number).ok()?;
            if self.name(number) == Some(name) {
                break;
            }
            place = place.wrapping_add(1) & last;
        }
        Some(place)
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        let number = self.place(name).and_then(|place| self.table.get(place));
        number.is_some_and(|number| *number != FREE)
    }

    /// Keeps `name`; `false` if it is kept already, or there is no room left.
    pub(in crate::evidence) fn insert(&mut self, name: &str) -> bool {
        // At most seven of eight places are taken.
        if self.count() >= self.table.len() / 8 * 7 {
            self.grow();
        }
        let end = u32::try_from(self.text.len().saturating_add(name.len()));
        let number = u32::try_from(self.count()).ok().filter(|number| *number != FREE);
        let place = self.place(name);
        let slot = place.and_then(|place| self.table.get_mut(place)).filter(|slot| **slot == FREE);
        let (Ok(end), Some(number), Some(slot)) = (end, number, slot) else { return false };
        *slot = number;
        self.text.push_str(name);
        self.ends.push(end);
        true
    }

    fn grow(&mut self) {
        let places = self.table.len().saturating_mul(2).max(FEWEST);
        self.table.clear();
        self.table.resize(places, FREE);
        for (at, number) in (0..self.count()).zip(0..) {
            let place = self.name(at).and_then(|name| self.place(name));
            if let Some(slot) = place.and_then(|place| self.table.get_mut(place)) {
                *slot = number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_each_kept_once_and_told_by_their_number() {
        let mut names = Names::default();
        let name = |number: usize| format!("data/other/note-{number}.txt");
        assert!(!names.contains(&name(0)));
        for number in 0..5000 {
            assert!(names.insert(&name(number)) && !names.insert(&name(number / 2)), "{number}");
        }
        assert_eq!(names.count(), 5000);
        for number in 0..5000 {
            assert_eq!(names.name(number), Some(name(number).as_str()));
            assert!(names.contains(&name(number)) && !names.contains(&name(number + 5000)));
        }
        assert_eq!(names.name(5000), None);
    }

    #[test]
    fn two_names_at_one_place_are_told_apart() {
        // Of as many names as the smallest table holds, some fall into one place.
        let mut names = Names::default();
        let all: Vec<String> = (0..FEWEST / 8 * 7).map(|number| number.to_string()).collect();
        for name in &all {
            assert!(!names.contains(name) && names.insert(name) && names.contains(name));
        }
        assert_eq!(names.table.len(), FEWEST);
        assert!(all.iter().all(|name| names.contains(name)) && !names.contains("14"));
    }

    #[test]
    fn the_empty_name_and_names_one_behind_the_other_are_others() {
        let mut names = Names::default();
        assert!(names.insert("") && !names.insert("") && names.insert("a") && names.insert("b"));
        assert!(!names.contains("ab") && names.contains("") && names.contains("b"));
    }
}
