//! Values as they may be shown: proof that masking has happened.
//!
//! [`Masked<T>`] holds only what `T` shows under a policy; the raw value is not in it. Its one
//! maker is [`Masked::of`], and only this crate can say what a type shows.

use super::card::CardNumber;
use super::identity::{DocumentNumber, IdentityNumber};
use super::{AllowList, mask_text};
use serde::Serialize;
use std::fmt;

/// How much of a number stays readable.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Policy {
    /// The last four characters.
    #[default]
    LastFour,
    /// Nothing.
    Full,
}

impl Policy {
    /// How many trailing characters stay.
    #[must_use]
    pub const fn kept(self) -> usize {
        match self {
            Self::LastFour => 4,
            Self::Full => 0,
        }
    }

    /// Stable name: `last-four`, `full`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LastFour => "last-four",
            Self::Full => "full",
        }
    }

    /// The policy of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::LastFour, Self::Full].into_iter().find(|policy| policy.name() == name)
    }
}

/// A policy and the accounts it does not touch.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Masking {
    /// How much stays readable.
    pub policy: Policy,
    /// Official accounts.
    pub allow: AllowList,
}

mod sealed {
    /// Keeps [`Mask`](super::Mask) to this crate.
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// What of a value may be shown. Implemented in this crate only.
pub trait Mask: Sealed {
    /// The form that may be shown; it holds no full number.
    type Shown;

    /// Makes that form.
    fn shown(&self, masking: &Masking) -> Self::Shown;
}

/// The form of a `T` that may be shown, and nothing else of it.
pub struct Masked<T: Mask + ?Sized> {
    shown: T::Shown,
}

impl<T: Mask + ?Sized> Masked<T> {
    /// Masks `raw`; the only way to make a masked value.
    #[must_use]
    pub fn of(raw: &T, masking: &Masking) -> Self {
        Self { shown: raw.shown(masking) }
    }

    /// What may be shown.
    #[must_use]
    pub const fn shown(&self) -> &T::Shown {
        &self.shown
    }
}

impl<T: Mask + ?Sized> fmt::Debug for Masked<T>
where
    T::Shown: fmt::Debug,
{
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Masked").field(&self.shown).finish()
    }
}

impl<T: Mask + ?Sized> Clone for Masked<T>
where
    T::Shown: Clone,
{
    fn clone(&self) -> Self {
        Self { shown: self.shown.clone() }
    }
}

impl<T: Mask + ?Sized> PartialEq for Masked<T>
where
    T::Shown: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl<T: Mask + ?Sized> Serialize for Masked<T>
where
    T::Shown: Serialize,
{
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.shown.serialize(serializer)
    }
}

/// Stars for all but the last characters that `policy` keeps.
fn starred(number: &str, policy: Policy) -> String {
    let hidden = number.chars().count().saturating_sub(policy.kept());
    number.chars().enumerate().map(|(at, c)| if at < hidden { '*' } else { c }).collect()
}

impl Sealed for CardNumber {}
impl Mask for CardNumber {
    type Shown = String;

    fn shown(&self, masking: &Masking) -> String {
        let values: Vec<u8> = self.digits().bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
        if masking.allow.holds(&values) {
            return self.digits().to_owned();
        }
        starred(self.digits(), masking.policy)
    }
}

impl Sealed for IdentityNumber {}
impl Mask for IdentityNumber {
    type Shown = String;

    fn shown(&self, masking: &Masking) -> String {
        starred(self.characters(), masking.policy)
    }
}

impl Sealed for DocumentNumber {}
impl Mask for DocumentNumber {
    type Shown = String;

    fn shown(&self, masking: &Masking) -> String {
        starred(self.characters(), masking.policy)
    }
}

impl Sealed for str {}
impl Mask for str {
    type Shown = String;

    fn shown(&self, masking: &Masking) -> String {
        mask_text(self, masking).text
    }
}

impl Sealed for String {}
impl Mask for String {
    type Shown = Self;

    fn shown(&self, masking: &Masking) -> Self {
        self.as_str().shown(masking)
    }
}

impl<T: Mask> Sealed for Option<T> {}
impl<T: Mask> Mask for Option<T> {
    type Shown = Option<T::Shown>;

    fn shown(&self, masking: &Masking) -> Self::Shown {
        self.as_ref().map(|raw| raw.shown(masking))
    }
}

impl<T: Mask> Sealed for Vec<T> {}
impl<T: Mask> Mask for Vec<T> {
    type Shown = Vec<T::Shown>;

    fn shown(&self, masking: &Masking) -> Self::Shown {
        self.iter().map(|raw| raw.shown(masking)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_card_holds_stars_and_four_digits_or_only_stars() {
        let card = CardNumber::parse("6200 0000 0000 0005").unwrap();
        let mut masking = Masking::default();
        assert_eq!(Masked::of(&card, &masking).shown(), "************0005");
        masking.policy = Policy::Full;
        assert_eq!(Masked::of(&card, &masking).shown(), "****************");
    }

    #[test]
    fn an_official_account_stays_and_an_identity_number_never_does() {
        let masking = Masking {
            policy: Policy::LastFour,
            allow: AllowList::of(["6200000000000005", "110199199001010010"]).unwrap(),
        };
        let card = CardNumber::parse("6200000000000005").unwrap();
        assert_eq!(Masked::of(&card, &masking).shown(), "6200000000000005");
        let identity = IdentityNumber::parse("110199199001010010").unwrap();
        assert_eq!(Masked::of(&identity, &masking).shown(), "**************0010");
    }

    #[test]
    fn masked_text_is_serialized_as_it_is_shown() {
        let masked = Masked::of("卡号6200000000000005", &Masking::default());
        assert_eq!(serde_json::to_string(&masked).unwrap(), "\"卡号************0005\"");
        assert_eq!(Policy::named("full"), Some(Policy::Full));
        assert_eq!(Policy::named("none"), None);
    }
}
