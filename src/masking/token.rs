//! Hashes, UUIDs and other random tokens, in which digits mean nothing.

/// Most bytes looked at on each side of a run of digits.
const REACH: usize = 160;
/// Lengths of hexadecimal digests in common use.
const DIGESTS: [usize; 7] = [32, 40, 48, 56, 64, 96, 128];
/// Shortest token of letters and digits in turns that counts as random.
const MIN_RANDOM: usize = 24;
/// Fewest turns between letters and digits in it.
const MIN_TURNS: usize = 6;

/// Whether the bytes `start..end` of `text` lie in a digest, a UUID or a random token.
pub(super) fn is_random(text: &str, start: usize, end: usize) -> bool {
    let Some((head, tail)) = text.get(..start).zip(text.get(end..)) else { return false };
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let before = head.bytes().rev().take(REACH).take_while(inside).count();
    let after = tail.bytes().take(REACH).take_while(inside).count();
    let Some(token) = text.get(start - before..end + after) else { return false };
    if has_uuid(token) {
        return true;
    }
    let lone = |byte: &u8| byte.is_ascii_alphanumeric();
    let before = head.bytes().rev().take(REACH).take_while(lone).count();
    let after = tail.bytes().take(REACH).take_while(lone).count();
    text.get(start - before..end + after).is_some_and(|token| is_digest(token) || turns(token))
}

fn is_digest(token: &str) -> bool {
    DIGESTS.contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_hexdigit())
        && token.bytes().filter(u8::is_ascii_alphabetic).count() >= 3
}

fn turns(token: &str) -> bool {
    let kinds = || token.bytes().map(|byte| byte.is_ascii_digit());
    token.len() >= MIN_RANDOM
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && kinds().zip(kinds().skip(1)).filter(|(one, next)| one != next).count() >= MIN_TURNS
}

/// Whether `token` is a UUID: hexadecimal in 8-4-4-4-12, with a letter in it.
fn has_uuid(token: &str) -> bool {
    let parts: Vec<&str> = token.split('-').collect();
    parts.windows(5).any(|five| {
        five.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        }) && five.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_alphabetic()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(text: &str, digits: &str) -> bool {
        let start = text.find(digits).unwrap();
        is_random(text, start, start + digits.len())
    }

    #[test]
    fn digests_uuids_and_random_tokens_are_known_and_words_are_not() {
        assert!(random("id 550e8400-e29b-41d4-a716-446655440000", "446655440000"));
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(random(digest, "44298"));
        assert!(random("ab1234cd5678ef9012gh3456ij7890kl", "9012"));
        assert!(!random("PDAA202411010000012345", "202411010000012345"));
        assert!(!random("卡6200000000000005a", "6200000000000005"));
    }
}
