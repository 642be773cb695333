//! Where personal values come from, who verified them and when.
//!
//! Owns [`Provenance`]: for the whole request, for the groups identity, address and debt, for
//! single fields, and the word of a principal whose signed intake file vouches for its columns.
//! What one level leaves out, the next wider one supplies. Whether unverified values stop a
//! letter is the policy's decision; here they are only told.
//! Source: REQUIREMENTS 1 (L337, L327, L349); SPEC, decision 6.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::field::Field;
use crate::digest::Digest;

/// What is verified together.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Group {
    /// Who the recipient is.
    Identity,
    /// Where letters reach the recipient.
    Address,
    /// That the debt exists and what it is.
    Debt,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 3] = [Self::Identity, Self::Address, Self::Debt];

    /// Prefix of its columns: `identity_source`, `identity_verified_by`, `identity_verified_on`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Address => "address",
            Self::Debt => "debt",
        }
    }

    /// Chinese prefix of its columns: `地址来源`, `地址核实人`, `地址核实日期`.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Identity => "身份",
            Self::Address => "地址",
            Self::Debt => "债务",
        }
    }

    /// Group `field` belongs to.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        match field.name {
            "recipient_address" | "recipient_postcode" | "address" | "place" => Self::Address,
            "account" | "card_number" => Self::Debt,
            _ => Self::Identity,
        }
    }
}

/// One part of a verification.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// Where the value was taken from.
    Source,
    /// Who verified it.
    By,
    /// When.
    On,
}

impl Part {
    /// Every part, with the ending of its columns in English and in Chinese.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Source, "_source", "来源"),
        (Self::By, "_verified_by", "核实人"),
        (Self::On, "_verified_on", "核实日期"),
    ];
}

/// What is said to be verified.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// The whole request.
    Record,
    /// One group.
    Group(Group),
    /// One personal field.
    Field(&'static str),
}

/// What was said about one scope. Parts may be missing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verification {
    /// Where the values were taken from.
    pub source: Option<String>,
    /// Who verified them.
    pub verified_by: Option<String>,
    /// When.
    pub verified_on: Option<NaiveDate>,
}

/// A principal's signed intake file that vouches for its columns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vouched {
    /// Digest of the whole file, whose signature the caller has verified.
    pub file: Digest,
    /// Principal that signed it.
    pub principal: String,
    /// Day of its signature.
    pub on: NaiveDate,
}

/// The complete word on one field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verified<'a> {
    /// Where the value was taken from.
    pub source: &'a str,
    /// Who verified it.
    pub by: &'a str,
    /// When.
    pub on: NaiveDate,
}

/// Sources and verifications of one request.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Provenance {
    scopes: BTreeMap<Scope, Verification>,
    vouched: Option<Vouched>,
}

impl Provenance {
    /// What was said about `scope`, to be completed.
    pub(crate) fn scope(&mut self, scope: Scope) -> &mut Verification {
        self.scopes.entry(scope).or_default()
    }

    /// Lets a principal's signed file vouch for every value of this request.
    #[must_use]
    pub fn vouched(mut self, vouched: Vouched) -> Self {
        self.vouched = Some(vouched);
        self
    }

    /// The file that vouches for this request, if one does.
    #[must_use]
    pub const fn voucher(&self) -> Option<&Vouched> {
        self.vouched.as_ref()
    }

    /// Day on which `group` was said to be verified, or vouched for.
    #[must_use]
    pub fn verified_on(&self, group: Group) -> Option<NaiveDate> {
        let said = self.scopes.get(&Scope::Group(group)).and_then(|said| said.verified_on);
        said.or_else(|| self.vouched.as_ref().map(|vouched| vouched.on))
    }

    /// Day on which somebody verified `group` by itself; a voucher for a whole file is none.
    #[must_use]
    pub fn verified_itself_on(&self, group: Group) -> Option<NaiveDate> {
        self.scopes.get(&Scope::Group(group)).and_then(|said| said.verified_on)
    }

    /// Source and verification of `field`: its own, its group's, the record's or a voucher's.
    #[must_use]
    pub fn of(&self, field: &Field) -> Option<Verified<'_>> {
        let levels = [Scope::Field(field.name), Scope::Group(Group::of(field)), Scope::Record];
        let said = || levels.iter().filter_map(|scope| self.scopes.get(scope));
        let source = said().find_map(|said| said.source.as_deref());
        let by = said().find_map(|said| said.verified_by.as_deref());
        let on = said().find_map(|said| said.verified_on);
        match (source, by, on, &self.vouched) {
            (Some(source), Some(by), Some(on), _) => Some(Verified { source, by, on }),
            (.., Some(vouched)) => Some(Verified {
                source: source.unwrap_or("principal's signed intake file"),
                by: &vouched.principal,
                on: vouched.on,
            }),
            _ => None,
        }
    }

    /// Latest day any verification is dated, so that a rule can refuse one in the future.
    #[must_use]
    pub fn latest(&self) -> Option<NaiveDate> {
        self.scopes.values().filter_map(|said| said.verified_on).max()
    }

    /// Scopes and what was said about them, in order, for a keyed digest.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = (&Scope, &Verification)> {
        self.scopes.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::field;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn address() -> &'static Field {
        field::named("recipient_address").unwrap()
    }

    #[test]
    fn a_narrower_word_beats_a_wider_one_part_by_part() {
        let mut provenance = Provenance::default();
        *provenance.scope(Scope::Record) = Verification {
            source: Some("合同".into()),
            verified_by: Some("C-01".into()),
            verified_on: Some(day("2024-01-01")),
        };
        provenance.scope(Scope::Group(Group::Address)).verified_on = Some(day("2024-03-01"));
        let told = provenance.of(address()).unwrap();
        assert_eq!((told.source, told.by, told.on), ("合同", "C-01", day("2024-03-01")));
        assert_eq!(provenance.verified_on(Group::Address), Some(day("2024-03-01")));
        assert_eq!(provenance.verified_on(Group::Identity), None);
        assert_eq!(provenance.latest(), Some(day("2024-03-01")));
    }

    #[test]
    fn half_a_word_is_none_and_a_voucher_completes_it() {
        let mut provenance = Provenance::default();
        provenance.scope(Scope::Record).source = Some("合同".into());
        assert!(provenance.of(address()).is_none());
        let vouched =
            Vouched { file: Digest::of("file"), principal: "P1".into(), on: day("2024-02-02") };
        let provenance = provenance.vouched(vouched);
        assert_eq!(provenance.of(address()).unwrap().by, "P1");
        assert_eq!(provenance.verified_on(Group::Debt), Some(day("2024-02-02")));
    }
}
