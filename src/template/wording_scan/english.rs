//! The same rules for wording in English: a short list, since letters are Chinese.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

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
            "we are from the court",
            "we are from the police",
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
            "to mr * account",
            "to mrs * account",
            "to ms * account",
            "to miss * account",
            "bank card of",
            "payment code",
        ],
    ),
    (
        Rule::Disclosure,
        &[
            "tell * family",
            "tell * boss",
            "contact * boss",
            "visit * workplace",
            "visit * employer",
            "family will find",
            "family will know",
            "family will learn",
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
        if is_unseen(ch) {
            continue;
        }
        for ch in latin(ch) {
            let in_word = ch.is_ascii_lowercase() || (open && ch == '\'');
            if in_word {
                let end =
                    at + text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
                match words.last_mut().filter(|_| open) {
                    Some(word) => {
                        word.text.push(ch);
                        word.bytes.end = end;
                    }
                    None => words.push(Word { text: ch.into(), bytes: at..end, sentence }),
                }
            } else if ch == '.' && words.last().is_some_and(|word| TITLES.contains(&&*word.text)) {
                // A title is shortened here, no sentence ended.
            } else if matches!(ch, '.' | '!' | '?' | ';' | '\n' | '。') {
                sentence += 1;
            }
            open = in_word;
        }
    }
    joined(words)
}

/// Words with those written letter by letter (`a r r e s t`, `a.r.r.e.s.t`) made whole.
fn joined(words: Vec<Word>) -> Vec<Word> {
    let mut whole: Vec<Word> = Vec::with_capacity(words.len());
    let mut left = words.into_iter().peekable();
    while let Some(mut word) = left.next() {
        let mut letters = vec![];
        if word.text.len() == 1 {
            let mut end = word.bytes.end;
            while let Some(next) = left.next_if(|next| {
                next.text.len() == 1 && next.bytes.start <= end.saturating_add(MARK)
            }) {
                end = next.bytes.end;
                letters.push(next);
            }
        }
        if letters.len() + 1 >= SPELLED {
            for letter in letters {
                word.text.push_str(&letter.text);
                word.bytes.end = letter.bytes.end;
            }
            whole.push(word);
        } else {
            whole.push(word);
            whole.extend(letters);
        }
    }
    whole
}

/// Words that a full stop shortens.
const TITLES: [&str; 4] = ["mr", "mrs", "ms", "dr"];
/// Most bytes between two letters of a word written letter by letter.
const MARK: usize = 3;
/// Fewest letters that are taken for such a word.
const SPELLED: usize = 4;

/// Small Latin letters for full-width ones, for those with marks, and for Cyrillic and Greek ones
/// of the same look.
fn latin(ch: char) -> impl Iterator<Item = char> {
    std::iter::once(ch).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(
        |c| match c {
            '’' | '‘' => '\'',
            'а' | 'α' => 'a',
            'с' | 'ϲ' => 'c',
            'е' | 'ε' => 'e',
            'һ' => 'h',
            'і' | 'ι' | 'ı' => 'i',
            'ј' => 'j',
            'к' | 'κ' => 'k',
            'о' | 'ο' => 'o',
            'р' | 'ρ' => 'p',
            'ѕ' => 's',
            'т' | 'τ' => 't',
            'υ' => 'u',
            'ν' => 'v',
            'х' | 'χ' => 'x',
            'у' => 'y',
            c => c,
        },
    )
}

/// Whether `ch` shows nothing: joiners, marks of direction, soft hyphens.
const fn is_unseen(ch: char) -> bool {
    matches!(ch, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
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
    fn letters_of_another_script_width_or_distance_hide_no_word() {
        for text in [
            "ａｒｒｅｓｔｅｄ",
            "a r r e s t e d",
            "a.r.r.e.s.t.e.d",
            "\u{430}rrested",
            "arre\u{200B}sted",
            "arrést",
        ] {
            assert!(!findings(&format!("You will be {text}.")).is_empty(), "{text}");
        }
        assert!(findings("Plans A, B, C and D are open to you.").is_empty());
    }

    #[test]
    fn a_denial_does_not_reach_into_the_next_sentence() {
        assert!(!findings("Do not delay. You will be arrested.").is_empty());
    }
}
