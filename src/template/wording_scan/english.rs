//! The same rules for wording in English: a short list, since letters are Chinese.

use std::ops::Range;

use super::{Finding, Rule};

/// Phrases by rule; `*` stands for up to four words.
const PHRASES: &[(Rule, &[&str])] = &[
    (
        Rule::Arrest,
        &[
            "arrest",
            "arrested",
            "jail",
            "prison",
            "imprisonment",
            "criminal charges",
            "prosecuted",
            "police will",
            "police * come",
            "report you to the police",
            "reported to the police",
            "call the police",
            "handcuffs",
        ],
    ),
    (
        Rule::Guilt,
        &[
            "guilty of",
            "credit card fraud",
            "commits fraud",
            "committed fraud",
            "you are a criminal",
            "constitutes fraud",
        ],
    ),
    (
        Rule::Insult,
        &[
            "deadbeat",
            "scum",
            "idiot",
            "moron",
            "liar",
            "thief",
            "shameless",
            "loser",
            "parasite",
            "swindler",
        ],
    ),
    (
        Rule::Posing,
        &[
            "this is the police",
            "this is the court",
            "we are the police",
            "we are the court",
            "i am a judge",
            "i am a lawyer",
            "on behalf of the court",
            "on behalf of the police",
            "public security bureau",
        ],
    ),
    (
        Rule::PersonalPayee,
        &[
            "personal account",
            "my account",
            "personal wechat",
            "wechat pay",
            "pay * in cash",
            "cash to our agent",
            "private account",
            "account of mr",
            "account of mrs",
            "account of ms",
            "bank card of",
            "payment code",
        ],
    ),
    (
        Rule::Disclosure,
        &[
            "tell * family",
            "inform * family",
            "contact * family",
            "notify * family",
            "tell * employer",
            "inform * employer",
            "contact * employer",
            "notify * employer",
            "inform * neighbours",
            "tell * neighbours",
            "inform * neighbors",
            "tell * neighbors",
            "contact * colleagues",
            "neighbours will",
            "neighbors will",
            "family will be told",
            "family will be informed",
            "employer will be told",
            "employer will be informed",
            "colleagues will be told",
            "tell * friends",
            "inform * colleagues",
        ],
    ),
    (
        Rule::Posting,
        &["post * publicly", "expose you", "publish * name", "public notice", "on social media"],
    ),
    (
        Rule::Harassment,
        &[
            "call you every",
            "around the clock",
            "never leave you alone",
            "day and night",
            "nonstop",
        ],
    ),
    (Rule::CreditThreat, &["blacklist", "blacklisted", "ruin * credit", "destroy * credit"]),
    (
        Rule::Procedure,
        &["freeze", "seize", "court summons", "summons", "case has been filed", "foreclose"],
    ),
    (Rule::Restriction, &["travel ban", "leave the country", "ban * travel"]),
    (
        Rule::Pressure,
        &[
            "or else",
            "final warning",
            "last warning",
            "last chance",
            "face the consequences",
            "bear the consequences",
            "bear all consequences",
        ],
    ),
    (Rule::Violence, &["hurt you", "beat you", "kill", "break your", "burn"]),
    (Rule::Channel, &["add * wechat", "text us", "whatsapp"]),
    (
        Rule::Concession,
        &["discount", "waive", "waived", "write off", "reduce * interest", "interest free"],
    ),
];

const NEGATIONS: &[&str] = &[
    "not",
    "never",
    "no",
    "don't",
    "won't",
    "cannot",
    "without",
    "neither",
    "nor",
    "prohibited",
    "forbidden",
    "nobody",
    "isn't",
];

struct Word {
    text: String,
    bytes: Range<usize>,
    sentence: usize,
}

/// Findings of the English list.
pub(super) fn findings(text: &str) -> Vec<Finding> {
    let words = words(text);
    if words.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (rule, phrases) in PHRASES {
        for phrase in *phrases {
            for start in 0..words.len() {
                let Some(end) = end_of(&words, start, phrase) else { continue };
                let (Some(first), Some(last)) = (words.get(start), words.get(end)) else {
                    continue;
                };
                if !negated(&words, start, end) {
                    findings
                        .push(Finding { rule: *rule, bytes: first.bytes.start..last.bytes.end });
                }
            }
        }
    }
    findings
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut sentence = 0;
    let mut open = false;
    for (at, ch) in text.char_indices() {
        let in_word = ch.is_ascii_alphabetic() || (open && (ch == '\'' || ch == '’'));
        if in_word {
            let ch = if ch == '’' { '\'' } else { ch.to_ascii_lowercase() };
            let end = at + ch.len_utf8();
            match words.last_mut().filter(|_| open) {
                Some(word) => {
                    word.text.push(ch);
                    word.bytes.end = end;
                }
                None => words.push(Word { text: ch.into(), bytes: at..end, sentence }),
            }
        } else if matches!(ch, '.' | '!' | '?' | ';' | '\n' | '。' | '！' | '？' | '；') {
            sentence += 1;
        }
        open = in_word;
    }
    words
}

/// The last word of `phrase` if it begins at `start`, within one sentence.
fn end_of(words: &[Word], start: usize, phrase: &str) -> Option<usize> {
    let sentence = words.get(start)?.sentence;
    let mut place = start;
    let mut last = start;
    let mut loose = false;
    for part in phrase.split(' ') {
        if part == "*" {
            loose = true;
            continue;
        }
        let reach = if loose { 4 } else { 0 };
        let here = (place..=place + reach).find(|index| {
            words.get(*index).is_some_and(|word| word.sentence == sentence && word.text == part)
        })?;
        last = here;
        place = here + 1;
        loose = false;
    }
    Some(last)
}

/// Words behind which a negation no longer holds: do not delay, you will be …
const TURNS: &[&str] = &["will", "shall", "would", "otherwise", "else", "but"];

/// Most words between a negation and what it denies.
const REACH: usize = 12;

/// A negation before that still holds, or one inside.
fn negated(words: &[Word], start: usize, end: usize) -> bool {
    let sentence = words.get(start).map(|word| word.sentence);
    let is = |word: &Word, list: &[&str]| list.contains(&word.text.as_str());
    let inside = words.get(start..=end).unwrap_or_default();
    if inside.iter().any(|word| is(word, NEGATIONS)) {
        return true;
    }
    let before = words.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    before
        .iter()
        .rev()
        .take_while(|word| Some(word.sentence) == sentence && !is(word, TURNS))
        .any(|word| is(word, NEGATIONS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threats_are_found_and_denials_pass() {
        for text in [
            "The police will come tomorrow.",
            "We shall inform your whole family",
            "You will be ARRESTED!",
            "Pay to my account",
        ] {
            assert!(!findings(text).is_empty(), "{text}");
        }
        for text in [
            "We do not inform your family.",
            "This letter is not a court summons.",
            "Never pay to a personal account.",
            "Please pay by the official channels of the principal.",
            "{{ amount }} {{ due_date }}",
        ] {
            assert!(findings(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_denial_reaches_to_the_next_turn_of_its_sentence() {
        assert!(!findings("Do not delay, you will be arrested.").is_empty());
        assert!(findings("We will never ask you to pay into a personal account.").is_empty());
    }

    #[test]
    fn a_denial_does_not_reach_into_the_next_sentence() {
        assert!(!findings("Do not delay. You will be arrested.").is_empty());
    }
}
