//! What the name of an entry means, and what a reader hands over for it.
//!
//! Owns the resolution of field names, Chinese headings and the columns of provenance
//! (`address_verified_on`, `收件人姓名核实人`). Refuses nothing: an unknown name is `None`.

use crate::case::{
    field::{self, Field},
    provenance::{Group, Part, Scope},
    raw::RawText,
};

/// One value as a reader hands it over.
#[derive(Clone, Debug)]
pub enum Entered {
    /// Text; empty text is as good as absent.
    Text(RawText),
    /// True or false.
    Flag(bool),
    /// Nothing.
    Absent,
    /// A number, a list or an object, which no field takes.
    Foreign,
    /// Something whose problem the reader has told already.
    Told,
}

/// What an entry's name means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// A field of the catalogue.
    Field(&'static Field),
    /// One part of a source or verification.
    Verification(Scope, Part),
}

impl Key {
    /// Finds what `name`, a field's name or a Chinese heading, means.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        let name = name.trim();
        for (part, english, chinese) in Part::ALL {
            if Some(name) == english.strip_prefix('_') {
                return Some(Self::Verification(Scope::Record, part));
            }
            if name == chinese || (part == Part::Source && name == "数据来源") {
                return Some(Self::Verification(Scope::Record, part));
            }
            for group in Group::ALL {
                if name.strip_prefix(group.prefix()) == Some(english)
                    || name.strip_prefix(group.chinese()) == Some(chinese)
                {
                    return Some(Self::Verification(Scope::Group(group), part));
                }
            }
        }
        if let Some(field) = field::headed(name) {
            return Some(Self::Field(field));
        }
        Part::ALL.iter().find_map(|(part, english, chinese)| {
            let subject = name.strip_suffix(english).or_else(|| name.strip_suffix(chinese))?;
            let field = field::headed(subject).filter(|field| field.personal)?;
            Some(Self::Verification(Scope::Field(field.name), *part))
        })
    }

    /// Column name of this key.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Field(field) => field.name.to_owned(),
            Self::Verification(scope, part) => {
                let ending = Part::ALL
                    .iter()
                    .find(|(known, ..)| *known == part)
                    .map_or("", |(_, end, _)| *end);
                match scope {
                    Scope::Record => ending.trim_start_matches('_').to_owned(),
                    Scope::Group(group) => format!("{}{ending}", group.prefix()),
                    Scope::Field(name) => format!("{name}{ending}"),
                }
            }
        }
    }

    /// Field by whose rules its value is read.
    #[must_use]
    pub fn field(self) -> Option<&'static Field> {
        match self {
            Self::Field(field) => Some(field),
            Self::Verification(_, Part::Source) => field::named("source"),
            Self::Verification(_, Part::By) => field::named("verified_by"),
            Self::Verification(_, Part::On) => field::named("verified_on"),
        }
    }
}
