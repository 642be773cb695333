//! A few words in both languages, for the place of `{what}` in a message.

use std::fmt;

/// English and Chinese; `{}` gives the first, `{:#}` the second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Words(pub &'static str, pub &'static str);

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if out.alternate() { self.1 } else { self.0 })
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        evidence::{EvidenceError, words::Words},
        problem::{Language, Problem},
    };

    #[test]
    fn a_message_says_all_of_it_in_its_own_language() {
        let what = Words("it is a path, not a name", "它是路径而非名称");
        let error = EvidenceError::UnfitName { name: "a".into(), what };
        assert_eq!(error.to_string(), "the name `a` is refused: it is a path, not a name");
        assert_eq!(error.say(Language::Chinese), "文件名 `a` 不可用：它是路径而非名称");
    }
}
