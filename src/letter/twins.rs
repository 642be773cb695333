//! Letters of one kind to one person in one case on one day.
//!
//! Owns the warning that two requests, in one file or against today's register, ask for such
//! letters under different ids. It refuses nothing: two may be meant, but not unseen. Documents of a visit are
//! under the visits' own limits. Who is written to is compared by keyed identity number, else by
//! keyed address; where neither is known, the case decides.
//! Source: the plan of a night's batch; decision 6 of the contract (`request_id`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::{
    desk::{Desk, DeskError},
    past,
};
use crate::{
    case::{intake::Row, request::Request},
    masking::{Masking, mask_text},
    office::{journal, state::text},
    problem::Report,
    register::{RegisterError, View},
    signing::KeyedIndex,
};

crate::problems! {
    /// What is noteworthy about a letter beside others.
    pub enum TwinFinding {
        /// Another row asks for it too.
        Row { first: u64 } = "CH-R291", Finding,
            "row {first} asks for a letter of this kind to the same person in the same case too, on the same day" => "if only one is meant, void the other before it leaves",
            "第 {first} 行同日就同一案件向同一收件人请求同种函件" => "如只需一封，请在寄出前作废另一封";
        /// One was issued today.
        Letter { number: String } = "CH-R292", Finding,
            "letter {number} of today is of this kind, to the same person in the same case" => "if only one is meant, void the other before it leaves",
            "今日已就同一案件向同一收件人签发同种函件 {number}" => "如只需一封，请在寄出前作废另一封";
    }
}

/// Most letters of one kind and case that are compared: beyond them every further one is told too.
const MOST: usize = 8;

/// Where a letter, or a request for one, stands.
#[derive(Clone, Debug)]
enum Place {
    Row(u64),
    Letter(String),
}

/// A keyed value or a matter, shortened: a file of 50,000 rows is kept in a few megabytes. That two
/// fall together by chance would cost a needless warning.
type Short = u64;

fn short(parts: &[&str]) -> Short {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

#[derive(Debug)]
struct One {
    /// Keyed name of its request.
    request: Short,
    person: Option<Short>,
    address: Option<Short>,
    place: Place,
}

impl One {
    /// Whether another request is for the same person's letter.
    fn is_twin_of(&self, other: &Self) -> bool {
        let same = |one: Option<Short>, other| one.zip(other).map(|(one, other)| one == other);
        self.request != other.request
            && same(self.person, other.person)
                .or_else(|| same(self.address, other.address))
                .unwrap_or(true)
    }
}

/// What a run has seen and today's register has.
#[derive(Debug)]
pub struct Twins {
    index: KeyedIndex,
    known: HashMap<Short, Vec<One>>,
    /// Rows with a request that was looked at.
    rows: BTreeSet<u64>,
    /// For each row the places of its twins.
    found: BTreeMap<u64, Vec<Place>>,
}

impl Desk<'_> {
    /// What was issued today, to compare requests with.
    ///
    /// # Errors
    /// Faults of the register.
    pub fn twins(&self) -> Result<Twins, DeskError> {
        let (view, today) = (self.office.view(), self.office.today());
        let mut known: HashMap<Short, Vec<One>> = HashMap::new();
        for entry in view.find_from(&journal::LETTER_PREPARED, view.first_of(today)?) {
            let entry = entry?;
            let (subject, body) = (&entry.entry().subject, &entry.entry().body);
            let member = |name| text(body, name);
            let (Some(principal), Some(kind), Some(case), Some(number)) =
                (member("principal"), member("template"), member("case"), member("number"))
            else {
                continue;
            };
            let one = One {
                request: short(&[subject]),
                person: member("person").map(|key| short(&[key])),
                address: member("address_key").map(|key| short(&[key])),
                place: Place::Letter(number.to_owned()),
            };
            put(&mut known, short(&[principal, kind, case]), one);
        }
        Ok(Twins {
            index: self.index.clone(),
            known,
            rows: BTreeSet::new(),
            found: BTreeMap::new(),
        })
    }
}

impl Twins {
    /// Looks at the request of `row`.
    pub fn look(&mut self, row: u64, request: &Request) {
        self.rows.insert(row);
        if request.kind().starts_with("visit_") {
            return;
        }
        let case = mask_text(request.case_no(), &Masking::default()).text;
        let matter = short(&[request.principal(), request.kind(), &case]);
        let name = past::request_key(&self.index, request.principal(), request.request_id());
        let one = One {
            request: short(&[&name]),
            person: past::person_of(&self.index, request).map(|key| short(&[&key])),
            address: past::address_key(&self.index, request).map(|key| short(&[&key])),
            place: Place::Row(row),
        };
        let before = self.known.get(&matter).into_iter().flatten();
        let twins: Vec<Place> =
            before.filter(|before| one.is_twin_of(before)).map(|one| one.place.clone()).collect();
        if !twins.is_empty() {
            self.found.insert(row, twins);
        }
        put(&mut self.known, matter, one);
    }

    /// The rows of `rows`, looked at as they pass.
    pub fn beside<'t>(
        &'t mut self,
        rows: &'t mut dyn Iterator<Item = Row>,
    ) -> impl Iterator<Item = Row> + 't {
        rows.inspect(|(row, request)| {
            if let Ok(request) = request {
                self.look(*row, request);
            }
        })
    }

    /// Rows with a request that was looked at.
    pub fn rows(&self) -> impl Iterator<Item = u64> + '_ {
        self.rows.iter().copied()
    }

    /// What is to be told of the rows that `counts`: each of them whose twin counts as well.
    ///
    /// # Errors
    /// Those of the register.
    pub fn told(
        &self,
        view: &View<'_>,
        counts: &BTreeSet<u64>,
    ) -> Result<Vec<(u64, Report)>, RegisterError> {
        let mut told = Vec::new();
        for (row, places) in self.found.iter().filter(|(row, _)| counts.contains(row)) {
            for place in places {
                let finding = match place {
                    Place::Row(first) if counts.contains(first) => {
                        TwinFinding::Row { first: *first }
                    }
                    Place::Letter(number) if past::sent(view, number)?.is_some() => {
                        TwinFinding::Letter { number: number.clone() }
                    }
                    _ => continue,
                };
                told.push((*row, finding.into()));
                break;
            }
        }
        Ok(told)
    }
}

fn put(known: &mut HashMap<Short, Vec<One>>, matter: Short, one: One) {
    // Nearly all are alone: room for one, not for the four a list begins with.
    let there = known.entry(matter).or_insert_with(|| Vec::with_capacity(1));
    if there.len() < MOST {
        there.push(one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(request: &str, person: Option<&str>, address: Option<&str>) -> One {
        let key = |text: Option<&str>| text.map(|text| short(&[text]));
        let (person, address) = (key(person), key(address));
        One { request: short(&[request]), person, address, place: Place::Row(2) }
    }

    #[test]
    fn the_person_decides_then_the_address_then_the_case() {
        let first = one("a", Some("p"), Some("x"));
        assert!(first.is_twin_of(&one("b", Some("p"), Some("y"))));
        assert!(!first.is_twin_of(&one("b", Some("q"), Some("x"))));
        assert!(first.is_twin_of(&one("b", None, Some("x"))));
        assert!(!first.is_twin_of(&one("b", None, Some("y"))));
        assert!(first.is_twin_of(&one("b", None, None)));
        assert!(!first.is_twin_of(&one("a", Some("p"), Some("x"))), "the same request resumes");
    }
}
